import type { AxiosInstance } from 'axios';
import { type WorkerStatus, workerStatusSchema } from '../../../shared/contract/wire.ts';
import type { Logger } from '../../../shared/service/log.ts';
import type { Clock } from '../../../shared/wait.ts';
import type { Waker } from '../waker.ts';
import { readErrorRecord } from './production-call.ts';

/**
 * The condition of one worker: its last status, and why it makes no pictures, if so. The worker is asked only beside
 * real work, or after a failure, so that these requests keep no host awake.
 */

const STATUS_TIMEOUT_MS = 5000;
/** Shortest time between two requests for its status. */
const STATUS_INTERVAL_MS = 10_000;
const LOOK_TIMEOUT_MS = 1000;
const LOOK_INTERVAL_MS = 5000;
/** After a failed run its status may be asked during this time. The failed run keeps the host awake anyway. */
const DOUBT_MS = 60_000;

const REFUSES_TOKEN = 'does not accept WORKER_TOKEN, which must be the same on both services';
const UNREACHABLE = 'cannot be reached';
const SILENT = 'has not answered since the gateway started';
const UNWELL = 'reports that it is not healthy';

export interface WorkerCondition {
  /** The last status. Undefined before the first one. */
  status(): WorkerStatus | undefined;
  /** Why it makes no pictures. Each text completes a sentence that begins with “The worker”. */
  problems(): readonly string[];
  /** Call it when the worker has answered, so that its status may be asked again. */
  heard(): void;
  /** Call it after a failed run, because the worker may be unhealthy. */
  doubt(): void;
  /** Call it when the worker has ended a run with a result, which shows that it is healthy. */
  trust(): void;
  /** Asks for its status, for at most a second, unless the worker is known to be healthy. */
  look(): Promise<void>;
}

interface WorkerConditionOptions {
  readonly client: AxiosInstance;
  readonly name: string;
  /** Empty if the workers are reached through the shared queue, which needs no token. */
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

  /** Resolves with whether the worker itself answered. Never rejects. */
  async function ask(timeout: number): Promise<boolean> {
    try {
      const { status: code, data } = await client.get<unknown>('/status', { timeout, signal });
      const answered = workerStatusSchema.safeParse(data).data;
      status = answered ?? status;
      isRefused = code === 401 && token !== '';
      const isWorker =
        answered !== undefined || (code === 401 && readErrorRecord(JSON.stringify(data), false) !== undefined);
      hasAnswered ||= isWorker;
      return isWorker;
    } catch (error) {
      log.debug({ worker: name, reason: String(error) }, 'the worker did not send its status');
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
      if (clock.elapsed() - statusAt < STATUS_INTERVAL_MS) return;
      statusAt = clock.elapsed();
      void ask(STATUS_TIMEOUT_MS);
    },
    doubt: () => {
      statusAt = Number.NEGATIVE_INFINITY;
      doubtedUntil = clock.elapsed() + DOUBT_MS;
    },
    trust: () => {
      doubtedUntil = Number.NEGATIVE_INFINITY;
    },
    look: async () => {
      if (problems().length === 0 && clock.elapsed() > doubtedUntil) return;
      if (clock.elapsed() - lookedAt >= LOOK_INTERVAL_MS) {
        lookedAt = clock.elapsed();
        looking = ask(LOOK_TIMEOUT_MS).then((isAwake) => {
          // It answered although it counted as unreachable, so work can be sent again.
          if (isAwake && waker.state() === 'unreachable') waker.wake();
        });
      }
      await looking;
    },
  };
}
