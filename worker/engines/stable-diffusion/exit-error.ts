import { AppError } from '../../../shared/errors.ts';
import { describeExit, type ProcessExit } from '../../subprocess/start-subprocess.ts';
import { outOfMemory } from './onnx-runtime.ts';

/** The error for a process that ended without being asked to. */
export function toExitError(exit: ProcessExit): AppError {
  const message = `the Stable Diffusion process ${describeExit(exit)}`;
  // The kernel's out-of-memory killer uses this signal, so a lack of memory is the likely cause.
  if (exit.signal === 'SIGKILL' || /bad_alloc|heap out of memory/.test(exit.stderr)) return outOfMemory(message);
  return new AppError('engine_failed', message, {
    publicMessage: 'The Stable Diffusion process of this service crashed. Try again.',
  });
}
