import { readdir, writeFile } from 'node:fs/promises';
import { getPriority, setPriority } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { listProcesses, type ProcessEntry, UNSEEN, unlessUnseen } from './process-tree.ts';

/** The worker starts another browser, and nobody starts another worker while it has jobs. So the browser's share comes last. */

/** As of `nice`: of a processor that both want, the worker gets some nine times as much. */
const BROWSER_NICENESS = 10;
/** For the kernel: if memory runs out, the highest is killed first (proc(5), oom_score_adj). The worker has 0. */
const MEMORY_SCORES = { page: 1000, browser: 500 };

/**
 * The browsers' processes leave the processor to the worker, which needs little of it to answer a host's probe and to pass on
 * progress: on a tenth of a core it waited a second or more for the threads that paint. If memory runs out, a page is killed
 * rather than its browser, with which all pages would end. Call it again when a page was opened: its process inherits the
 * browser's score, and under root Chromium raises some of its threads.
 */
export async function giveWay(groups: readonly number[]): Promise<void> {
  const members = (await listProcesses()).filter(({ group }) => groups.includes(group));
  await Promise.all(members.map((member) => Promise.all([offerMemory(member), makeThreadsNice(member)])));
}

/** Playwright starts each browser as the leader of a group of its own. */
async function offerMemory({ pid, group }: ProcessEntry): Promise<void> {
  const score = pid === group ? MEMORY_SCORES.browser : MEMORY_SCORES.page;
  await unlessUnseen(writeFile(`/proc/${pid}/oom_score_adj`, String(score)));
}

async function makeThreadsNice({ pid }: ProcessEntry): Promise<void> {
  for (const thread of (await unlessUnseen(readdir(`/proc/${pid}/task`))) ?? []) makeNice(Number(thread));
}

function makeNice(thread: number): void {
  try {
    if (getPriority(thread) < BROWSER_NICENESS) setPriority(thread, BROWSER_NICENESS);
  } catch (error) {
    // It has ended, or is another user's.
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_SYSTEM_ERROR')) throw error;
  }
}

/** The session then yields to every other one of the machine, so it gives way less: a third of what another one takes. */
const SESSION_NICENESS = 5;
/** Linux lets ordinary users, all together, change the niceness of one session in 100 ms. */
const NEXT_CHANGE_MS = 120;
const MAX_CHANGES = 5;

/**
 * Outside of containers, Linux first shares a processor equally between the sessions of its users, and niceness counts only
 * within one (sched(7), autogroup). Playwright starts each browser in a session of its own, so without this a page that
 * computes without end takes as much as the worker and the gateway together.
 */
export async function giveWayAsSessions(leaders: readonly number[]): Promise<void> {
  await Promise.all(leaders.map(makeSessionNice));
}

async function makeSessionNice(leader: number): Promise<void> {
  for (let change = 0; change < MAX_CHANGES; change += 1) {
    try {
      return await writeFile(`/proc/${leader}/autogroup`, String(SESSION_NICENESS));
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      // The kernel has no such groups, or /proc is not to be written.
      if (UNSEEN.has(code) || code === 'EROFS') return;
      if (code !== 'EAGAIN') throw error;
    }
    await delay(NEXT_CHANGE_MS);
  }
}
