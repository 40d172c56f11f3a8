import type { GenerationRequest } from '../../../shared/contract/generation.ts';
import { AppError, toErrorRecord } from '../../../shared/errors.ts';
import { toRequestId } from '../../../shared/net/http.ts';
import type { Run } from '../../../shared/queue/run.ts';
import type { Credentials } from '../../../shared/queue/sealed-vault.ts';
import { toSpanContext, toTraceparent } from '../../../shared/telemetry/trace-context.ts';
import type { JobContext } from '../context.ts';
import type { Asker } from '../job.ts';
import type { JobRecord } from '../journal/journal.ts';
import { claim, toRememberedRecord } from './claim.ts';
import { noSuchJob } from './job-ids.ts';
import { toPictureName } from './keys.ts';
import { mayUse, ownerOf } from './owner.ts';
import type { SealedJob } from './seals.ts';

/** Finds the ticket and run of a public id. */

const QUEUED_AGAIN = 'The record of this job was lost, for instance when a host lost its disk; it was queued again.';

/**
 * Throws `not_found` for an id that was never given out, has expired, or belongs to another key. A lost job is queued
 * again if its seal came with the id, under the same rules as a new request.
 */
export async function lookUp(id: string, context: JobContext, asker: Asker = {}): Promise<JobRecord> {
  const { key, again } = context.ids.read(id);
  const known = await context.journal.find(key);
  if (known === undefined) return queueAgain(id, context, asker);
  if (again === undefined) {
    if (!mayUse(asker.client, ownerOf(known.ticket.clientId))) throw noSuchJob('the job of another key');
    return withPictures(known, context);
  }
  const owner = asker.client === undefined ? '' : ownerOf(asker.client.id);
  const isAllowed = asker.client?.keyName === undefined || again.isOf(owner) || again.isOf('');
  if (!isAllowed || known.run.status !== 'done') throw noSuchJob('no remembered answer of this key');
  return withPictures(toRememberedRecord(known.run, id), context);
}

/** The operator or a full disk may have removed the picture of a done job. The job is then shown as failed. */
async function withPictures(record: JobRecord, { pictures }: JobContext): Promise<JobRecord> {
  const { run } = record;
  if (run.status !== 'done' || (await pictures.areThere(run))) return record;
  const publicMessage = 'The picture of this job is no longer kept.';
  const error = new AppError('not_found', 'the picture of a finished job is gone', { publicMessage });
  const failed: Run = { ...run, status: 'failed', result: undefined, error: toErrorRecord(error) };
  return { ...record, run: failed };
}

async function queueAgain(id: string, context: JobContext, asker: Asker): Promise<JobRecord> {
  if (asker.sealed === undefined) throw noSuchJob('no record of that id, and no seal came with it');
  const sealed = context.seals.open(id, asker.sealed);
  if (!mayUse(asker.client, sealed.owner)) throw noSuchJob('the lost job of another key');
  const request = await admit(sealed, context, asker);
  const { credentials } = asker;
  const name = request.seedGiven ? toPictureName(request, credentials) : undefined;
  const asked = {
    ...{ key: id, createdAt: sealed.createdAt, clientId: asker.client?.id ?? '', comesBack: true, isFetch: false },
    ...{ notes: [QUEUED_AGAIN], needsCredentials: sealed.needsCredentials, request, credentials, fresh: false },
    sharing: name === undefined ? undefined : ({ kind: 'picture', name, saysRetry: false } as const),
    trace: { requestId: toRequestId(undefined), traceparent: toTraceparent(toSpanContext(undefined)) },
  };
  return claim(asked, context);
}

/** A caller with a leaked secret can make seals, so the request is checked like a new one. */
async function admit(sealed: SealedJob, context: JobContext, { admit: pass }: Asker): Promise<GenerationRequest> {
  const { request, createdAt } = sealed;
  if (context.clock.now() - createdAt > context.limits.keepMs) {
    const publicMessage = 'This job has expired: its result is no longer kept.';
    throw new AppError('not_found', 'a sealed job that is older than jobs are kept', { publicMessage });
  }
  if (request === undefined) {
    const publicMessage =
      'The record of this job was lost, and its request is too long to be in its address. Send it again.';
    throw new AppError('internal', 'a lost job whose seal has no request', { publicMessage });
  }
  const admitted = (await pass?.(request)) ?? request;
  context.policy(admitted);
  return admitted;
}

/** A run that waits for its caller's token, which no journal keeps, goes on when the token comes. */
export async function bringCredentials(
  { run }: JobRecord,
  credentials: Credentials | undefined,
  context: JobContext,
): Promise<void> {
  const isWaitingForIt = run.needsCredentials && run.status === 'queued';
  if (credentials === undefined || !isWaitingForIt || (await context.vault.get(run.id)) !== undefined) return;
  await context.vault.put(run.id, credentials);
  await context.dispatch.enqueue(run);
}
