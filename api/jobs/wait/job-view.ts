import type { GenerationResult, Stage } from '../../../shared/contract/generation.ts';
import { AppError, fromErrorRecord } from '../../../shared/errors.ts';
import { isEnded, type Run } from '../../../shared/queue/run.ts';
import type { WorkerState, WorkerView } from '../../dispatch/dispatch.ts';
import { ownerOf } from '../accept/owner.ts';
import type { Seals } from '../accept/seals.ts';
import type { JobContext } from '../context.ts';
import type { Job } from '../job.ts';
import type { JobRecord, Ticket } from '../journal/journal.ts';

/** Makes the job that a ticket's owner may see. */

const NEEDS_CREDENTIALS = 'This job needs your own token again, which is never kept: send it with the next poll.';

type Viewing = Pick<JobContext, 'dispatch' | 'estimates' | 'seals' | 'vault' | 'clock'>;

/** `hasPlace`: false for a caller that only sees the end, so that its place in the queue is not read. */
export async function toJob({ ticket, run }: JobRecord, context: Viewing, hasPlace = true): Promise<Job> {
  if (isEnded(run.status) || ticket.released) return toEndedJob(ticket, run, context.seals);
  const { dispatch, estimates, vault, clock } = context;
  const now = clock.now();
  const isQueued = run.status === 'queued';
  const position = isQueued && hasPlace ? await dispatch.position(run.id) : undefined;
  const workers = dispatch.workers();
  const wakingForMs = isAnyAwake(workers) ? undefined : longestWaking(workers);
  const lacksToken = run.needsCredentials && isQueued && (await vault.get(run.id)) === undefined;
  const queueStage: Stage = wakingForMs === undefined ? 'queue' : 'wake';
  return {
    ...common(ticket, run, context.seals),
    status: run.status,
    stage: isQueued ? queueStage : run.stage,
    progress: estimates.progress(run, now),
    engine: run.engine,
    engineStatus: run.engineStatus,
    queuePosition: position,
    etaSeconds: estimates.etaSeconds(run, { now, position, slots: countSlots(workers), wakingForMs }),
    notes: lacksToken ? [...ticket.notes, NEEDS_CREDENTIALS] : ticket.notes,
  };
}

/** A released ticket is cancelled, even when the run goes on for others. */
export function toEndedJob(ticket: Ticket, run: Run, seals: Seals): Job {
  if (ticket.released || run.status === 'cancelled') {
    const error = new AppError('cancelled', 'this job was cancelled');
    return { ...common(ticket, run, seals), status: 'cancelled', progress: 0, error, finishedAt: run.finishedAt };
  }
  return {
    ...common(ticket, run, seals),
    status: run.status,
    progress: run.status === 'done' ? 1 : 0,
    engine: run.engine,
    result: run.result && withoutSecrets(run.result),
    error: run.error && fromErrorRecord(run.error),
    finishedAt: run.finishedAt,
  };
}

function common(ticket: Ticket, run: Run, seals: Seals) {
  const { key: id, origin, notes, createdAt, clientId } = ticket;
  const { request, needsCredentials } = run;
  const sealed = { createdAt, owner: ownerOf(clientId), needsCredentials, request };
  return {
    ...{ id, origin, notes, createdAt, request },
    // A remembered answer has no record of its own, so it needs no seal.
    ...(origin !== 'remembered' && { seal: () => seals.seal(id, sealed) }),
  };
}

/** Tokens that remove hosted copies are only for the operator. */
function withoutSecrets(result: GenerationResult): GenerationResult {
  const pictures = result.pictures.map(({ deleteToken: _, ...picture }) => picture);
  return { ...result, pictures };
}

const AWAKE: readonly WorkerState[] = ['ready', 'busy'];

const isAnyAwake = (workers: readonly WorkerView[]): boolean => workers.some(({ state }) => AWAKE.includes(state));

const longestWaking = (workers: readonly WorkerView[]): number =>
  Math.max(0, ...workers.map(({ wakingForMs }) => wakingForMs ?? 0));

const countSlots = (workers: readonly WorkerView[]): number =>
  workers.reduce((sum, { state, concurrency }) => sum + (AWAKE.includes(state) ? concurrency : 0), 0);
