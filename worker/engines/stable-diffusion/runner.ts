import { AppError } from '../../../shared/errors.ts';
import type { Logger } from '../../../shared/service/log.ts';
import { type Clock, toAbortError } from '../../../shared/wait.ts';
import { createKeyedLock } from '../../browser/pool/keyed-lock.ts';
import { raceAbort } from '../../browser/pool/race-abort.ts';
import { createIdleTimer } from '../../subprocess/idle-timer.ts';
import { CHILD_PATH, createTake, type ModelProcess, startModelProcess } from './child-process.ts';
import type { LoadMessage } from './messages.ts';
import type { PaintHooks, Painting, PaintJob } from './pipeline/pipeline.ts';

export interface RunnerOptions {
  readonly load: Omit<LoadMessage, 'type'>;
  /** The process is ended after this many milliseconds without a job. 0: never. */
  readonly idleUnloadMs: number;
  readonly clock: Clock;
  readonly log: Logger;
  /** For tests: a program that replaces the child. */
  readonly childPath?: string | undefined;
}

export interface RunHooks extends PaintHooks {
  /** Called before the job starts, when no killed process holds memory any more. Throws to refuse the job. */
  readonly admit: () => Promise<void>;
  readonly onLoading: () => void;
}

/**
 * The child process that holds the model. It starts with the first job, is killed to cancel a job, and ends when idle.
 */
export interface Runner {
  /** Runs one job at a time; others wait. Throws AppError. */
  run(job: PaintJob, hooks: RunHooks, signal: AbortSignal): Promise<Painting>;
  /** Memory of the process in bytes. 0 without a process. */
  usedBytes(): Promise<number>;
  stop(): Promise<void>;
}

export function createRunner({ load, idleUnloadMs, clock, log, childPath = CHILD_PATH }: RunnerOptions): Runner {
  const lock = createKeyedLock();
  const idle = createIdleTimer({ clock, idleAfterMs: idleUnloadMs, onIdle: () => kill('idle') });
  /** The latest process. Its model may still be loading, or the process may be ending. */
  let latest: ModelProcess | undefined;
  let loggedReasons = '';

  const running = (): ModelProcess | undefined => (latest?.isEnding === false ? latest : undefined);

  function kill(reason: string): void {
    const process = running();
    if (process === undefined) return;
    log.debug({ pid: process.pid, reason }, 'the Stable Diffusion process is ended');
    process.kill();
  }

  function logDevice({ device, notes }: { device: string; notes: readonly string[] }): void {
    const reasons = notes.join('; ');
    if (reasons !== loggedReasons && reasons !== '')
      log.warn({ device, reasons }, 'a device failed, so the next one is used');
    loggedReasons = reasons;
  }

  async function start(hooks: RunHooks, signal: AbortSignal): Promise<ModelProcess> {
    hooks.onLoading();
    const startedAt = clock.elapsed();
    const process = startModelProcess(childPath);
    latest = process;
    try {
      const answer = await process.ask({ type: 'load', ...load }, createTake(hooks), signal);
      if (answer.type !== 'loaded') throw new AppError('internal', `loading was answered by ${answer.type}`);
      logDevice(answer);
      log.info({ device: answer.device, milliseconds: clock.elapsed() - startedAt }, 'the model is loaded');
      return process;
    } catch (error) {
      kill('the model was not loaded');
      throw error;
    }
  }

  async function runAlone(job: PaintJob, hooks: RunHooks, signal: AbortSignal): Promise<Painting> {
    // A process that was killed for the previous job still holds memory until it is gone.
    if (running() === undefined) await raceAbort<unknown>(latest?.gone ?? Promise.resolve(), signal);
    await hooks.admit();
    signal.throwIfAborted();
    const process = running() ?? (await start(hooks, signal));
    const answer = await process.ask({ type: 'generate', job }, createTake(hooks), signal);
    if (answer.type !== 'done') throw new AppError('internal', `a picture was answered by ${answer.type}`);
    logDevice(answer);
    return answer.painting;
  }

  return {
    async run(job, hooks, signal) {
      const leave = idle.enter();
      let unlock: (() => void) | undefined;
      try {
        unlock = await lock('model', signal);
        return await runAlone(job, hooks, signal);
      } catch (error) {
        if (!signal.aborted) throw error;
        if (unlock !== undefined) kill('cancelled');
        throw toAbortError(signal);
      } finally {
        unlock?.();
        leave();
      }
    },
    usedBytes: async () => (await running()?.usedBytes()) ?? 0,
    async stop() {
      idle.stop();
      kill('stopping');
      await latest?.gone;
    },
  };
}
