import { mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findBrowsers, listProcesses } from '../../worker/browser/process/process-tree.ts';
import { commandOf, groupOf, pids } from '../support/proc.ts';
import { removeDirectory } from '../support/remove-directory.ts';

/** The browsers of one worker, found by the directory that they write to. */
export interface ChromiumProcesses {
  /** The worker's TMPDIR. */
  readonly directory: string;
  /** The main process of the browser that runs now. */
  browser(): Promise<number>;
  renderers(): Promise<number[]>;
  /** Every process of every browser that was asked for here, including zombies. */
  left(): Promise<number[]>;
  /** Working directories of browsers. */
  directories(): Promise<string[]>;
  remove(): Promise<void>;
}

export async function watchChromium(): Promise<ChromiumProcesses> {
  const directory = await mkdtemp(join(tmpdir(), 'easel-e2e-chromium-'));
  const groups = new Set<number>();
  const directories = async (): Promise<string[]> =>
    (await readdir(directory)).filter((name) => name.startsWith('easel-chromium-'));

  async function browser(): Promise<number> {
    for (const name of await directories()) {
      const [found] = await findBrowsers(join(directory, name, 'profile'));
      if (found === undefined) continue;
      groups.add(found.group);
      return found.pid;
    }
    throw new Error('no browser runs');
  }

  return {
    directory,
    browser,
    directories,
    renderers: async () => {
      await browser();
      const members = (await listProcesses()).filter(({ group }) => groups.has(group));
      return members.filter(({ pid }) => commandOf(pid).includes('--type=renderer')).map(({ pid }) => pid);
    },
    left: async () => pids().filter((pid) => groups.has(groupOf(pid))),
    remove: () => removeDirectory(directory),
  };
}
