import { resolve } from 'node:path';
import type { GenerationRequest } from '../../shared/contract/generation.ts';
import { toMaxBytes } from '../../shared/files/kept-files.ts';
import type { Logger } from '../../shared/service/log.ts';
import type { Clock } from '../../shared/wait.ts';
import { createJobIds } from './accept/job-ids.ts';
import { createSeals } from './accept/seals.ts';
import type { JobBackend, JobBackendOptions, JobBackendSettings } from './backends/backend.ts';
import { createEmbedded } from './backends/embedded.ts';
import type { JobLimits } from './context.ts';
import type { Job, JobModule } from './job.ts';
import { createJobModule } from './job-module.ts';
import { type JobsObserver, silentObserver } from './observer.ts';
import { createPictures } from './pictures/pictures.ts';
import { createEstimates } from './wait/estimates.ts';
import { createWebhookCalls } from './webhooks/webhook-call.ts';
import { createWebhooks } from './webhooks/webhooks.ts';

const DAY_MS = 86_400_000;

export interface JobsOptions {
  readonly settings: JobBackendSettings & {
    readonly MAX_WAITING: number;
    readonly CACHE_TTL_SECONDS: number;
    /** The first one seals, and all of them open. */
    readonly JOB_SECRET?: readonly string[] | undefined;
    readonly WEBHOOK_SECRET?: string | undefined;
    readonly WEBHOOK_ALLOWED_HOSTS?: readonly string[] | undefined;
    readonly DATA_DIR: string;
    /** Undefined: no limit. */
    readonly DISK_MAX_MB?: number | undefined;
  };
  /** Throws `prompt_refused`. */
  readonly policy: (request: GenerationRequest) => void;
  /** A job as `GET /jobs/{id}` shows it, for webhooks. */
  readonly encodeJob: (job: Job, baseUrl: string | undefined) => unknown;
  /** Default: none. */
  readonly observer?: JobsObserver | undefined;
  readonly clock: Clock;
  readonly log: Logger;
}

export async function createJobs(options: JobsOptions): Promise<JobModule> {
  const { settings, policy, encodeJob, observer = silentObserver, clock, log } = options;
  const dataDirectory = resolve(settings.DATA_DIR);
  const limits: JobLimits = {
    maxWaiting: settings.MAX_WAITING,
    rememberMs: settings.CACHE_TTL_SECONDS * 1000,
    keepMs: DAY_MS,
  };
  const backendOptions = { settings, dataDirectory, limits, observer, clock, log };
  const backend = await openBackend(backendOptions);
  const jobSecrets = settings.JOB_SECRET ?? [await backend.loadSecret('job-secret', '')];
  const ids = createJobIds(jobSecrets);
  const seals = createSeals(jobSecrets);
  const { journal, vault } = backend;
  const estimates = createEstimates(await journal.readFact('means'));
  const webhookCalls = createWebhookCalls({
    secret: settings.WEBHOOK_SECRET ?? (await backend.loadSecret('webhook-secret', 'whsec_')),
    allowedHosts: settings.WEBHOOK_ALLOWED_HOSTS ?? [],
  });
  const webhooks = createWebhooks({ journal, calls: webhookCalls, seals, encodeJob, clock, log });
  const pictures = createPictures({
    dataDirectory,
    maxHostedBytes: toMaxBytes(settings.DISK_MAX_MB ?? 0),
    fetchFromWorker: (pictureId, signal) => dispatch.picture(pictureId, signal),
    isShared: backend.isShared,
    clock,
    log,
  });
  // The gateway starts even when its disk is full.
  await pictures
    .prepare()
    .catch((error: unknown) => log.warn({ err: error }, 'cannot prepare the picture folder in DATA_DIR'));
  const onEnded = webhooks.poke;
  const dispatch = await backend.createDispatch({ estimates, pictures, onEnded });
  const checkCallback = webhookCalls.check;
  const context = {
    journal,
    dispatch,
    ids,
    seals,
    estimates,
    pictures,
    vault,
    limits,
    observer,
    policy,
    checkCallback,
    onEnded,
    isShared: backend.isShared,
    clock,
    log,
  };
  await backend.recover(dispatch);
  return createJobModule(context, async () => {
    await webhooks.stop();
    await backend.close();
  });
}

/** Imported only when needed: BullMQ and its clients take 20 MB, and a gateway with its own file does not need them. */
async function openBackend(options: JobBackendOptions): Promise<JobBackend> {
  const { REDIS_URL } = options.settings;
  if (REDIS_URL === undefined) return createEmbedded(options);
  const { createShared } = await import('./backends/shared.ts');
  return createShared(REDIS_URL, options);
}
