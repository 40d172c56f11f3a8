import { opendir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../wait.ts';
import { unlessMissing } from './write-file-atomically.ts';

const MINUTE_MS = 60_000;
/** A younger picture may not have been fetched yet. */
const KEEP_YOUNG_MS = 10 * MINUTE_MS;
/** Other processes may write to the same directory, and our own sum does not include their files. */
const LOOK_AGAIN_MS = 10 * MINUTE_MS;
/** After a listing that could not free enough, because all files are young, the next one waits this long. */
const LEAVE_ALONE_MS = MINUTE_MS;
/** More is removed than needed, so that a full directory is not listed again for every file. */
const FILL_AGAIN_TO = 0.9;

interface RoomOptions {
  readonly directory: string;
  readonly maxBytes: number;
  /** Whether a file of this name counts, and may be removed. */
  readonly isOurs: (name: string) => boolean;
  readonly clock: Pick<Clock, 'now' | 'elapsed'>;
}

interface OurFile {
  readonly path: string;
  readonly bytes: number;
  /** Epoch milliseconds. */
  readonly modifiedAt: number;
}

/**
 * Call the returned function before a file of that many bytes is written. When the sum would exceed `maxBytes`, it
 * removes the oldest files, but none younger than ten minutes. It lists the directory at most every few minutes and
 * adds up the bytes in between.
 */
export function createMakeRoom({ directory, maxBytes, isOurs, clock }: RoomOptions): (bytes: number) => Promise<void> {
  let used = 0;
  let lookedAt = Number.NEGATIVE_INFINITY;
  let looking: Promise<void> | undefined;

  const mustLook = (bytes: number): boolean =>
    clock.elapsed() - lookedAt >= (used + bytes > maxBytes ? LEAVE_ALONE_MS : LOOK_AGAIN_MS);

  async function look(bytes: number): Promise<void> {
    const files = await list(directory, isOurs);
    const total = files.reduce((sum, file) => sum + file.bytes, 0);
    const excess = total + bytes <= maxBytes ? 0 : total + bytes - maxBytes * FILL_AGAIN_TO;
    used = total - (await removeOldest(files, excess, clock.now() - KEEP_YOUNG_MS));
    lookedAt = clock.elapsed();
  }

  return async (bytes) => {
    if (!Number.isFinite(maxBytes)) return;
    if (mustLook(bytes)) {
      looking ??= look(bytes).finally(() => {
        looking = undefined;
      });
    }
    await looking;
    used += bytes;
  };
}

async function list(directory: string, isOurs: RoomOptions['isOurs']): Promise<OurFile[]> {
  const files: OurFile[] = [];
  for await (const entry of await opendir(directory)) {
    if (!entry.isFile() || !isOurs(entry.name)) continue;
    const path = join(directory, entry.name);
    const stats = await unlessMissing(stat(path));
    if (stats !== undefined) files.push({ path, bytes: stats.size, modifiedAt: stats.mtimeMs });
  }
  return files;
}

/** Removes until `excess` bytes are freed or only younger files are left. Returns the freed bytes. */
async function removeOldest(files: readonly OurFile[], excess: number, olderThanMs: number): Promise<number> {
  let freed = 0;
  for (const { path, bytes, modifiedAt } of files.toSorted((one, other) => one.modifiedAt - other.modifiedAt)) {
    if (freed >= excess || modifiedAt >= olderThanMs) break;
    await rm(path, { force: true });
    freed += bytes;
  }
  return freed;
}
