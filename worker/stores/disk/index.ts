import { mkdir, realpath, rm } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { AppError } from '../../../shared/errors.ts';
import { FORMATS, toExtension, toMediaType } from '../../../shared/media-type.ts';
import { toAbortError } from '../../../shared/wait.ts';
import { removeUnfinished, writeFileAtomically } from '../../../shared/write-file-atomically.ts';
import type { Store, StorePlugin } from '../store.ts';

const HOUR_MS = 60 * 60_000;

interface DiskOptions {
  /** Absolute; made when it is missing. */
  readonly directory: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** Keeps pictures as files, which the gateway serves at `/images/{name}`. */
export function createDisk({ directory, now }: DiskOptions): Store {
  let prepared: Promise<string> | undefined;

  /** The directory's true place; a failure is tried again by the next picture. */
  function prepare(): Promise<string> {
    prepared ??= prepareDirectory().catch((error: unknown) => {
      prepared = undefined;
      throw error;
    });
    return prepared;
  }

  async function prepareDirectory(): Promise<string> {
    await mkdir(directory, { recursive: true });
    const root = await realpath(directory);
    await removeUnfinished(root, now() - HOUR_MS);
    return root;
  }

  async function attempt<T>(signal: AbortSignal, task: (root: string) => Promise<T>): Promise<T> {
    if (signal.aborted) throw toAbortError(signal);
    try {
      return await task(await prepare());
    } catch (error) {
      throw toDiskError(error, directory);
    }
  }

  return {
    name: 'disk',
    accepts: FORMATS.map(toMediaType),
    put: ({ id, bytes, mediaType }, { signal }) =>
      attempt(signal, async (root) => {
        const path = await inside(root, `${id}.${toExtension(mediaType)}`);
        await writeFileAtomically(path, bytes);
        return { url: `/images/${basename(path)}` };
      }),
    remove: ({ id, url }, { signal }) =>
      attempt(signal, async (root) => {
        const name = url.replace(/^.*\//, '');
        if (!name.startsWith(`${id}.`)) throw new AppError('store_failed', 'disk: the address is not of this picture');
        await rm(await inside(root, name), { force: true });
      }),
  };
}

/** A name that would lead out of the directory, by its text or through a link, is refused. */
async function inside(root: string, name: string): Promise<string> {
  const path = resolve(root, name);
  const isPlain = relative(root, path) === name && (await realpath(dirname(path))) === root;
  if (!isPlain) throw new AppError('store_failed', 'disk: a name that leads out of the directory');
  return path;
}

function toDiskError(error: unknown, directory: string): AppError {
  if (error instanceof AppError) return error;
  const { code = 'unknown' } = error as NodeJS.ErrnoException;
  const reason = code === 'ENOSPC' || code === 'EDQUOT' ? 'no space is left' : 'it cannot be written';
  return new AppError('store_failed', `disk: ${reason} in ${directory} (DATA_DIR): ${code}`, { cause: error });
}

export const disk = {
  name: 'disk',
  settings: {},
  create: (_settings, { dataDirectory, clock }) =>
    createDisk({ directory: join(dataDirectory, 'images'), now: clock.now }),
} satisfies StorePlugin;
