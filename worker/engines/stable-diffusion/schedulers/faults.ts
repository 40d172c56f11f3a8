import { AppError } from '../../../../shared/errors.ts';

/** A `scheduler_config.json` asks for what is not supported: the model's files are to blame, not the request. */
export function unsupportedConfig(message: string): AppError {
  return new AppError('engine_failed', `scheduler config: ${message}`, {
    publicMessage: `The model's scheduler config cannot be used: ${message}`,
  });
}

export function invalidSteps(message: string): AppError {
  return new AppError('invalid_request', message, { publicMessage: message, field: 'steps' });
}

/** The caller broke the order of calls; a fault of ours. */
export function misuse(message: string): AppError {
  return new AppError('internal', message);
}
