import { join, resolve } from 'node:path';
import type { GenerationRequest } from '../../shared/contract/generation.ts';
import type { Logger } from '../../shared/log.ts';
import type { Run } from '../../shared/queue-run.ts';
import type { Clock } from '../../shared/wait.ts';
import { createHttpDispatch } from '../dispatch/http.ts';
import type { JobContext, JobLimits } from './context.ts';
import { createMemoryVault } from './context.ts';
import { createDesk } from './desk.ts';
import { createEstimates } from './estimates.ts';
import type { Job, JobModule } from './job.ts';
import { createJobIds } from './job-ids.ts';
import { createJobModule } from './job-module.ts';
import { createPictures } from './pictures.ts';
import { loadSecret } from './secrets.ts';
import { createSqliteJournal, type SqliteJournal } from './sqlite-journal.ts';
import { openDatabase } from './sqlite-schema.ts';

const DAY_MS = 86_400_000;
const PURGE_INTERVAL_MS = 60_000;

export interface JobsOptions {
  readonly settings: {
    readonly WORKER_URL?: readonly string[] | undefined;
    readonly WORKER_TOKEN?: string | undefined;
    readonly MAX_WAITING: number;
    readonly CACHE_TTL_SECONDS: number;
    readonly JOB_SECRET?: string | undefined;
    readonly DATA_DIR: string;
  };
  /** Throws `prompt_refused`. */
  readonly policy: (request: GenerationRequest) => void;
  /** A job as `GET /jobs/{id}` shows it, for webhooks. */
  readonly encodeJob: (job: Job) => unknown;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The job module of one gateway: its own journal file, and HTTP to the workers. */
export async function createJobs(options: JobsOptions): Promise<JobModule> {
  const { settings, policy, clock, log } = options;
  const dataDirectory = resolve(settings.DATA_DIR);
  const limits: JobLimits = {
    maxWaiting: settings.MAX_WAITING,
    rememberMs: settings.CACHE_TTL_SECONDS * 1000,
    keepMs: DAY_MS,
  };
  const ids = createJobIds(settings.JOB_SECRET ?? loadSecret(dataDirectory, 'job-secret'));
  const database = openDatabase(join(dataDirectory, 'jobs.sqlite'));
  const journal = createSqliteJournal({ database, clock, keepMs: limits.keepMs });
  const estimates = createEstimates(await journal.readFact('means'));
  const vault = createMemoryVault();
  let wokeAt = Number.NEGATIVE_INFINITY;
  const onTicketEnded = async (): Promise<void> => undefined;
  const onEnded = async (_run: Run): Promise<void> => undefined;
  const pictures = createPictures({
    dataDirectory,
    fetchFromWorker: (pictureId, signal) => dispatch.picture(pictureId, signal),
    clock,
    log,
  });
  const desk = createDesk({
    ...{ journal, estimates, vault, limits, pictures, clock, log, onTicketEnded, onEnded },
    wokeAt: () => wokeAt,
  });
  const dispatch = createHttpDispatch({
    workerUrls: settings.WORKER_URL ?? [],
    workerToken: settings.WORKER_TOKEN ?? '',
    desk,
    clock,
    log,
    onAwake: (tookMs) => {
      wokeAt = clock.now();
      if (tookMs > 1000) estimates.learnWake(tookMs);
    },
  });
  const context: JobContext = {
    ...{ journal, dispatch, ids, estimates, pictures, vault, limits, policy, onTicketEnded, clock, log },
  };
  for (const run of journal.recover()) if (!run.needsCredentials) await dispatch.enqueue(run);
  const stopping = new AbortController();
  void purgeNowAndThen(journal, clock, stopping.signal, log);
  return createJobModule(context, async ({ graceMs }) => {
    stopping.abort();
    await dispatch.stop(graceMs);
    await journal.close();
  });
}

async function purgeNowAndThen(journal: SqliteJournal, clock: Clock, signal: AbortSignal, log: Logger): Promise<void> {
  while (!signal.aborted) {
    try {
      journal.purge();
      await clock.wait(PURGE_INTERVAL_MS, signal);
    } catch (error) {
      if (!signal.aborted) log.error({ err: error }, 'purging the journal failed');
    }
  }
}
