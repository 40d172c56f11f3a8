import { join } from 'node:path';
import { AppError } from '../../../shared/errors.ts';
import { createKeptFiles, toMaxBytes } from '../../../shared/files/kept-files.ts';
import { FORMATS, toExtension, toMediaType } from '../../../shared/picture/media-type.ts';
import { wholeNumber } from '../../../shared/service/config.ts';
import { type Clock, toAbortError } from '../../../shared/wait.ts';
import type { Store, StorePlugin } from '../store.ts';

interface DiskOptions {
  /** Absolute path; created if missing. */
  readonly directory: string;
  /** Of all pictures together; when they exceed it, the oldest are removed. */
  readonly maxBytes: number;
  readonly clock: Pick<Clock, 'now' | 'elapsed'>;
}

/** Keeps pictures as files, which the gateway serves at `/images/{name}`. */
export function createDisk(options: DiskOptions): Store {
  const files = createKeptFiles(options);

  async function attempt<T>(signal: AbortSignal, task: () => Promise<T>): Promise<T> {
    if (signal.aborted) throw toAbortError(signal);
    try {
      return await task();
    } catch (error) {
      throw toDiskError(error, options.directory);
    }
  }

  return {
    name: 'disk',
    accepts: FORMATS.map(toMediaType),
    put: ({ id, bytes, mediaType, path }, { signal }) =>
      attempt(signal, async () => {
        const name = `${id}.${toExtension(mediaType)}`;
        await files.prepare();
        const isLinked = path !== undefined && (await files.link(name, path, bytes.length));
        if (!isLinked) await files.write(name, bytes);
        return { url: `/images/${name}` };
      }),
    remove: ({ id, url }, { signal }) =>
      attempt(signal, async () => {
        const name = url.replace(/^.*\//, '');
        if (!name.startsWith(`${id}.`)) throw new AppError('store_failed', 'disk: the address is not of this picture');
        await files.remove(name);
      }),
  };
}

function toDiskError(error: unknown, directory: string): AppError {
  if (error instanceof AppError) return error;
  const { code = String(error) } = error as NodeJS.ErrnoException;
  const reason = code === 'ENOSPC' || code === 'EDQUOT' ? 'no space is left' : 'it cannot be written';
  return new AppError('store_failed', `disk: ${reason} in ${directory} (DATA_DIR): ${code}`, { cause: error });
}

const settings = {
  DISK_MAX_MB: wholeNumber('Most disk space for pictures (megabytes); beyond it the oldest are removed; 0: no limit.', {
    min: 0,
    default: 1024,
  }),
};

export const disk = {
  name: 'disk',
  settings,
  create: ({ DISK_MAX_MB }, { dataDirectory, clock }) =>
    createDisk({ directory: join(dataDirectory, 'images'), maxBytes: toMaxBytes(DISK_MAX_MB), clock }),
} satisfies StorePlugin<typeof settings>;
