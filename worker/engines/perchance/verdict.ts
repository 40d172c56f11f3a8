import type { AppError } from '../../../shared/errors.ts';
import { challenged, endedBy, rateLimited } from './failures.ts';
import { DERIVED, STATUSES, type StatusMeaning, UNKNOWN_STATUS } from './site.ts';
import type { Reply } from './watch.ts';

/** What a reply means for the job: success, the page handles it, or the job ends. */
export type Verdict =
  | { readonly kind: 'go_on' | 'verify' | 'verified' | 'done' }
  | { readonly kind: 'wait'; readonly meaning: StatusMeaning; readonly step: string }
  | { readonly kind: 'fail'; readonly error: AppError };

/**
 * Reads replies by the site's tables. One reader serves a whole job, since tolerated statuses are counted over all
 * embeds.
 */
export function createJudge(): (reply: Reply) => Verdict {
  const seen = new Map<string, number>();

  return ({ endpoint, status, isChallenge, retryAfterSeconds }) => {
    if (isChallenge) return { kind: 'fail', error: challenged(endpoint) };
    if (status === undefined) return { kind: 'go_on' };
    const step = `${endpoint}: ${status}`;
    if (status === DERIVED.rateLimited) return { kind: 'fail', error: rateLimited(step, retryAfterSeconds) };

    const meaning = STATUSES[endpoint]?.[status] ?? UNKNOWN_STATUS;
    if (meaning.kind !== 'wait' && meaning.kind !== 'fail') return { kind: meaning.kind };
    const times = (seen.get(step) ?? 0) + 1;
    seen.set(step, times);
    const isBorne = meaning.kind === 'wait' && times <= (meaning.times ?? 0);
    return isBorne ? { kind: 'wait', meaning, step } : { kind: 'fail', error: endedBy(meaning.code, step) };
  };
}
