import { AppError } from '../../../../shared/errors.ts';

/** A `scheduler_config.json` with an unsupported option. The fault is in the model's files, not in the request. */
export function unsupportedConfig(message: string): AppError {
  return new AppError('engine_failed', `scheduler config: ${message}`, {
    publicMessage: `The model's scheduler config cannot be used: ${message}`,
  });
}

export function invalidSteps(message: string): AppError {
  return new AppError('invalid_request', message, { publicMessage: message, field: 'steps' });
}

/** Our own code called in a wrong order. */
export function misuse(message: string): AppError {
  return new AppError('internal', message);
}
