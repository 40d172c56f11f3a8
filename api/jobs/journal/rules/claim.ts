import type { GenerationRequest } from '../../../../shared/contract/generation.ts';
import { isEnded, type Run } from '../../../../shared/queue/run.ts';
import type { JobRecord, Order, Ticket } from '../journal.ts';
import { isRemembered } from './life.ts';
import { isAdmitted, nextTurn, type QueueFacts } from './queue-share.ts';

/** Decides on a request: the ticket of its idempotency key, a ticket of an earlier run, or a new run. */

export interface ClaimFacts {
  /** Epoch milliseconds. */
  readonly now: number;
  /** The earlier request with the same idempotency key. */
  readonly keyed?: { readonly fingerprint: string; readonly record: JobRecord } | undefined;
  /** Runs with the order's name, oldest first. */
  readonly named: readonly Run[];
  readonly queue: QueueFacts;
}

export type ClaimDecision =
  /** Nothing is written. */
  | { readonly how: 'repeated' | 'conflict' | 'full' | 'recalled'; readonly record: JobRecord }
  /** The ticket shares an earlier run. */
  | { readonly how: 'joined' | 'remembered'; readonly ticket: Ticket; readonly run: Run }
  /** `named`: the new list of run ids of the name. */
  | { readonly how: 'made'; readonly ticket: Ticket; readonly run: Run; readonly named: readonly string[] };

/** Most runs of one name. A caller may have more equal pictures at once, but a retry can only take up the newest ones. */
const MAX_NAMED = 32;

export function decideClaim(order: Order, facts: ClaimFacts): ClaimDecision {
  const { keyed, now, named, queue } = facts;
  const { ticket, run, sharing } = order;
  if (keyed !== undefined && isStillMeant(keyed.record)) {
    return {
      how: keyed.fingerprint === order.idempotency?.fingerprint ? 'repeated' : 'conflict',
      record: keyed.record,
    };
  }
  const shared = sharing === undefined || order.fresh ? undefined : chooseRun(sharing, run.request, named, now);
  if (shared !== undefined) {
    const how = sharing?.kind === 'picture' && isEnded(shared.status) ? 'remembered' : 'joined';
    if (how === 'remembered' && order.looksFirst) return { how: 'recalled', record: { ticket, run: shared } };
    const attendedBy = sharing?.kind === 'retry' ? run.attendedBy : shared.attendedBy;
    return { how, ticket: { ...ticket, runId: shared.id, origin: how }, run: { ...shared, attendedBy } };
  }
  if (!isAdmitted(run.cost, order.maxWaiting, queue)) return { how: 'full', record: { ticket, run } };
  return {
    how: 'made',
    ticket,
    run: {
      ...run,
      request: withKeptSeed(run.request, named.at(-1)),
      turn: nextTurn(queue),
    },
    named:
      sharing?.kind === 'retry'
        ? [...named.filter(isWorthKeeping).map(({ id }) => id), run.id].slice(-MAX_NAMED)
        : [run.id],
  };
}

/** Whether the earlier job still answers. After a cancellation or a failure the caller wants a new picture. */
function isStillMeant({ ticket, run }: JobRecord): boolean {
  if (ticket.released || run.status === 'cancelled') return false;
  return run.status !== 'failed' || ticket.comesBack;
}

function chooseRun(
  sharing: NonNullable<Order['sharing']>,
  request: GenerationRequest,
  named: readonly Run[],
  now: number,
): Run | undefined {
  if (sharing.kind === 'retry') return chooseForRetry(named, sharing.saysRetry);
  const newest = named.at(-1);
  const isUsable = newest !== undefined && (!isEnded(newest.status) || isRemembered(newest, now));
  return isUsable && canAnswer(newest.request, request) ? newest : undefined;
}

/** A hosted picture can be sent as bytes. A picture that was made to be sent as bytes has no address. */
const canAnswer = (made: Pick<GenerationRequest, 'deliver'>, asked: Pick<GenerationRequest, 'deliver'>): boolean =>
  made.deliver === 'url' || asked.deliver === 'bytes';

/**
 * The oldest run whose caller has gone. A request that is marked as a retry may also take up a run whose caller still seems
 * connected, because a proxy may not have noticed that it left. The run must be the only one, and not taken up by
 * another retry, so that there is no doubt which one is meant.
 */
function chooseForRetry(named: readonly Run[], saysRetry: boolean): Run | undefined {
  const open = named.filter(isOpenForRetry);
  const unattended = open.find(({ attendedBy }) => attendedBy === '');
  if (unattended !== undefined || !saysRetry) return unattended;
  const [only] = open;
  return open.length === 1 && only?.attendedBy === only?.ticketId && only?.isRetry === false ? only : undefined;
}

const isOpenForRetry = ({ status, received }: Run): boolean => !isEnded(status) || (status === 'done' && !received);

/** A picture that no store took is still on the worker's shelf, with its seed. */
const isUnstored = ({ error }: Run): boolean => error?.code === 'store_failed';

const isWorthKeeping = (run: Run): boolean => isOpenForRetry(run) || isUnstored(run);

/** The retry of a picture that no store took uses the same seed, so that it gets that picture. */
const withKeptSeed = (request: GenerationRequest, earlier: Run | undefined): GenerationRequest =>
  !request.seedGiven && earlier !== undefined && isUnstored(earlier)
    ? { ...request, seed: earlier.request.seed }
    : request;
