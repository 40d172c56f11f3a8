import type { ErrorCode } from '../../shared/errors.ts';
import type { Words } from './languages/en.ts';

type Advice = Extract<keyof Words, `advice${string}`>;

/** What a person can do about a failure. The page's script gets this table with its words. */
export const ADVICE: Partial<Record<ErrorCode, Advice>> & { readonly other: Advice } = {
  invalid_request: 'adviceRequest',
  unauthorized: 'adviceKey',
  forbidden: 'adviceKey',
  not_found: 'adviceGone',
  cancelled: 'adviceGone',
  prompt_refused: 'adviceRefused',
  rate_limited: 'adviceBusy',
  queue_full: 'adviceBusy',
  worker_unavailable: 'adviceBusy',
  worker_waking: 'adviceBusy',
  internal: 'adviceBusy',
  other: 'adviceEngine',
};
