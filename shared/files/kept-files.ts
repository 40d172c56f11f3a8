import { type FileHandle, mkdir, open, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type MediaType, toExtension } from '../picture/media-type.ts';
import type { Clock } from '../wait.ts';
import { createMakeRoom } from './make-room.ts';
import { linkFile, removeUnfinished, unlessMissing, writeFileAtomically } from './write-file-atomically.ts';

const HOUR_MS = 60 * 60_000;
const MEGABYTE = 1024 * 1024;

/** Names that Easel gives; other files are left alone. Such a name cannot lead out of the directory. */
const PICTURE_NAME = /^\w[\w-]*\.(png|jpg|webp|avif)$/;

/** Picture files in one directory; written whole or not at all. */
export interface KeptFiles {
  has(name: string): Promise<boolean>;
  /** For reading; the caller closes it. */
  open(name: string): Promise<FileHandle | undefined>;
  write(name: string, bytes: Buffer): Promise<void>;
  /** Adds a file of the same disk by a hard link, without a copy. False where links do not work or the directory is missing. */
  link(name: string, from: string, bytes: number): Promise<boolean>;
  /** Makes the directory. */
  prepare(): Promise<void>;
  /** Absolute. */
  pathOf(name: string): string;
  remove(name: string): Promise<void>;
}

interface KeptFilesOptions {
  /** Absolute; made when it is missing. */
  readonly directory: string;
  /** Of all pictures together; when they exceed it, the oldest are removed. */
  readonly maxBytes: number;
  readonly clock: Pick<Clock, 'now' | 'elapsed'>;
}

export function createKeptFiles({ directory, maxBytes, clock }: KeptFilesOptions): KeptFiles {
  const makeRoom = createMakeRoom({ directory, maxBytes, isOurs: (name) => PICTURE_NAME.test(name), clock });
  let clearing: Promise<void> | undefined;

  const toPath = (name: string): string => {
    if (!PICTURE_NAME.test(name)) throw new Error('not a name of a picture of ours');
    return join(directory, name);
  };

  /** Runs once; after a failure the next write tries again. */
  function clearUnfinished(): Promise<void> {
    clearing ??= removeUnfinished(directory, clock.now() - HOUR_MS).catch((error: unknown) => {
      clearing = undefined;
      throw error;
    });
    return clearing;
  }

  return {
    has: async (name) => (await unlessMissing(stat(toPath(name)))) !== undefined,
    open: async (name) => unlessMissing(open(toPath(name), 'r')),
    write: async (name, bytes) => {
      const path = toPath(name);
      await mkdir(directory, { recursive: true });
      await clearUnfinished();
      await makeRoom(bytes.length);
      await writeFileAtomically(path, bytes);
    },
    link: async (name, from, bytes) => {
      const path = toPath(name);
      if ((await unlessMissing(stat(directory))) === undefined) return false;
      await makeRoom(bytes);
      return linkFile(from, path);
    },
    prepare: async () => {
      await mkdir(directory, { recursive: true });
    },
    pathOf: toPath,
    remove: async (name) => rm(toPath(name), { force: true }),
  };
}

/** For the pictures that were asked for as bytes. */
const MAX_KEPT_BYTES = 256 * MEGABYTE;

/**
 * Where the gateway keeps pictures that were asked for as bytes. A worker with the same DATA_DIR links them there
 * itself, so that the gateway neither fetches nor writes them.
 */
export const openKeptPictures = (dataDirectory: string, clock: KeptFilesOptions['clock']): KeptFiles =>
  createKeptFiles({ directory: join(dataDirectory, 'kept'), maxBytes: MAX_KEPT_BYTES, clock });

/** `<id>.<extension>`. Ids cannot be guessed or repeated, so a file of that name is that picture. */
export const toKeptName = (id: string, mediaType: MediaType): string => `${id}.${toExtension(mediaType)}`;

/** From a setting in megabytes, where 0 means unlimited. */
export const toMaxBytes = (megabytes: number): number =>
  megabytes === 0 ? Number.POSITIVE_INFINITY : megabytes * MEGABYTE;
