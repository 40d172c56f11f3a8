import { AppError } from '../../../shared/errors.ts';
import { toRequestId, toTraceparent } from '../../../shared/net/http.ts';
import type { Credentials, JobContext } from '../context.ts';
import type { Held } from '../journal/journal.ts';
import { toPictureName } from './keys.ts';
import { begin, holdAgain, toOrder } from './submit.ts';

/** From a public id to its ticket and run. */

const QUEUED_AGAIN = 'The record of this job was lost, for instance when a host lost its disk; it was queued again.';
/** Who asked is not in the id. */
const RETURNED_CLIENT = 'returned';

/** Throws `not_found` for an id that was never given out, or has expired. Queues again what was lost. */
export async function lookUp(id: string, context: JobContext, credentials?: Credentials): Promise<Held> {
  const issued = context.ids.read(id);
  const known = await context.journal.find(issued.key);
  if (known !== undefined) return issued.isAgain && known.run.status === 'done' ? holdAgain(known.run) : known;
  const { request, createdAt } = issued;
  if (context.clock.now() - createdAt > context.limits.keepMs) {
    const publicMessage = 'This job has expired: its result is no longer kept.';
    throw new AppError('not_found', 'a job id older than its life', { publicMessage });
  }
  if (request === undefined) {
    const publicMessage =
      'The record of this job was lost, and its request is too long to be in its id. Send it again.';
    throw new AppError('internal', 'a lost job whose id carries no request', { publicMessage });
  }
  const sharing = request.seedGiven
    ? { kind: 'picture' as const, name: toPictureName(request, credentials) }
    : undefined;
  const trace = { requestId: toRequestId(undefined), traceparent: toTraceparent(undefined) };
  const { rememberMs } = context.limits;
  const facts = {
    trace,
    rememberMs,
    client: RETURNED_CLIENT,
    asynchronous: true,
    notes: [QUEUED_AGAIN],
    fresh: false,
    sharing,
  };
  const order = toOrder(issued, request, { ...facts, maxWaiting: Number.MAX_SAFE_INTEGER });
  const claimed = await context.journal.claim(order);
  await begin(claimed, credentials, context);
  return claimed;
}

/** A run that waits for its caller's token, since no journal keeps it, goes on when the token comes. */
export async function supply({ run }: Held, credentials: Credentials | undefined, context: JobContext): Promise<void> {
  const isWaitingForIt = run.needsCredentials && run.status === 'queued';
  if (credentials === undefined || !isWaitingForIt || (await context.vault.get(run.id)) !== undefined) return;
  await context.vault.put(run.id, credentials);
  await context.dispatch.enqueue(run);
}
