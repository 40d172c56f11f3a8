import { fork } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import type { AppError } from '../../shared/errors.ts';
import { toAbortError } from '../../shared/wait.ts';

/** The end of what a process wrote to standard error, for the log. */
const STDERR_CHARACTERS = 2000;
const PAGE_BYTES = 4096;

export interface ProcessExit {
  /** Both are null if it could not be started. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The end of what it wrote to standard error, or why it could not be started. */
  readonly stderr: string;
}

/** A program of the worker in a process of its own, so that a fault of a library there ends nothing else. */
export interface Subprocess<Question, Answer> {
  readonly pid: number | undefined;
  /** Resolves with the exit's error when the process is gone and its memory is free. */
  readonly gone: Promise<AppError>;
  /** Whether it has ended, or has been asked to end. */
  readonly isEnding: boolean;
  /**
   * Sends the question by structured clone, and gives each answer to `take` until that returns a value. One question at a
   * time. Rejects with what `take` throws, with the exit's error if the process ends, and if the signal aborts.
   */
  ask<T>(question: Question, take: (answer: Answer) => T | undefined, signal: AbortSignal): Promise<T>;
  kill(): void;
  /** Its memory in bytes. 0 on systems without /proc. */
  usedBytes(): Promise<number>;
}

export interface SubprocessOptions {
  /** The error for a process that ended without being asked to. */
  readonly toError: (exit: ProcessExit) => AppError;
  /** Options of Node and V8. */
  readonly flags?: readonly string[];
}

/** `path`: of a program that calls `serveParent`. */
export function startSubprocess<Question extends object, Answer>(
  path: string,
  { toError, flags = [] }: SubprocessOptions,
): Subprocess<Question, Answer> {
  const child = fork(path, {
    serialization: 'advanced',
    execArgv: [...flags],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-STDERR_CHARACTERS);
  });
  const exit = Promise.withResolvers<ProcessExit>();
  child.once('error', ({ message }) => exit.resolve({ code: null, signal: null, stderr: message }));
  child.once('close', (code, signal) => exit.resolve({ code, signal, stderr }));
  const gone = exit.promise.then(toError);

  function ask<T>(question: Question, take: (answer: Answer) => T | undefined, signal: AbortSignal): Promise<T> {
    const taken = Promise.withResolvers<T>();
    const onAnswer = (answer: Answer): void => {
      try {
        const value = take(answer);
        if (value !== undefined) taken.resolve(value);
      } catch (error) {
        taken.reject(error);
      }
    };
    const onAbort = (): void => taken.reject(toAbortError(signal));
    child.on('message', onAnswer);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    void gone.then(taken.reject);
    // An ending process takes no message. `gone` says why.
    child.send(question, () => undefined);
    return taken.promise.finally(() => {
      child.off('message', onAnswer);
      signal.removeEventListener('abort', onAbort);
    });
  }

  return {
    pid: child.pid,
    gone,
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

/** For the log: how a process ended without being asked to. */
export function describeExit({ code, signal, stderr }: ProcessExit): string {
  const how = signal === null ? `with code ${code}` : `by ${signal}`;
  const words = stderr.trim();
  return `ended ${how}${words === '' ? '' : `: ${words}`}`;
}
