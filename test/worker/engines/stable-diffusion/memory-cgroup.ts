import { accessSync, constants, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Need } from './with-runtime.ts';

/** A memory cgroup with a limit, in either version of the interface; only root may make one. */

const V1 = '/sys/fs/cgroup/memory';
const V2 = '/sys/fs/cgroup';

interface Hierarchy {
  readonly root: string;
  readonly limit: string;
}

function findHierarchy(): Hierarchy | undefined {
  if (isWritable(V1)) return { root: V1, limit: 'memory.limit_in_bytes' };
  const controllers = join(V2, 'cgroup.subtree_control');
  const isDelegated = isWritable(V2) && isWritable(controllers) && /\bmemory\b/.test(readFileSync(controllers, 'utf8'));
  return isDelegated ? { root: V2, limit: 'memory.max' } : undefined;
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error) return false;
    throw error;
  }
}

const hierarchy = findHierarchy();

/** Not required in CI, where containers may not make cgroups. */
export const MEMORY_CGROUP: Need = {
  isMet: hierarchy !== undefined,
  missing: 'no memory cgroup can be made here (root on Linux can)',
  isOptional: true,
};

export interface MemoryCgroup {
  /** Runs the command inside the cgroup. */
  wrap(command: readonly string[]): [string, string[]];
  remove(): void;
}

export function createMemoryCgroup(limitBytes: number): MemoryCgroup {
  if (hierarchy === undefined) throw new Error(MEMORY_CGROUP.missing);
  const directory = join(hierarchy.root, `easel-test-${process.pid}-${Date.now()}`);
  mkdirSync(directory);
  writeFileSync(join(directory, hierarchy.limit), String(limitBytes));
  return {
    wrap: (command) => ['sh', ['-c', `echo $$ > ${directory}/cgroup.procs && exec "$@"`, 'sh', ...command]],
    remove: () => rmdirSync(directory),
  };
}
