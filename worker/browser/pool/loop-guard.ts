import type { Page } from 'playwright-core';
import { AppError } from '../../../shared/errors.ts';
import type { Clock } from '../../../shared/wait.ts';
import { every } from '../lifecycle/every.ts';
import { HARM_REST_MS } from '../pages.ts';
import { findRenderers, type ProcessEntry } from '../process/process-tree.ts';
import { raceAbort } from './race-abort.ts';

interface LoopGuardOptions {
  readonly clock: Clock;
  /** Processes of all pages. Without `/proc` there are none, and no page is ended. */
  readonly listRenderers?: () => Promise<readonly ProcessEntry[]>;
}

/**
 * Runs work on a page. If the page's script computes without end, the work's signal aborts and this throws AppError
 * `engine_failed`. The caller then closes the page, for which Chromium kills its process.
 */
export type GuardLoops = <T>(page: Page, signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>) => Promise<T>;

const PING_EVERY_MS = 1000;
const PATIENCE_MS = 1000;
/**
 * Most processor time that a page may take between two turns of its event loop. Not a time of the clock, because a
 * tenth of a core needs minutes for what a whole one does in seconds.
 */
const MAX_PROCESSOR_MS = 4000;

/**
 * A script that never ends takes a whole core from the worker and from all other pages, until its job's deadline. Such
 * a page answers no ping.
 */
export function createLoopGuard({ clock, listRenderers = () => findRenderers(process.pid) }: LoopGuardOptions) {
  async function readTimes(): Promise<ReadonlyMap<number, number>> {
    return new Map((await listRenderers()).map(({ pid, processorMs }) => [pid, processorMs]));
  }

  async function look(page: Page, signal: AbortSignal): Promise<void> {
    const answer = page.evaluate('0').then(isAnswered, isAnswered);
    const isSilent = async (): Promise<boolean> =>
      !(await Promise.race([answer, clock.wait(PATIENCE_MS, signal).then(isUnanswered)]));
    if (!(await isSilent())) return;
    const before = await readTimes();
    while (await isSilent()) {
      const used = [...(await readTimes())].map(([pid, time]) => time - (before.get(pid) ?? time));
      if (Math.max(0, ...used) >= MAX_PROCESSOR_MS)
        throw new AppError('engine_failed', "the page's script computes without end: the page is closed", {
          mayBeDone: true,
          restMs: HARM_REST_MS,
        });
    }
  }

  const guardLoops: GuardLoops = async (page, signal, work) => {
    const looping = new AbortController();
    const watch = new AbortController();
    const watched = AbortSignal.any([signal, watch.signal]);
    every({ intervalMs: PING_EVERY_MS, clock, signal: watched }, () => look(page, watched)).catch((error: unknown) => {
      if (!watched.aborted) looping.abort(error);
    });
    const either = AbortSignal.any([signal, looping.signal]);
    try {
      return await raceAbort(work(either), either);
    } finally {
      watch.abort();
    }
  };
  return guardLoops;
}

/** Every end is an answer, also an error of a page that navigates or is gone. */
const isAnswered = (): boolean => true;
const isUnanswered = (): boolean => false;
