import { type ChildProcess, fork } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { AppError, fromErrorRecord } from '../../../shared/errors.ts';
import type { Logger } from '../../../shared/log.ts';
import { type Clock, toAbortError } from '../../../shared/wait.ts';
import { createIdleTimer } from '../../browser/idle-timer.ts';
import { createTurns } from '../../browser/turns.ts';
import { toExitError } from './exit-error.ts';
import type { FromChild, GenerateMessage, LoadMessage, ToChild } from './messages.ts';
import type { PaintHooks, Painting, PaintJob } from './pipeline/pipeline.ts';

export interface RunnerOptions {
  readonly load: Omit<LoadMessage, 'type'>;
  /** After so long without a job the process, and with it the model, goes; 0: never. */
  readonly idleUnloadMs: number;
  readonly clock: Clock;
  readonly log: Logger;
  /** For tests: another program in the child's place. */
  readonly childPath?: string | undefined;
}

export interface RunHooks extends PaintHooks {
  readonly onLoading: () => void;
}

/** The child process with the model: started for the first job, killed to cancel, ended when idle. */
export interface Runner {
  /** One job at a time, others wait. Throws AppError. */
  run(job: PaintJob, hooks: RunHooks, signal: AbortSignal): Promise<Painting>;
  /** What the process holds now, in bytes; 0 where there is none. */
  usedBytes(): Promise<number>;
  stop(): Promise<void>;
}

/** The end of what a process wrote to standard error, for the log. */
const STDERR_CHARACTERS = 2000;

interface Child {
  readonly process: ChildProcess;
  /** Resolves with what a process that is gone had to say. */
  readonly gone: Promise<AppError>;
}

export function createRunner({ load, idleUnloadMs, clock, log, childPath = CHILD_PATH }: RunnerOptions): Runner {
  const takeTurn = createTurns();
  let child: Child | undefined;
  /** All that were ever killed are gone when this resolves. */
  let buried: Promise<unknown> = Promise.resolve();
  let told = '';
  const idle = createIdleTimer({ clock, idleAfterMs: idleUnloadMs, onIdle: () => kill('idle') });

  function kill(reason: string): void {
    if (child === undefined) return;
    log.debug({ pid: child.process.pid, reason }, 'the Stable Diffusion process is ended');
    child.process.kill('SIGKILL');
    child = undefined;
  }

  function start(): Child {
    const started = forkChild(childPath);
    buried = Promise.all([buried, started.gone]);
    started.process.once('exit', () => {
      if (child === started) child = undefined;
    });
    return started;
  }

  /** Sends a message and hands on what comes back, until the answer that ends it. */
  function converse(to: Child, message: ToChild, hooks: RunHooks, signal: AbortSignal): Promise<FromChild> {
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        to.process.off('message', onMessage);
        signal.removeEventListener('abort', onAbort);
      };
      const onAbort = (): void => {
        settle();
        kill('cancelled');
        reject(toAbortError(signal));
      };
      const onMessage = (answer: FromChild): void => {
        if (answer.type === 'step') hooks.onStep(answer.fraction, answer.status);
        else if (answer.type === 'preview') hooks.onPreview(answer.preview);
        else {
          settle();
          if (answer.type === 'error') reject(fromErrorRecord(answer.error));
          else resolve(answer);
        }
      };
      to.process.on('message', onMessage);
      signal.addEventListener('abort', onAbort, { once: true });
      void to.gone.then((error) => {
        settle();
        reject(error);
      });
      // A process that is ending takes no message; what it died of is told above.
      to.process.send(message, () => undefined);
    });
  }

  async function ensureLoaded(hooks: RunHooks, signal: AbortSignal): Promise<Child> {
    if (child !== undefined) return child;
    // What a killed process held is free again only when it is gone.
    await buried;
    if (signal.aborted) throw toAbortError(signal);
    hooks.onLoading();
    const started = start();
    child = started;
    const startedAt = clock.now();
    try {
      const answer = await converse(started, { type: 'load', ...load }, hooks, signal);
      if (answer.type === 'loaded') {
        tellDevice(answer);
        log.info({ device: answer.device, milliseconds: clock.now() - startedAt }, 'the model is loaded');
      }
    } catch (error) {
      kill('the model was not loaded');
      throw error;
    }
    return started;
  }

  function tellDevice({ device, notes }: { device: string; notes: readonly string[] }): void {
    const reasons = notes.join('; ');
    if (reasons !== told && reasons !== '') log.warn({ device, reasons }, 'a device was given up for the next');
    told = reasons;
  }

  return {
    async run(job, hooks, signal) {
      const leave = idle.enter();
      try {
        const release = await takeTurn('child', signal).catch(() => {
          throw toAbortError(signal);
        });
        try {
          const loaded = await ensureLoaded(hooks, signal);
          const message: GenerateMessage = { type: 'generate', job };
          const answer = await converse(loaded, message, hooks, signal);
          if (answer.type !== 'done') throw new AppError('internal', `a picture was answered by ${answer.type}`);
          tellDevice(answer);
          return answer.painting;
        } finally {
          release();
        }
      } finally {
        leave();
      }
    },
    usedBytes: () => readResidentBytes(child?.process.pid),
    async stop() {
      idle.stop();
      kill('stopping');
      await buried;
    },
  };
}

/** Beside this file, as TypeScript or compiled. */
const CHILD_PATH = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? './child.ts' : './child.js', import.meta.url),
);

function forkChild(path: string): Child {
  const process = fork(path, { serialization: 'advanced', execArgv: [], stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  let stderr = '';
  process.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-STDERR_CHARACTERS);
  });
  const gone = Promise.withResolvers<AppError>();
  process.once('error', (cause) => {
    gone.resolve(
      new AppError('engine_failed', `the Stable Diffusion process did not start: ${cause.message}`, { cause }),
    );
  });
  process.once('close', (code, signal) => gone.resolve(toExitError({ code, signal, stderr })));
  return { process, gone: gone.promise };
}

/** proc(5): the second field of statm counts resident pages. Where there is no /proc, nothing is known. */
async function readResidentBytes(pid: number | undefined): Promise<number> {
  if (pid === undefined) return 0;
  const statm = await readFile(`/proc/${pid}/statm`, 'utf8').catch(() => '');
  return Number(statm.split(' ')[1] ?? 0) * PAGE_BYTES;
}

const PAGE_BYTES = 4096;
