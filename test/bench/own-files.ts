import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { chromium } from 'playwright-core';
import { findExecutable } from '../../worker/browser/process/executable.ts';

/** Copies of the programs that no other process runs and that are not in the page cache, so that the cgroup is charged for them. */
export interface OwnFiles {
  readonly node: string;
  readonly chromium: string;
}

export async function copyPrograms(directory: string): Promise<OwnFiles> {
  const { path } = await findExecutable({ playwrightPath: chromium.executablePath() });
  const browser = join(directory, 'chromium');
  mkdirSync(browser, { recursive: true });
  cpSync(dirname(path), browser, {
    recursive: true,
    // Debian keeps its full Chromium in the same folder.
    filter: (source) =>
      source === path || !/(^|\/)(chromium|chrome_crashpad_handler)$/.test(source.slice(dirname(path).length)),
  });
  const node = join(directory, 'node');
  cpSync(process.execPath, node);
  evict(directory);
  return { node, chromium: join(browser, basename(path)) };
}

/** Drops the files from the page cache by coreutils' dd, which works once they are written to disk. */
function evict(directory: string): void {
  execFileSync('sync');
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    execFileSync('dd', [`of=${file}`, 'oflag=nocache', 'conv=notrunc,fdatasync', 'count=0', 'status=none']);
  }
}
