import { AppError } from '../../../shared/errors.ts';
import type { Explanation, ServiceAnswer } from '../service-description.ts';
import { failureSchema } from './schema.ts';

/** All anonymous callers share one pool, which has room again after a short time. */
const POOL_REST_MS = 45_000;
/** Whether the pool was full. The request was not accepted then and may be sent again. */
export const isPoolFull = (error: unknown): error is AppError =>
  error instanceof AppError && error.code === 'engine_busy' && error.details.restMs === POOL_REST_MS;

const BAN_REST_MS = 3_600_000;

/** Meaning of the Horde's own codes (`rc`), because the status alone would mislead. */
export function explainHorde({ status, json, headers }: ServiceAnswer): Explanation | undefined {
  const { rc } = failureSchema.safeParse(json).data ?? { rc: '' };
  switch (rc) {
    case 'CorruptPrompt':
      return { code: 'prompt_refused', publicMessage: 'AI Horde refuses this prompt.' };
    case 'KudosUpfront':
      return { code: 'engine_busy', publicMessage: 'AI Horde is too busy for free pictures of this size.' };
    case 'TimeoutIP':
    case 'BannedIP':
      return {
        code: 'engine_unauthorized',
        publicMessage: 'AI Horde has suspended the address of this service.',
        restMs: BAN_REST_MS,
      };
    case 'InvalidAPIKey':
      return { code: 'engine_unauthorized', publicMessage: 'AI Horde does not know the key: check HORDE_API_KEY.' };
    case 'RequestNotFound':
      return { code: 'engine_failed', publicMessage: 'AI Horde dropped the request before anybody served it.' };
    default:
      if (status === 429 && headers['retry-after'] === undefined) return { code: 'engine_busy', restMs: POOL_REST_MS };
      return undefined;
  }
}
