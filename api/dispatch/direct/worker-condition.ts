import type { AxiosInstance } from 'axios';
import { type WorkerStatus, workerStatusSchema } from '../../../shared/contract/wire.ts';
import type { Logger } from '../../../shared/service/log.ts';
import type { Clock } from '../../../shared/wait.ts';
import type { Waker } from '../waker.ts';
import { readErrorRecord } from './production-call.ts';

/**
 * How one worker is: what its status said last, and why it serves nobody, if so. It is asked only beside real work, or
 * while it is in doubt, so that nothing here keeps a sleeping host awake.
 */

const STATUS_TIMEOUT_MS = 5000;
/** Its status is asked no more often than this, and only beside real work. */
const STATUS_INTERVAL_MS = 10_000;
const LOOK_TIMEOUT_MS = 1000;
const LOOK_INTERVAL_MS = 5000;
/** For so long after a failed run its status may be asked: the run keeps it awake anyway. */
const DOUBT_MS = 60_000;

const REFUSES_TOKEN = 'refuses WORKER_TOKEN, which must be the same on both services';
const UNREACHABLE = 'cannot be reached';
const SILENT = 'has not answered since the gateway started';
const UNWELL = 'says that it is not well';

export interface WorkerCondition {
  /** As last heard; undefined before its first status. */
  status(): WorkerStatus | undefined;
  /** Why it serves nobody: what follows “The worker …” in a sentence. */
  problems(): readonly string[];
  /** It answered, so its status may be asked again. */
  heard(): void;
  /** It may have become unwell by a failed run, or be about to. */
  doubt(): void;
  /** It finished a run: no doubt is left. */
  trust(): void;
  /** Asks how it is, for a second at most, unless it is well as far as known. */
  look(): Promise<void>;
}

interface WorkerConditionOptions {
  readonly client: AxiosInstance;
  readonly name: string;
  /** Empty where the workers are reached through the shared queue: no token is sent then. */
  readonly token: string;
  readonly waker: Pick<Waker, 'state' | 'wake'>;
  /** Aborts when the gateway stops. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly log: Logger;
}

export function createWorkerCondition(options: WorkerConditionOptions): WorkerCondition {
  const { client, name, token, waker, signal, clock, log } = options;
  let status: WorkerStatus | undefined;
  let statusAt = Number.NEGATIVE_INFINITY;
  let isRefused = false;
  let hasAnswered = false;
  let looking: Promise<void> | undefined;
  let lookedAt = Number.NEGATIVE_INFINITY;
  let doubtedUntil = Number.NEGATIVE_INFINITY;

  /** Never rejects; answers whether the worker itself answered. */
  async function ask(timeout: number): Promise<boolean> {
    try {
      const { status: code, data } = await client.get<unknown>('/status', { timeout, signal });
      const told = workerStatusSchema.safeParse(data).data;
      status = told ?? status;
      isRefused = code === 401 && token !== '';
      const isWorker =
        told !== undefined || (code === 401 && readErrorRecord(JSON.stringify(data), false) !== undefined);
      hasAnswered ||= isWorker;
      return isWorker;
    } catch (error) {
      log.debug({ worker: name, reason: String(error) }, 'the worker did not tell its status');
      return false;
    }
  }

  function problems(): readonly string[] {
    if (isRefused) return [REFUSES_TOKEN];
    if (waker.state() === 'unreachable') return [UNREACHABLE];
    if (!hasAnswered) return [SILENT];
    if (status?.status === 'unhealthy' && status.problems.length === 0) return [UNWELL];
    return status?.problems ?? [];
  }

  return {
    status: () => status,
    problems,
    heard: () => {
      hasAnswered = true;
      if (clock.now() - statusAt < STATUS_INTERVAL_MS) return;
      statusAt = clock.now();
      void ask(STATUS_TIMEOUT_MS);
    },
    doubt: () => {
      statusAt = Number.NEGATIVE_INFINITY;
      doubtedUntil = clock.now() + DOUBT_MS;
    },
    trust: () => {
      doubtedUntil = Number.NEGATIVE_INFINITY;
    },
    look: async () => {
      if (problems().length === 0 && clock.now() > doubtedUntil) return;
      if (clock.now() - lookedAt >= LOOK_INTERVAL_MS) {
        lookedAt = clock.now();
        looking = ask(LOOK_TIMEOUT_MS).then((isAwake) => {
          // It answered although it was given up: work can be sent again.
          if (isAwake && waker.state() === 'unreachable') waker.wake();
        });
      }
      await looking;
    },
  };
}
