import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { takeFreePort } from '../support/free-port.ts';
import { parentOf, pids, readProc, statOf } from '../support/proc.ts';

/** Real processes and their memory and processor time, read from Linux's /proc. */

export interface Started {
  readonly child: ChildProcess;
  readonly pid: number;
  /** Milliseconds from the start to the first answer. */
  readonly startMs: number;
  stop(): Promise<void>;
}

/** A process that answers HTTP. */
export interface Server extends Started {
  readonly url: string;
}

interface ServerOptions {
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Changes the command, for instance to run it under a memory limit. */
  readonly wrap?: ((command: readonly [string, ...string[]]) => [string, ...string[]]) | undefined;
}

/** Runs Node with these arguments and a free PORT, until its `/health` answers. */
export async function startServer(
  args: readonly string[],
  { env = {}, wrap = ([program, ...rest]) => [program, ...rest] }: ServerOptions = {},
): Promise<Server> {
  const port = await takeFreePort();
  const url = `http://127.0.0.1:${port}`;
  const [program, ...rest] = wrap([process.execPath, ...args]);
  const startedAt = performance.now();
  const child = spawn(program, rest, {
    env: { ...process.env, NODE_ENV: 'production', PORT: String(port), ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (child.pid === undefined) throw new Error(`${program} did not start`);
  await untilHealthy(`${url}/health`, child);
  return { child, pid: child.pid, url, startMs: performance.now() - startedAt, stop: () => stopProcess(child) };
}

export async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

const POLL_MS = 20;

async function untilHealthy(url: string, child: ChildProcess): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`the process ended with ${child.exitCode} before ${url} answered`);
    try {
      const response = await fetch(url);
      await response.arrayBuffer();
      if (response.ok) return;
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** The process and all its descendants. */
export function treeOf(root: number): number[] {
  const parents = new Map<number, number>();
  for (const pid of pids()) parents.set(pid, parentOf(pid));
  const tree = [root];
  for (const pid of tree) tree.push(...[...parents].filter(([, parent]) => parent === pid).map(([child]) => child));
  return tree;
}

/** Proportional set size of the whole tree in MB, which counts shared pages once. */
export function treeMemoryMb(root: number): number {
  const kilobytes = treeOf(root).map((pid) => {
    const rollup = readProc(pid, 'smaps_rollup');
    return Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? 0);
  });
  return kilobytes.reduce((sum, value) => sum + value, 0) / 1024;
}

/** Linux reports processor time in hundredths of a second, independent of the kernel's clock rate. */
const TICK_MS = 10;

/** Processor time that the process has used so far, in milliseconds. */
export function processorTimeMs(pid: number): number {
  const [user = 0, system = 0] = statOf(pid).slice(11, 13).map(Number);
  return (user + system) * TICK_MS;
}

const SAMPLE_MS = 50;

/** Samples the tree until `stop`, which returns the highest use in MB. */
export function watchMemory(root: number): { stop(): number } {
  let peakMb = 0;
  const sample = (): void => {
    peakMb = Math.max(peakMb, treeMemoryMb(root));
  };
  const sampler = setInterval(sample, SAMPLE_MS);
  return {
    stop: () => {
      clearInterval(sampler);
      return peakMb;
    },
  };
}

/** Counts browsers started with this TMPDIR until `stop`. Each makes its own directory there. */
export function countBrowserStarts(directory: string): { stop(): number } {
  const seen = new Set<string>();
  const sample = (): void => {
    for (const name of readdirSync(directory)) if (name.startsWith('easel-chromium-')) seen.add(name);
  };
  const sampler = setInterval(sample, SAMPLE_MS);
  return {
    stop: () => {
      clearInterval(sampler);
      sample();
      return seen.size;
    },
  };
}

export interface MemoryLimit {
  /** Changes a command so that it runs under the limit. */
  readonly wrap: (command: readonly [string, ...string[]]) => [string, ...string[]];
  /** How many processes the kernel has killed for lack of memory. */
  outOfMemoryKills(): number;
  /** The highest use, page cache included. */
  peakMb(): number;
  remove(): void;
}

const CGROUP_V1 = '/sys/fs/cgroup/memory';
const CGROUP_V2 = '/sys/fs/cgroup';

let limits = 0;

/** Makes a memory cgroup. Undefined where that is not allowed: it needs root on Linux. */
export function limitMemory(megabytes: number): MemoryLimit | undefined {
  const isV1 = existsSync(`${CGROUP_V1}/memory.limit_in_bytes`);
  limits += 1;
  const directory = `${isV1 ? CGROUP_V1 : CGROUP_V2}/easel-bench-${process.pid}-${limits}`;
  const files = isV1
    ? { limit: 'memory.limit_in_bytes', peak: 'memory.max_usage_in_bytes', events: 'memory.oom_control' }
    : { limit: 'memory.max', peak: 'memory.peak', events: 'memory.events' };
  const readCgroup = (name: string): string => readFileSync(`${directory}/${name}`, 'utf8');
  try {
    mkdirSync(directory);
    writeFileSync(`${directory}/${files.limit}`, String(megabytes * 2 ** 20));
  } catch (error) {
    console.error(`No memory cgroup here: ${String(error)}`);
    return undefined;
  }
  return {
    wrap: (command) => ['sh', '-c', `echo $$ > ${directory}/cgroup.procs && exec "$@"`, 'sh', ...command],
    outOfMemoryKills: () => Number(/^oom_kill (\d+)/m.exec(readCgroup(files.events))?.[1] ?? 0),
    peakMb: () => Number(readCgroup(files.peak)) / 2 ** 20,
    remove: () => rmdirSync(directory),
  };
}

/** The niceness of the process's whole session, where Linux shares a processor between sessions (sched(7), autogroup). */
export function makeSessionNice(niceness: number): void {
  if (existsSync('/proc/self/autogroup')) writeFileSync('/proc/self/autogroup', String(niceness));
}
