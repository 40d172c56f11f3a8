import type { GenerationRequest } from '../../../shared/contract/generation.ts';
import { AppError, invalidRequest } from '../../../shared/errors.ts';
import { costOf } from '../../../shared/queue/room.ts';
import type { Run } from '../../../shared/queue/run.ts';
import type { Credentials } from '../../../shared/queue/sealed-vault.ts';
import type { JobContext } from '../context.ts';
import type { Claim, JobRecord, Order, Ticket } from '../journal/journal.ts';
import { toRunId } from './job-ids.ts';
import { ownerOf } from './owner.ts';

/** Claims a share in a run for a new ticket, and dispatches the run if it is new. */

const LONGEST_RETRY_SECONDS = 60;

interface ClaimRequest
  extends Omit<Ticket, 'runId' | 'origin' | 'released'>,
    Pick<Order, 'sharing' | 'fresh' | 'idempotency'> {
  readonly request: GenerationRequest;
  readonly trace: Run['trace'];
  readonly needsCredentials: boolean;
  readonly credentials: Credentials | undefined;
}

/** Throws `queue_full`, and `invalid_request` for an idempotency key that was used for another request. */
export async function claim(claimRequest: ClaimRequest, context: JobContext): Promise<JobRecord> {
  const { limits, vault, dispatch } = context;
  const { request, trace, needsCredentials, credentials, sharing, fresh, idempotency, ...ofTicket } = claimRequest;
  const { key, clientId, createdAt } = ofTicket;
  const ticket: Ticket = { ...ofTicket, runId: toRunId(key), origin: 'made', released: false };
  const run: Run = {
    ...{ id: ticket.runId, ticketId: key, clientId, createdAt, request, trace, needsCredentials },
    ...{ status: 'queued', number: 1, steps: [{ number: 1, status: 'queued' }], received: false },
    ...{ cost: costOf(request), turn: 0, isRetry: sharing?.saysRetry === true },
    attendedBy: ticket.comesBack ? '' : key,
    rememberMs: request.seedGiven ? limits.rememberMs : 0,
  };
  const order = { ticket, run, sharing, fresh, idempotency, maxWaiting: limits.maxWaiting };
  const claimed = await claimOrRecall(order, context);
  context.observer.claimed(claimed.how);
  refuse(claimed, context);
  const isNew = claimed.how === 'made';
  if (isNew && credentials !== undefined) await vault.put(claimed.run.id, credentials);
  if (isNew && (credentials !== undefined || !needsCredentials)) await dispatch.enqueue(claimed.run);
  // A run that ended earlier sends no event.
  if (claimed.ticket.callbackUrl !== undefined && claimed.run.status === 'done') context.onEnded();
  return claimed;
}

/** A remembered result needs no ticket, unless its caller comes back for it or wants a callback. */
async function claimOrRecall(order: Order, context: JobContext): Promise<Claim> {
  const { journal, pictures, ids } = context;
  const claimed = await journal.claim({ ...order, looksFirst: true });
  const { how, run, ticket } = claimed;
  if (how !== 'recalled') return claimed;
  if (!(await pictures.areThere(run))) await journal.forget(run.id);
  else if (!ticket.comesBack && order.idempotency === undefined && ticket.callbackUrl === undefined) {
    return { how: 'remembered', ...toRememberedRecord(run, ids.toAgainId(run.ticketId, ownerOf(ticket.clientId))) };
  }
  return journal.claim(order);
}

/** The record of a remembered result, for the caller who asked again. */
export function toRememberedRecord(run: Run, key: string): JobRecord {
  const { id: runId, clientId, createdAt } = run;
  const ticket: Ticket = {
    ...{ key, runId, clientId, createdAt, origin: 'remembered', comesBack: true },
    ...{ isFetch: false, released: false, notes: [] },
  };
  return { ticket, run };
}

function refuse({ how }: Claim, { estimates }: JobContext): void {
  if (how === 'conflict') {
    const message = 'Idempotency-Key was used before for another request.';
    throw invalidRequest([{ field: 'Idempotency-Key', message }]);
  }
  if (how !== 'full') return;
  const seconds = Math.ceil(estimates.jobMs() / 1000);
  const retryAfterSeconds = Math.min(Math.max(seconds, 1), LONGEST_RETRY_SECONDS);
  throw new AppError('queue_full', 'this client’s share of MAX_WAITING is used up', { retryAfterSeconds });
}
