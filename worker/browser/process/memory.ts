import { readFile } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { listProcesses, type ProcessEntry, toTree } from './process-tree.ts';

export interface Memory {
  /** What the kernel cannot reclaim, so without its file cache. */
  readonly usedMb: number;
  /** The container's limit, above which the kernel kills a process. */
  readonly limitMb?: number | undefined;
}

/** Undefined if the system does not report it. */
export type MemoryMeter = () => Promise<Memory | undefined>;

interface MeterOptions {
  readonly proc?: string;
  readonly cgroup?: string;
  readonly pid?: number;
}

const MB = 1024 * 1024;

/**
 * Memory of the worker and its browser. If a memory cgroup sets a limit, it is that group's memory, which the kernel
 * compares to the limit; else the sum (PSS) of the process tree. Docs: kernel.org cgroup-v2, cgroup-v1/memory, proc(5).
 */
export function createMemoryMeter({ proc = '/proc', cgroup = '/sys/fs/cgroup', pid = process.pid }: MeterOptions = {}) {
  const meter: MemoryMeter = async () => {
    const limited = await findLimitedCgroup(proc, cgroup);
    if (limited !== undefined) return measureCgroup(limited);
    return measureTree(proc, pid);
  };
  return meter;
}

/** The two versions of cgroups differ only in names. */
interface CgroupFiles {
  readonly root: string;
  readonly limit: string;
  readonly usage: string;
  /** Lines of `memory.stat` with memory that the kernel reclaims before it kills. */
  readonly reclaimable: readonly string[];
}

interface LimitedCgroup {
  readonly directory: string;
  readonly files: CgroupFiles;
  readonly limitBytes: number;
}

async function findLimitedCgroup(proc: string, cgroup: string): Promise<LimitedCgroup | undefined> {
  const memberships = (await readFile(`${proc}/self/cgroup`, 'utf8').catch(() => '')).split('\n');
  for (const membership of memberships) {
    const [, controllers = '', path] = /^\d+:([^:]*):(.*)$/.exec(membership) ?? [];
    const files = path === undefined ? undefined : toFiles(controllers, cgroup);
    if (path === undefined || files === undefined) continue;
    // A parent's limit also applies to its children. In a container the path may be the host's; then only the root exists.
    for (let directory = join(files.root, path); isInside(directory, files.root); directory = dirname(directory)) {
      const limitBytes = await readNumber(join(directory, files.limit));
      if (limitBytes !== undefined && limitBytes < totalmem()) return { directory, files, limitBytes };
    }
  }
  return undefined;
}

function toFiles(controllers: string, cgroup: string): CgroupFiles | undefined {
  if (controllers === '') {
    return {
      root: cgroup,
      limit: 'memory.max',
      usage: 'memory.current',
      reclaimable: ['active_file', 'inactive_file', 'slab_reclaimable'],
    };
  }
  if (!controllers.split(',').includes('memory')) return undefined;
  return {
    root: join(cgroup, 'memory'),
    limit: 'memory.limit_in_bytes',
    usage: 'memory.usage_in_bytes',
    reclaimable: ['total_active_file', 'total_inactive_file'],
  };
}

function isInside(directory: string, root: string): boolean {
  return !relative(root, directory).startsWith('..');
}

/**
 * The kernel drops its file cache before it kills a process, so the cache is not counted: Chromium's 220 MB of code and
 * a profile's files always fill the cache of a small container. Shared memory is counted.
 */
async function measureCgroup({ directory, files, limitBytes }: LimitedCgroup): Promise<Memory | undefined> {
  const usage = await readNumber(join(directory, files.usage));
  if (usage === undefined) return undefined;
  const stat = await readFile(join(directory, 'memory.stat'), 'utf8').catch(() => '');
  const lines = new Map(stat.split('\n').map((line) => line.split(' ') as [string, string]));
  const reclaimable = files.reclaimable.reduce((sum, name) => sum + Number(lines.get(name) ?? 0), 0);
  return { usedMb: Math.round(Math.max(0, usage - reclaimable) / MB), limitMb: Math.round(limitBytes / MB) };
}

async function measureTree(proc: string, pid: number): Promise<Memory | undefined> {
  const usedMb = await measureProcesses(toTree(await listProcesses(proc), pid), proc);
  return usedMb === undefined ? undefined : { usedMb };
}

/** In MB, without files. Undefined if the system does not report it. */
export async function measureGroups(groups: readonly number[], proc = '/proc'): Promise<number | undefined> {
  return measureProcesses(
    (await listProcesses(proc)).filter(({ group }) => groups.includes(group)),
    proc,
  );
}

async function measureProcesses(processes: readonly ProcessEntry[], proc: string): Promise<number | undefined> {
  const kilobytes = await Promise.all(processes.map(({ pid }) => readShare(`${proc}/${pid}`)));
  if (processes.length === 0) return undefined;
  return Math.round(kilobytes.reduce((sum, share) => sum + share, 0) / 1024);
}

/** In kilobytes, without files. 0 for a process that has ended meanwhile. `directory`: `/proc/<pid>`. */
export async function readShare(directory: string): Promise<number> {
  const rollup = await readFile(`${directory}/smaps_rollup`, 'utf8').catch(() => '');
  // Pages in a sandbox hide it from their own user, but not their whole and their shared memory.
  if (rollup === '') return readUnshared(directory);
  const read = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(rollup)?.[1] ?? 0);
  return Math.max(0, read('Pss') - read('Pss_File'));
}

const PAGE_KB = 4;

/** From proc(5), statm: size, resident and shared, in pages of memory. */
async function readUnshared(directory: string): Promise<number> {
  const [, resident = 0, shared = 0] = (await readFile(`${directory}/statm`, 'utf8').catch(() => ''))
    .split(' ')
    .map(Number);
  return (resident - shared) * PAGE_KB;
}

/** Undefined for `max` and for a missing file. */
async function readNumber(path: string): Promise<number | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return /^\d+\s*$/.test(text) ? Number(text) : undefined;
}
