import type { GenerationRequest } from '../../../../shared/contract/generation.ts';
import { isEnded, type Run } from '../../../../shared/queue/run.ts';
import type { JobRecord, Order, Ticket } from '../journal.ts';
import { isRemembered } from './life.ts';
import { isAdmitted, nextTurn, type QueueFacts } from './queue-share.ts';

/** What becomes of a request: the ticket of its idempotency key, a share in an earlier run, or a new run. */

export interface ClaimFacts {
  /** Epoch milliseconds. */
  readonly now: number;
  /** What the idempotency key was used for before. */
  readonly keyed?: { readonly fingerprint: string; readonly record: JobRecord } | undefined;
  /** Runs under the order's name, oldest first. */
  readonly named: readonly Run[];
  readonly queue: QueueFacts;
}

export type ClaimDecision =
  /** There is nothing to write. */
  | { readonly how: 'repeated' | 'conflict' | 'full' | 'recalled'; readonly record: JobRecord }
  /** The ticket shares an earlier run. */
  | { readonly how: 'joined' | 'remembered'; readonly ticket: Ticket; readonly run: Run }
  /** `named`: the run ids that the name leads to from now on. */
  | { readonly how: 'made'; readonly ticket: Ticket; readonly run: Run; readonly named: readonly string[] };

/** Of one name: whoever asks for more equal pictures at once gets them, and only the newest can be taken up again. */
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

/** A caller that gave its share up, or was answered with a failure, wants a picture when it asks again. */
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
 * A picture whose caller has gone, the oldest first. A caller that says that it is a retry may also have one whose
 * caller seems to be on the line (a proxy may not have noticed), when there is no doubt which one is meant: the only
 * one, taken up by nobody yet.
 */
function chooseForRetry(named: readonly Run[], saysRetry: boolean): Run | undefined {
  const open = named.filter(isOpenForRetry);
  const unattended = open.find(({ attendedBy }) => attendedBy === '');
  if (unattended !== undefined || !saysRetry) return unattended;
  const [only] = open;
  return open.length === 1 && only?.attendedBy === only?.ticketId && only?.isRetry === false ? only : undefined;
}

const isOpenForRetry = ({ status, received }: Run): boolean => !isEnded(status) || (status === 'done' && !received);

/** A picture that no store took is still at the worker, under its seed. */
const isUnstored = ({ error }: Run): boolean => error?.code === 'store_failed';

const isWorthKeeping = (run: Run): boolean => isOpenForRetry(run) || isUnstored(run);

/** The retry of a picture that no store took asks for that picture, and not for one of another seed. */
const withKeptSeed = (request: GenerationRequest, earlier: Run | undefined): GenerationRequest =>
  !request.seedGiven && earlier !== undefined && isUnstored(earlier)
    ? { ...request, seed: earlier.request.seed }
    : request;
