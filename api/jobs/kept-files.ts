import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Picture files in one folder; written whole or not at all. */

const SAFE_NAME = /^\w[\w-]*\.(png|jpg|webp|avif)$/;

export interface KeptFiles {
  has(name: string): Promise<boolean>;
  read(name: string): Promise<Buffer | undefined>;
  write(name: string, bytes: Buffer): Promise<void>;
  remove(name: string): Promise<void>;
}

export function createKeptFiles(directory: string, { maxBytes }: { maxBytes: number }): KeptFiles {
  const toPath = (name: string): string => {
    if (!SAFE_NAME.test(name)) throw new Error('not a name of a picture of ours');
    return join(directory, name);
  };

  /** The oldest go first. */
  async function makeRoom(): Promise<void> {
    if (!Number.isFinite(maxBytes)) return;
    const names = await readdir(directory);
    const files = await Promise.all(names.map(async (name) => ({ name, ...(await measure(join(directory, name))) })));
    let total = files.reduce((sum, file) => sum + file.bytes, 0);
    for (const file of files.sort((one, other) => one.modifiedAt - other.modifiedAt)) {
      if (total <= maxBytes) return;
      await rm(join(directory, file.name), { force: true });
      total -= file.bytes;
    }
  }

  return {
    has: async (name) => (await unlessMissing(stat(toPath(name)))) !== undefined,
    read: (name) => unlessMissing(readFile(toPath(name))),
    write: async (name, bytes) => {
      const path = toPath(name);
      const draft = `${path}.${randomBytes(6).toString('hex')}.part`;
      await mkdir(directory, { recursive: true });
      await writeFile(draft, bytes);
      await rename(draft, path);
      await makeRoom();
    },
    remove: (name) => rm(toPath(name), { force: true }),
  };
}

async function measure(path: string): Promise<{ bytes: number; modifiedAt: number }> {
  const stats = await unlessMissing(stat(path));
  return { bytes: stats?.size ?? 0, modifiedAt: stats?.mtimeMs ?? 0 };
}

async function unlessMissing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
