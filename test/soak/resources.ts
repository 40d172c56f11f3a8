import { readdir } from 'node:fs/promises';
import { treeMemoryMb, treeOf } from '../bench/processes.ts';
import { descriptorsOf } from '../support/proc.ts';
import type { System } from './system.ts';

/** Resources of a service: memory (PSS of its processes in MB), descriptors, processes. */
export interface Holding {
  readonly memoryMb: number;
  readonly descriptors: number;
  readonly processes: number;
}

export interface Resources {
  readonly gateway: Holding;
  readonly worker: Holding;
  /** Number of temporary files and of browsers' folders. */
  readonly temporaryFiles: number;
}

function holdingOf(pid: number): Holding {
  const tree = treeOf(pid);
  const descriptors = tree.reduce((sum, one) => sum + descriptorsOf(one).length, 0);
  return { memoryMb: treeMemoryMb(pid), descriptors, processes: tree.length };
}

export async function readResources({ gateway, worker, chromium, dataDirectory }: System): Promise<Resources> {
  const kept = await readdir(dataDirectory, { recursive: true });
  const unfinished = kept.filter((name) => name.endsWith('.tmp'));
  const temporary = await readdir(chromium.directory);
  return {
    gateway: holdingOf(gateway.pid),
    worker: holdingOf(worker.pid),
    temporaryFiles: unfinished.length + temporary.length,
  };
}

/** Allowed growth besides a tenth: resources that open and close by themselves. */
const SLACK: Holding = { memoryMb: 15, descriptors: 12, processes: 3 };
const TENTH = 1.1;

/** One sentence for each resource that has grown. */
export function findGrowth(before: Resources, after: Resources, watched: readonly (keyof Holding)[]): string[] {
  const grown: string[] = [];
  for (const service of ['gateway', 'worker'] as const) {
    for (const what of watched) {
      const [was, is] = [before[service][what], after[service][what]];
      if (is > was * TENTH + SLACK[what]) grown.push(`${service}: ${what} ${was.toFixed(0)} -> ${is.toFixed(0)}`);
    }
  }
  if (after.temporaryFiles > before.temporaryFiles) {
    grown.push(`temporary files ${before.temporaryFiles} -> ${after.temporaryFiles}`);
  }
  return grown;
}
