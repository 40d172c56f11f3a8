import { randomInt } from 'node:crypto';
import { type GenerationRequest, MAX_COUNT, MAX_SEED } from '../../../shared/contract/generation.ts';
import type { JobContext } from '../context.ts';
import type { Job, RequestDraft, SubmitOptions } from '../job.ts';
import type { JobRecord, Sharing } from '../journal/journal.ts';
import { toJob } from '../wait/job-view.ts';
import { claim } from './claim.ts';
import { toFingerprint, toIdempotencyName, toPictureName, toRetryName } from './keys.ts';
import { ownerOf } from './owner.ts';

/** Makes a ticket for a request: checks the policy, then remembers a result, joins a run, or begins a new one. */

/** A submitted request: its record, and the job that its caller sees. */
interface Submitted {
  readonly record: JobRecord;
  readonly job: Job;
}

export async function submit(draft: RequestDraft, options: SubmitOptions, context: JobContext): Promise<Submitted> {
  const { client, asynchronous, credentials, idempotencyKey, callbackUrl, requestId, traceparent } = options;
  const request = withSeed(draft);
  context.policy(request);
  if (callbackUrl !== undefined) await context.checkCallback(callbackUrl);
  const asked = {
    ...{ key: context.ids.issue(), createdAt: context.clock.now(), clientId: client.id, comesBack: asynchronous },
    ...{ isFetch: options.isFetch === true, notes: [], callbackUrl },
    ...{ baseUrl: callbackUrl === undefined ? undefined : options.baseUrl },
    ...{ request, needsCredentials: credentials !== undefined, credentials, trace: { requestId, traceparent } },
    ...{ sharing: toSharing(draft, options), fresh: options.fresh === true },
    idempotency:
      idempotencyKey === undefined
        ? undefined
        : { name: toIdempotencyName(client.id, idempotencyKey), fingerprint: toFingerprint(draft, credentials) },
  };
  const record = await claim(asked, context);
  return { record, job: await toJob(record, context, asynchronous) };
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
