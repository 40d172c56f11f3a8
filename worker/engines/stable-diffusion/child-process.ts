import { fork } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { AppError, fromErrorRecord } from '../../../shared/errors.ts';
import { toAbortError } from '../../../shared/wait.ts';
import { toExitError } from './exit-error.ts';
import type { FromChild, ToChild } from './messages.ts';
import type { PaintHooks } from './pipeline/pipeline.ts';

/** The child's program: beside this file, as TypeScript or compiled. */
export const CHILD_PATH = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? './child.ts' : './child.js', import.meta.url),
);

/** The end of what a process wrote to standard error, for the log. */
const STDERR_CHARACTERS = 2000;
const PAGE_BYTES = 4096;

export interface ModelProcess {
  readonly pid: number | undefined;
  /** Resolves with the exit when the process is gone and its memory is free. */
  readonly gone: Promise<AppError>;
  /** Whether it has ended, or has been asked to end. */
  readonly isEnding: boolean;
  /** Sends a message; resolves with the answer that ends it. Rejects when the process ends or the signal aborts. */
  ask(message: ToChild, hooks: PaintHooks, signal: AbortSignal): Promise<FromChild>;
  kill(): void;
  /** Its memory in bytes. 0 on systems without /proc. */
  usedBytes(): Promise<number>;
}

export function startModelProcess(path: string): ModelProcess {
  const child = fork(path, { serialization: 'advanced', execArgv: [], stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-STDERR_CHARACTERS);
  });
  const gone = Promise.withResolvers<AppError>();
  child.once('error', (cause) => {
    const message = `the Stable Diffusion process did not start: ${cause.message}`;
    gone.resolve(new AppError('engine_failed', message, { cause }));
  });
  child.once('close', (code, signal) => gone.resolve(toExitError({ code, signal, stderr })));

  function ask(message: ToChild, hooks: PaintHooks, signal: AbortSignal): Promise<FromChild> {
    return new Promise((resolve, reject) => {
      const removeListeners = (): void => {
        child.off('message', onMessage);
        signal.removeEventListener('abort', onAbort);
      };
      const fail = (error: AppError): void => {
        removeListeners();
        reject(error);
      };
      const onAbort = (): void => fail(toAbortError(signal));
      const onMessage = (answer: FromChild): void => {
        if (answer.type === 'step') hooks.onStep(answer.fraction, answer.status);
        else if (answer.type === 'preview') hooks.onPreview(answer.preview);
        else if (answer.type === 'error') fail(fromErrorRecord(answer.error));
        else {
          removeListeners();
          resolve(answer);
        }
      };
      child.on('message', onMessage);
      signal.addEventListener('abort', onAbort, { once: true });
      void gone.promise.then(fail);
      // An ending process takes no message. The reason for its end is reported above.
      child.send(message, () => undefined);
    });
  }

  return {
    pid: child.pid,
    gone: gone.promise,
    get isEnding() {
      return child.killed || child.exitCode !== null || child.signalCode !== null;
    },
    ask,
    kill: () => void child.kill('SIGKILL'),
    async usedBytes() {
      // proc(5): the second field of statm counts resident pages.
      const statm = await readFile(`/proc/${child.pid}/statm`, 'utf8').catch(() => '');
      return Number(statm.split(' ')[1] ?? 0) * PAGE_BYTES;
    },
  };
}
