import { readdir, readFile, writeFile } from 'node:fs/promises';
import { getPriority, setPriority } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';

/** One process of /proc. Without /proc (not on Linux) no processes are listed. */
export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  /** Clock ticks from boot to its start. Together with the pid it identifies a process for ever. */
  readonly startTicks: string;
}

const POLL_MS = 10;

/** All processes but zombies, which are dead and wait only for their parent. */
export async function listProcesses(proc = '/proc'): Promise<ProcessEntry[]> {
  const names = (await unlessUnseen(readdir(proc))) ?? [];
  const entries = await Promise.all(names.filter((name) => /^\d+$/.test(name)).map((name) => readProcess(name, proc)));
  return entries.filter((entry) => entry !== undefined);
}

/** Undefined if there is no such process. */
export async function readProcess(pid: number | string, proc = '/proc'): Promise<ProcessEntry | undefined> {
  const stat = await unlessUnseen(readFile(`${proc}/${pid}/stat`, 'utf8'));
  if (stat === undefined) return undefined;
  // proc(5): the second field is the program's name in parentheses and may hold anything; field 3 follows the last.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, parent, group] = fields;
  if (state === 'Z' || state === 'X') return undefined;
  return { pid: Number(pid), parent: Number(parent), group: Number(group), startTicks: fields[19] ?? '' };
}

/** There is no /proc, the process has ended meanwhile (ESRCH while it is read), or it is hidden from us (hidepid). */
const UNSEEN: ReadonlySet<unknown> = new Set(['ENOENT', 'ESRCH', 'EACCES', 'EPERM']);

/** Other failures, such as too many open files, do not mean that the process is gone, so they are thrown. */
async function unlessUnseen<T>(look: Promise<T>): Promise<T | undefined> {
  try {
    return await look;
  } catch (error) {
    if (error instanceof Error && 'code' in error && UNSEEN.has(error.code)) return undefined;
    throw error;
  }
}

/** The process and all that descend from it. */
export function toTree(processes: readonly ProcessEntry[], root: number): ProcessEntry[] {
  const tree = processes.filter((entry) => entry.pid === root);
  for (const member of tree) tree.push(...processes.filter((entry) => entry.parent === member.pid));
  return tree;
}

/** Browsers that run on this profile: every Chromium has the directory on its command line. */
export async function findBrowsers(profileDirectory: string): Promise<ProcessEntry[]> {
  const processes = await listProcesses();
  const found = await Promise.all(processes.map(async ({ pid }) => hasArgument(pid, profileDirectory)));
  return processes.filter((_, index) => found[index]);
}

async function hasArgument(pid: number, profileDirectory: string): Promise<boolean> {
  return (await commandLineOf(pid)).split('\0').includes(`--user-data-dir=${profileDirectory}`);
}

const commandLineOf = async (pid: number): Promise<string> =>
  (await unlessUnseen(readFile(`/proc/${pid}/cmdline`, 'utf8'))) ?? '';

/** Processes of pages, in all browsers that descend from `root`. */
export async function findRenderers(root: number): Promise<ProcessEntry[]> {
  const tree = toTree(await listProcesses(), root);
  // Not split, because the sandbox's zygote joins the arguments of its renderers with spaces.
  const found = await Promise.all(tree.map(async ({ pid }) => (await commandLineOf(pid)).includes('--type=renderer')));
  return tree.filter((_, index) => found[index]);
}

/**
 * Kills whole process groups (Playwright starts each browser as the leader of its own) and waits until they are gone.
 * Returns whether all are gone.
 */
export async function killGroups(groups: readonly number[], timeoutMs: number): Promise<boolean> {
  for (const group of groups) kill(-group);
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const left = (await listProcesses()).some((entry) => groups.includes(entry.group));
    if (!left) return true;
    if (performance.now() > deadline) return false;
    await delay(POLL_MS);
  }
}

/** For the kernel: if memory runs out, these are killed first (proc(5), oom_score_adj). Their children inherit it. */
export async function offerToKernel(groups: readonly number[]): Promise<void> {
  const members = (await listProcesses()).filter(({ group }) => groups.includes(group));
  await Promise.all(members.map(({ pid }) => unlessUnseen(writeFile(`/proc/${pid}/oom_score_adj`, '1000'))));
}

/** As of `nice`: of a processor that both want, the worker gets some nine times as much. */
const BROWSER_NICENESS = 10;

/**
 * The browser's threads leave the processor to the worker, which needs little of it to answer a host's probe and to pass on
 * progress: on a tenth of a core it waited a second or more for the threads that paint. Threads that these start inherit
 * it; under root, Chromium takes some of its renderers' threads back.
 */
export async function giveWay(groups: readonly number[]): Promise<void> {
  const members = (await listProcesses()).filter(({ group }) => groups.includes(group));
  const threads = await Promise.all(members.map(({ pid }) => unlessUnseen(readdir(`/proc/${pid}/task`))));
  for (const thread of threads.flatMap((names) => names ?? [])) makeNice(Number(thread));
  await Promise.all(groups.map(makeSessionNice));
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

function makeNice(thread: number): void {
  try {
    if (getPriority(thread) < BROWSER_NICENESS) setPriority(thread, BROWSER_NICENESS);
  } catch (error) {
    // It has ended, or is another user's.
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_SYSTEM_ERROR')) throw error;
  }
}

/** As `process.kill`: a negative number is a whole group. One that is gone already needs no kill. */
export function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    const isGone = error instanceof Error && 'code' in error && error.code === 'ESRCH';
    if (!isGone) throw error;
  }
}
