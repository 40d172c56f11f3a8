import { randomInt } from 'node:crypto';
import { type GenerationRequest, MAX_COUNT, MAX_SEED } from '../../../shared/contract/generation.ts';
import { AppError, invalidRequest } from '../../../shared/errors.ts';
import { costOf } from '../../../shared/queue/room.ts';
import type { Run } from '../../../shared/queue/run.ts';
import type { Credentials } from '../../../shared/queue/sealed-vault.ts';
import type { JobContext } from '../context.ts';
import type { Job, RequestDraft, SubmitOptions } from '../job.ts';
import type { Claim, JobRecord, Order, Sharing, Ticket } from '../journal/journal.ts';
import { canAnswer } from '../journal/rules/claim.ts';
import { isRemembered } from '../journal/rules/life.ts';
import { toJob } from '../wait/job-view.ts';
import type { NewJob } from './job-ids.ts';
import { toFingerprint, toIdempotencyName, toPictureName, toRetryName } from './keys.ts';
import { ownerOf } from './owner.ts';

/** Makes a ticket for a request: checks the policy, then remembers, joins, or begins a new run. */

const LONGEST_RETRY_SECONDS = 60;

/** A submitted request: its record, and the job that its caller sees. */
interface Submitted {
  readonly record: JobRecord;
  readonly job: Job;
}

export async function submit(draft: RequestDraft, options: SubmitOptions, context: JobContext): Promise<Submitted> {
  const sharing = toSharing(draft, options);
  const request = withSeed(draft);
  context.policy(request);
  if (options.callbackUrl !== undefined) await context.checkCallback(options.callbackUrl);
  const known = await recall(draft, sharing, options, context);
  const record = known ?? (await claim({ draft, request, sharing, options }, context));
  return { record, job: await toJob(record, context) };
}

function toSharing(draft: RequestDraft, options: SubmitOptions): Sharing | undefined {
  const { client, credentials, saysRetry = false } = options;
  if (draft.seed !== undefined) return { kind: 'picture', name: toPictureName(draft, credentials), saysRetry };
  if (!(options.rejoin ?? !options.asynchronous)) return undefined;
  // Chat programs fetch the same address again from other machines.
  const asker = options.isFetch === true ? ownerOf(client.id) : client.id;
  return { kind: 'retry', name: toRetryName(asker, draft, credentials), saysRetry };
}

function withSeed(draft: RequestDraft): GenerationRequest {
  if (draft.seed !== undefined) return { ...draft, seed: draft.seed, seedGiven: true };
  return { ...draft, seed: randomInt(MAX_SEED - MAX_COUNT), seedGiven: false };
}

/** A remembered result needs no ticket of its own, unless somebody comes back or is called back for it. */
async function recall(
  draft: RequestDraft,
  sharing: Sharing | undefined,
  { client, fresh, asynchronous, idempotencyKey, callbackUrl }: SubmitOptions,
  context: JobContext,
): Promise<JobRecord | undefined> {
  if (sharing?.kind !== 'picture' || fresh === true) return undefined;
  const run = await context.journal.recall(sharing.name);
  if (run?.result === undefined || !isRemembered(run, context.clock.now())) return undefined;
  if (!canAnswer(run.request, draft)) return undefined;
  await context.collect(run);
  if (!(await context.pictures.areThere(run.result))) {
    await context.journal.forget(run.id);
    return undefined;
  }
  if (asynchronous || idempotencyKey !== undefined || callbackUrl !== undefined) return undefined;
  return toRememberedRecord(run, context.ids.toAgainId(run.ticketId, ownerOf(client.id)));
}

/** A remembered result as whoever asked again holds it. */
export function toRememberedRecord(run: Run, key: string): JobRecord {
  const ticket: Ticket = {
    key,
    runId: run.id,
    clientId: run.clientId,
    origin: 'remembered',
    comesBack: true,
    isFetch: false,
    released: false,
    notes: [],
    createdAt: run.createdAt,
  };
  return { ticket, run };
}

interface Asked {
  readonly draft: RequestDraft;
  readonly request: GenerationRequest;
  readonly sharing: Sharing | undefined;
  readonly options: SubmitOptions;
}

async function claim({ draft, request, sharing, options }: Asked, context: JobContext): Promise<JobRecord> {
  const { client, idempotencyKey, credentials, callbackUrl, asynchronous } = options;
  const createdAt = context.clock.now();
  const issued = context.ids.issue({ createdAt, needsCredentials: credentials !== undefined });
  const order = toOrder(issued, request, {
    client: client.id,
    asynchronous,
    isFetch: options.isFetch,
    trace: { requestId: options.requestId, traceparent: options.traceparent },
    notes: [],
    rememberMs: context.limits.rememberMs,
    sharing,
    callbackUrl,
    ...(callbackUrl !== undefined && { baseUrl: options.baseUrl }),
    fresh: options.fresh === true,
    maxWaiting: context.limits.maxWaiting,
    ...(idempotencyKey !== undefined && {
      idempotency: {
        name: toIdempotencyName(client.id, idempotencyKey),
        fingerprint: toFingerprint(draft, credentials),
      },
    }),
  });
  const claimed = await context.journal.claim(order);
  refuse(claimed, context);
  await begin(claimed, credentials, context);
  return claimed;
}

interface OrderFacts extends Pick<Order, 'sharing' | 'fresh' | 'idempotency' | 'maxWaiting'> {
  readonly client: string;
  readonly asynchronous: boolean;
  readonly isFetch?: boolean | undefined;
  readonly trace: Run['trace'];
  readonly rememberMs: number;
  readonly notes: readonly string[];
  readonly callbackUrl?: string | undefined;
  readonly baseUrl?: string | undefined;
}

export function toOrder(issued: NewJob, request: GenerationRequest, facts: OrderFacts): Order {
  const { key, runId, createdAt, needsCredentials } = issued;
  const {
    client: clientId,
    asynchronous,
    isFetch = false,
    notes,
    callbackUrl,
    baseUrl,
    trace,
    rememberMs,
    ...rest
  } = facts;
  const asked = { clientId, createdAt };
  const ticket: Ticket = {
    ...asked,
    key,
    runId,
    origin: 'made',
    comesBack: asynchronous,
    isFetch,
    released: false,
    notes,
    callbackUrl,
    ...(baseUrl !== undefined && { baseUrl }),
  };
  const run: Run = {
    ...asked,
    id: runId,
    ticketId: key,
    request,
    status: 'queued',
    number: 1,
    needsCredentials,
    received: false,
    rememberMs: request.seedGiven ? rememberMs : 0,
    trace,
    cost: costOf(request),
    turn: 0,
    isRetry: rest.sharing?.saysRetry === true,
    attendedBy: '',
    steps: [{ number: 1, status: 'queued' }],
  };
  return { ticket, run, ...rest };
}

export function refuse({ how }: Claim, { estimates }: JobContext): void {
  if (how === 'conflict') {
    const message = 'Idempotency-Key was used before for another request.';
    throw invalidRequest([{ field: 'Idempotency-Key', message }]);
  }
  if (how !== 'full') return;
  const seconds = Math.ceil(estimates.jobMs() / 1000);
  const retryAfterSeconds = Math.min(Math.max(seconds, 1), LONGEST_RETRY_SECONDS);
  throw new AppError('queue_full', 'this client’s share of MAX_WAITING is used up', { retryAfterSeconds });
}

/** Dispatches a new run. A joined run that has ended already sends no event, so its end is announced here. */
export async function begin(
  { how, run }: Claim,
  credentials: Credentials | undefined,
  { vault, dispatch, onEnded }: JobContext,
): Promise<void> {
  if (how === 'made' && credentials !== undefined) await vault.put(run.id, credentials);
  if (how === 'made' && (credentials !== undefined || !run.needsCredentials)) await dispatch.enqueue(run);
  if (run.status === 'done') onEnded();
}
