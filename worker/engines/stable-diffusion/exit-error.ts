import { AppError } from '../../../shared/errors.ts';
import { outOfMemory } from './onnx-runtime.ts';

export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The end of what it wrote to standard error. */
  readonly stderr: string;
}

/** Why a process that nobody here ended is gone. */
export function toExitError({ code, signal, stderr }: ProcessExit): AppError {
  const how = signal === null ? `with code ${code}` : `by ${signal}`;
  const words = stderr.trim();
  const message = `the Stable Diffusion process ended ${how}${words === '' ? '' : `: ${words}`}`;
  // The kernel's out-of-memory killer knows no other signal, and whoever else kills by hand means the same: no room.
  if (signal === 'SIGKILL' || /bad_alloc|heap out of memory/.test(words)) return outOfMemory(message);
  return new AppError('engine_failed', message, {
    publicMessage: 'The Stable Diffusion process of this service crashed. Try again.',
  });
}
