import { isEnded, type Run } from '../../../shared/queue/run.ts';
import type { Order } from './journal.ts';

/** Whether a request may have what an earlier, equal one led to, and how that is called. */
export function wayToShare(
  run: Run,
  kind: NonNullable<Order['sharing']>['kind'],
  now: number,
): 'joined' | 'remembered' | undefined {
  if (!isEnded(run.status)) return 'joined';
  if (run.status !== 'done') return undefined;
  if (kind === 'picture') return now < (run.rememberUntil ?? 0) ? 'remembered' : undefined;
  // A random picture that its caller never got belongs to the retry.
  return run.received ? undefined : 'joined';
}
