import { AppError, type ErrorCode, type Fault } from '../../shared/errors.ts';
import type { EngineLimits } from '../engines/engine.ts';
import type { Plan } from './plan.ts';

/** The rule for fields that only the upstream can check: if it refuses them, the caller is at fault, not the engine. */

/** Errors that an unchecked field can cause. */
const CAUSED_BY_REQUEST: ReadonlySet<ErrorCode> = new Set(['engine_failed', 'engine_changed', 'engine_timeout']);

/** Whether the failure proves nothing about the engine, because an unchecked field may have caused it. */
export function mayBeCausedByRequest(plan: Plan, { code }: AppError): boolean {
  return CAUSED_BY_REQUEST.has(code) && listUncheckedFields(plan).length > 0;
}

/**
 * Turns an upstream's refusal into `invalid_request` that names the fields to blame: those that the reply mentions, else
 * all unchecked ones. Any other error is returned unchanged.
 */
export function blameFields(plan: Plan, error: AppError): AppError {
  const { evidence, mentions } = error.details;
  if (error.code !== 'engine_changed' || mentions === undefined) return error;
  const fields = listUncheckedFields(plan);
  const named = fields.filter((field) => mentions(field.split('.').at(-1) ?? field));
  const blamed = named.length === 0 && evidence === 'none' ? fields : named;
  if (blamed.length === 0) return error;
  const faults = blamed.map((field): Fault => ({ field, message: `${field}: ${plan.name} does not accept it.` }));
  const publicMessage = faults.map(({ message }) => message).join(' ');
  return new AppError('invalid_request', error.message, { publicMessage, field: faults[0]?.field, faults });
}

/** Names of the caller's options for this engine, and of fields that the engine passes on unchecked. */
function listUncheckedFields({ name, request, engine: { limits } }: Plan): string[] {
  const isUnchecked = (value: string | undefined, known: EngineLimits['samplers']): boolean =>
    value !== undefined && known === 'any';
  return [
    ...listNames(request.options).map((option) => `${name}.${option}`),
    ...(isUnchecked(request.sampler, limits.samplers) ? ['sampler'] : []),
    ...(isUnchecked(request.scheduler, limits.schedulers) ? ['scheduler'] : []),
  ];
}

/** An option inside another one is named like `override_settings.sd_vae`. */
function listNames(options: unknown): string[] {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) return [];
  return Object.entries(options).flatMap(([name, value]) => {
    const inner = listNames(value);
    return inner.length === 0 ? [name] : inner.map((last) => `${name}.${last}`);
  });
}

/** A caller with their own token wants this engine. The error says that the token was refused, and no other engine is asked. */
export function blameToken({ request }: Plan, error: AppError): AppError {
  if (request.credential === undefined || error.code !== 'engine_unauthorized') return error;
  return new AppError('unauthorized', error.message, { ...error.details, cause: error });
}
