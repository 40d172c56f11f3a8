import { randomBytes } from 'node:crypto';
import { link, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

const UNFINISHED = /^\..+\.[0-9a-f]{12}\.tmp$/;

/**
 * The file is there whole or not at all, also when the process or the machine dies meanwhile. What is written so far
 * has a hidden name, which nothing serves, and is removed when writing fails.
 */
export async function writeFileAtomically(path: string, content: Uint8Array | string): Promise<void> {
  const unfinished = toUnfinished(path);
  try {
    const file = await open(unfinished, 'wx');
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}

const toUnfinished = (path: string): string =>
  join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);

/**
 * Gives a whole file that is never written to again a second name, in place of a second copy. False where that cannot
 * be: another disk, a file system without links, no such file or directory.
 */
export async function linkFile(from: string, path: string): Promise<boolean> {
  const unfinished = toUnfinished(path);
  try {
    await link(from, unfinished);
    await rename(unfinished, path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error) return false;
    throw error;
  } finally {
    // Renaming one name of a file to another name of the same file leaves both.
    await rm(unfinished, { force: true });
  }
}

/** Removes what a process that was killed left behind; younger files may belong to another one that still writes. */
export async function removeUnfinished(directory: string, olderThanMs: number): Promise<void> {
  const names = await readdir(directory);
  for (const name of names.filter((candidate) => UNFINISHED.test(candidate))) {
    const path = join(directory, name);
    const stats = await unlessMissing(stat(path));
    if (stats !== undefined && stats.mtimeMs < olderThanMs) await rm(path, { force: true });
  }
}

/** Undefined for a file that is not there; another process may have removed it since it was listed. */
export async function unlessMissing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
