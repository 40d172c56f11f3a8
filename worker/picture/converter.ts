import { fileURLToPath } from 'node:url';
import { AppError, fromErrorRecord } from '../../shared/errors.ts';
import type { Logger } from '../../shared/service/log.ts';
import type { Clock } from '../../shared/wait.ts';
import { createIdleTimer } from '../subprocess/idle-timer.ts';
import { describeExit, type ProcessExit, type Subprocess, startSubprocess } from '../subprocess/start-subprocess.ts';
import type { Conversion, ConversionAnswer, ConvertedPicture } from './conversion.ts';

/** The child's program: beside this file, as TypeScript or compiled. */
const CHILD_PATH = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? './child.ts' : './child.js', import.meta.url),
);
/** Pictures are outside the heap. */
const FLAGS = ['--max-old-space-size=64', '--max-semi-space-size=1', '--expose-gc'];
/** The next picture of a job, or its other formats, follow sooner. */
const IDLE_MS = 10_000;

interface ConverterOptions {
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Converts pictures in a process of its own at low priority: small pictures go first, what it used is free when it ends, and
 * a fault of the image library ends no other job. It starts with the first picture, and ends when idle.
 */
export interface Converter {
  /** One at a time. If the signal aborts, the process is ended and the promise rejects. */
  convert(conversion: Conversion, signal: AbortSignal): Promise<ConvertedPicture>;
  stop(): Promise<void>;
}

type ConvertingProcess = Subprocess<Conversion, ConversionAnswer>;

export function createConverter({ clock, log }: ConverterOptions): Converter {
  const idle = createIdleTimer({ clock, idleAfterMs: IDLE_MS, onIdle: () => latest?.kill() });
  let latest: ConvertingProcess | undefined;

  async function start(): Promise<ConvertingProcess> {
    // One that is ending still holds memory.
    await latest?.gone;
    latest = startSubprocess(CHILD_PATH, { flags: FLAGS, toError: toExitError });
    return latest;
  }

  async function convertOnce(conversion: Conversion, signal: AbortSignal): Promise<ConvertedPicture> {
    const process = latest?.isEnding === false ? latest : await start();
    try {
      return await process.ask(conversion, take, signal);
    } catch (error) {
      if (signal.aborted) process.kill();
      throw error;
    }
  }

  return {
    async convert(conversion, signal) {
      const leave = idle.enter();
      try {
        return await convertOnce(conversion, signal);
      } catch (error) {
        if (signal.aborted || !(error instanceof ConverterEnded)) throw error;
        log.warn({ err: error }, 'a conversion is tried once more');
        return await convertOnce(conversion, signal);
      } finally {
        leave();
      }
    },
    async stop() {
      idle.stop();
      latest?.kill();
      await latest?.gone;
    },
  };
}

/** The kernel may have killed it for memory, which may not happen again. */
class ConverterEnded extends AppError {}

const toExitError = (exit: ProcessExit): AppError =>
  new ConverterEnded('engine_failed', `the converting process ${describeExit(exit)}`, {
    publicMessage: 'The picture could not be converted.',
  });

function take(answer: ConversionAnswer): ConvertedPicture {
  if (answer.type === 'error') throw fromErrorRecord(answer.error);
  return answer.picture;
}
