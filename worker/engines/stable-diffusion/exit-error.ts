import { AppError } from '../../../shared/errors.ts';
import { outOfMemory } from './onnx-runtime.ts';

export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The end of what it wrote to standard error. */
  readonly stderr: string;
}

/** The error for a process that ended without being asked to. */
export function toExitError({ code, signal, stderr }: ProcessExit): AppError {
  const how = signal === null ? `with code ${code}` : `by ${signal}`;
  const words = stderr.trim();
  const message = `the Stable Diffusion process ended ${how}${words === '' ? '' : `: ${words}`}`;
  // The kernel's out-of-memory killer uses this signal, so a lack of memory is the likely cause.
  if (signal === 'SIGKILL' || /bad_alloc|heap out of memory/.test(words)) return outOfMemory(message);
  return new AppError('engine_failed', message, {
    publicMessage: 'The Stable Diffusion process of this service crashed. Try again.',
  });
}
