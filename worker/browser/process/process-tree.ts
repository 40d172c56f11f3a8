import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

/** One process of /proc. Without /proc (not on Linux) no processes are listed. */
export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  /** Clock ticks from boot to its start. Together with the pid it identifies a process for ever. */
  readonly startTicks: string;
  /** Processor time of all its threads so far, in milliseconds. */
  readonly processorMs: number;
}

/** Linux reports processor time in hundredths of a second, independent of the kernel's clock rate. */
const TICK_MS = 10;
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
  const processorMs = (Number(fields[11]) + Number(fields[12])) * TICK_MS;
  return {
    ...{ pid: Number(pid), parent: Number(parent), group: Number(group) },
    ...{ startTicks: fields[19] ?? '', processorMs },
  };
}

/** There is no /proc, the process has ended meanwhile (ESRCH while it is read), or it is hidden from us (hidepid). */
export const UNSEEN: ReadonlySet<unknown> = new Set(['ENOENT', 'ESRCH', 'EACCES', 'EPERM']);

/** Other failures, such as too many open files, do not mean that the process is gone, so they are thrown. */
export async function unlessUnseen<T>(look: Promise<T>): Promise<T | undefined> {
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

/** As `process.kill`: a negative number is a whole group. One that is gone already needs no kill. */
export function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    const isGone = error instanceof Error && 'code' in error && error.code === 'ESRCH';
    if (!isGone) throw error;
  }
}
