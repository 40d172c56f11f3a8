import { randomBytes } from 'node:crypto';
import { link, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

const UNFINISHED = /^\..+\.[0-9a-f]{12}\.tmp$/;

/**
 * Writes the whole file or none of it, even if the process or the machine dies meanwhile. Until it is whole, the file
 * has a hidden name that nothing serves. It is removed if writing fails.
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
 * Gives a file a second name (a hard link) in place of a second copy. The file must be whole and never written again.
 * False where that is not possible: another disk, a file system without links, no such file or directory.
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
    // When both names already belong to the same file, `rename` does nothing and the hidden name stays.
    await rm(unfinished, { force: true });
  }
}

/** Removes what killed processes left behind. Younger files are kept, since another process may still be writing them. */
export async function removeUnfinished(directory: string, olderThanMs: number): Promise<void> {
  const names = await readdir(directory);
  for (const name of names.filter((candidate) => UNFINISHED.test(candidate))) {
    const path = join(directory, name);
    const stats = await unlessMissing(stat(path));
    if (stats !== undefined && stats.mtimeMs < olderThanMs) await rm(path, { force: true });
  }
}

/** Undefined for a missing file, for instance one that another process removed after it was listed. */
export async function unlessMissing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
