import { randomBytes } from 'node:crypto';
import { chmod, mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GUIDE, SettingsError } from '../service/config.ts';
import { unlessMissing } from './write-file-atomically.ts';

const PRIVATE_DIRECTORY = 0o700;
const PRIVATE_FILE = 0o600;

/**
 * Makes the directory of setting DATA_DIR if it is missing. Throws a SettingsError if no file can be written there.
 * `ours`: names in it that an earlier version may have made readable by everybody; they are made private. The directory
 * itself keeps its permissions, since others may use it too.
 */
export async function openDataDirectory(directory: string, ours: readonly string[]): Promise<void> {
  try {
    await mkdir(directory, { recursive: true, mode: PRIVATE_DIRECTORY });
    await checkWritable(directory);
  } catch (error) {
    throw toFault(error, directory);
  }
  for (const name of ours) {
    const path = join(directory, name);
    const stats = await unlessMissing(stat(path));
    if (stats === undefined || stats.uid !== process.getuid?.()) continue;
    await chmod(path, stats.isDirectory() ? PRIVATE_DIRECTORY : PRIVATE_FILE);
  }
}

/** Whether files can be made there. */
export async function isWritable(directory: string): Promise<boolean> {
  try {
    await checkWritable(directory);
    return true;
  } catch {
    return false;
  }
}

/** A full disk passes, because old pictures are removed to make room. */
async function checkWritable(directory: string): Promise<void> {
  const path = join(directory, `.probe.${randomBytes(6).toString('hex')}.tmp`);
  try {
    await writeFile(path, '', { flag: 'wx', mode: PRIVATE_FILE });
    await rm(path);
  } catch (error) {
    if (!isFull(error)) throw error;
  }
}

const isFull = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');

function toFault(error: unknown, directory: string): SettingsError {
  const reason = error instanceof Error && 'code' in error ? error.code : error;
  const expected = `expected a directory that this user (${process.getuid?.() ?? 'unknown'}) may write to`;
  return new SettingsError(`DATA_DIR: ${expected}, not ${directory} (${reason}; ${GUIDE}#data_dir)`, { cause: error });
}
