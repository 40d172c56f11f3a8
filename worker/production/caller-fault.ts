import { AppError, type ErrorCode, type Fault } from '../../shared/errors.ts';
import type { EngineLimits } from '../engines/engine.ts';
import type { Plan } from './plan.ts';

/** The one rule for wishes that only the service itself can check: what it refuses is the caller's fault, not its own. */

/** What a wish that nobody here has checked can lead to. */
const CAUSED_BY_WISHES: ReadonlySet<ErrorCode> = new Set(['engine_failed', 'engine_changed', 'engine_timeout']);

/** Whether the failure says nothing about the service, because an unchecked wish may have caused it. */
export function mayBeCausedByWishes(plan: Plan, { code }: AppError): boolean {
  return CAUSED_BY_WISHES.has(code) && listUncheckedWishes(plan).length > 0;
}

/**
 * A refusal of the service as `invalid_request` with the wishes to blame: those that its reply mentions, else all
 * unchecked ones. Any other error is handed back as it is.
 */
export function blameWishes(plan: Plan, error: AppError): AppError {
  const { evidence, mentions } = error.details;
  if (error.code !== 'engine_changed' || mentions === undefined) return error;
  const fields = listUncheckedWishes(plan);
  const named = fields.filter((field) => mentions(field.split('.').at(-1) ?? field));
  const blamed = named.length === 0 && evidence === 'none' ? fields : named;
  if (blamed.length === 0) return error;
  const faults = blamed.map((field): Fault => ({ field, message: `${field}: ${plan.name} does not accept it.` }));
  const publicMessage = faults.map(({ message }) => message).join(' ');
  return new AppError('invalid_request', error.message, { publicMessage, field: faults[0]?.field, faults });
}

/** Names of the caller's options for this very engine, and of what the engine takes as it is. */
function listUncheckedWishes({ name, request, engine: { limits } }: Plan): string[] {
  const isUnchecked = (wish: string | undefined, known: EngineLimits['samplers']): boolean =>
    wish !== undefined && known === 'any';
  return [
    ...listNames(request.options).map((option) => `${name}.${option}`),
    ...(isUnchecked(request.sampler, limits.samplers) ? ['sampler'] : []),
    ...(isUnchecked(request.scheduler, limits.schedulers) ? ['scheduler'] : []),
  ];
}

/** `override_settings.sd_vae` for an option inside another. */
function listNames(options: unknown): string[] {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) return [];
  return Object.entries(options).flatMap(([name, value]) => {
    const inner = listNames(value);
    return inner.length === 0 ? [name] : inner.map((last) => `${name}.${last}`);
  });
}

/** A caller who brings a token of his own wants this engine: he is told that it was refused, and gets no other's. */
export function blameToken({ request }: Plan, error: AppError): AppError {
  if (request.credential === undefined || error.code !== 'engine_unauthorized') return error;
  return new AppError('unauthorized', error.message, { ...error.details, cause: error });
}
