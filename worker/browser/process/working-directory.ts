import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '../../../shared/service/log.ts';
import { findBrowsers, killGroups, readProcess } from './process-tree.ts';

/** Holds the files that one browser writes; removed when it ends. */
export interface WorkingDirectory {
  readonly profile: string;
  readonly artifacts: string;
  remove(): Promise<void>;
}

const KILL_TIMEOUT_MS = 2000;
const PREFIX = 'easel-chromium-';
const NAME = /^easel-chromium-(\d+)-(\d+)-/;

/** The name holds the worker's pid and start time, so that a directory left behind can be recognised. */
export async function createWorkingDirectory(parent: string): Promise<WorkingDirectory> {
  const worker = await readProcess(process.pid);
  const path = await mkdtemp(join(parent, `${PREFIX}${process.pid}-${worker?.startTicks ?? 0}-`));
  return {
    profile: join(path, 'profile'),
    artifacts: join(path, 'artifacts'),
    remove: () => rm(path, REMOVE_TREE),
  };
}

// A process that is ending may still write, so that the directory is not empty at the first attempt.
const REMOVE_TREE = { recursive: true, force: true, maxRetries: 5, retryDelay: 50 };

/** Removes directories and browsers that killed workers left behind. */
export async function sweepWorkingDirectories(parent: string, log: Logger): Promise<void> {
  // Without /proc it is unknown which workers still run.
  if ((await readProcess(process.pid)) === undefined) return;
  for (const name of await readdir(parent)) {
    const [, pid, startTicks] = NAME.exec(name) ?? [];
    if (pid === undefined || (await readProcess(pid))?.startTicks === startTicks) continue;
    const path = join(parent, name);
    try {
      const browsers = await findBrowsers(join(path, 'profile'));
      await killGroups([...new Set(browsers.map((browser) => browser.group))], KILL_TIMEOUT_MS);
      await rm(path, REMOVE_TREE);
      log.info({ path }, 'removed what a killed worker left behind');
    } catch (error) {
      log.warn({ path, err: error }, 'a directory of a killed worker could not be removed');
    }
  }
}
