import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ERRORS, type ErrorCode } from '../../shared/errors.ts';
import { removeUnfinished, writeFileAtomically } from '../../shared/files/write-file-atomically.ts';
import { FORMATS, type MediaType, toExtension, toMediaType } from '../../shared/picture/media-type.ts';
import type { Clock } from '../../shared/wait.ts';

const KEEP_MS = 60 * 60_000;
const MAX_BYTES = 256 * 1024 * 1024;

const errorCode = z.string().refine((code): code is ErrorCode => Object.hasOwn(ERRORS, code));

const recordSchema = z.object({
  /** The picture's id. It is derived from the job, so that a repeated run finds the picture. */
  id: z.string().regex(/^[0-9a-f]{32}$/),
  /** A digest of everything that determines the picture, including the engine. */
  key: z.string(),
  width: z.int(),
  height: z.int(),
  seed: z.int(),
  nsfw: z.boolean().optional(),
  /** The engine's own warnings. */
  warnings: z.array(z.string()),
  /** Engines that should have served before. */
  passedOver: z.array(z.object({ name: z.string(), code: errorCode, isResting: z.boolean() })),
});
export type ShelfRecord = z.infer<typeof recordSchema>;

const entrySchema = recordSchema.extend({
  keptAt: z.number(),
  /** Path of the PNG. */
  bytes: z.number(),
  /** Path of the delivered file, if that is another one. */
  extraBytes: z.number(),
  /** Media type in which it was delivered. While it is missing, any equal request may take the picture. */
  deliveredAs: z.enum(FORMATS.map(toMediaType)).optional(),
});
type StoredEntry = z.infer<typeof entrySchema>;
interface Entry extends StoredEntry {
  /** By the clock's `elapsed`: a picture that is on its way must not count as old when the wall clock is set right. */
  readonly agesFrom: number;
}

export interface ShelfFile {
  readonly bytes: Buffer;
  readonly mediaType: MediaType;
  /** Path on the shelf, if it is there. */
  readonly path?: string | undefined;
}

export interface Shelf {
  /** This job's picture from an earlier run, else an equal one that was not delivered. */
  find(id: string, key: string): Promise<ShelfRecord | undefined>;
  keep(record: ShelfRecord, png: Buffer): Promise<void>;
  /** The PNG, whatever media type was delivered. */
  readPng(id: string): Promise<Buffer>;
  /** Path of a picture in this media type, once it is kept or delivered in it. */
  pathOf(id: string, mediaType: MediaType): string;
  /** Records that it was delivered as this file. False if the shelf does not have it. */
  deliver(id: string, file: ShelfFile): Promise<boolean>;
  /** The delivered file. Undefined if the shelf does not have it any more, or never had. */
  read(id: string): Promise<ShelfFile | undefined>;
  remove(id: string): Promise<void>;
}

interface ShelfOptions {
  /** Absolute path; created if missing. */
  readonly directory: string;
  readonly clock: Pick<Clock, 'now' | 'elapsed'>;
  readonly maxBytes?: number;
}

/**
 * Keeps finished pictures in files for about an hour: for an upload that is tried again, for a job that runs again after
 * a crash, and for callers that want the bytes. If there are too many, the oldest are removed first.
 */
export function createShelf({ directory, clock, maxBytes = MAX_BYTES }: ShelfOptions): Shelf {
  let loading: Promise<Map<string, Entry>> | undefined;

  /** After a failure the next call tries again. */
  function load(): Promise<Map<string, Entry>> {
    loading ??= readEntries(directory, clock).catch((error: unknown) => {
      loading = undefined;
      throw error;
    });
    return loading;
  }

  const pathOf = (id: string, extension: string): string => join(directory, `${id}.${extension}`);
  const isFresh = ({ agesFrom }: Entry): boolean => clock.elapsed() - agesFrom < KEEP_MS;

  async function save(entries: Map<string, Entry>, entry: Entry): Promise<void> {
    const { agesFrom: _, ...stored } = entry;
    await writeFileAtomically(pathOf(entry.id, 'json'), JSON.stringify(stored));
    entries.set(entry.id, entry);
  }

  async function drop(entries: Map<string, Entry>, { id, deliveredAs = 'image/png' }: Entry): Promise<void> {
    entries.delete(id);
    for (const extension of new Set(['json', 'png', toExtension(deliveredAs)])) {
      await rm(pathOf(id, extension), { force: true });
    }
  }

  async function sweep(entries: Map<string, Entry>): Promise<void> {
    let total = [...entries.values()].reduce((sum, entry) => sum + sizeOf(entry), 0);
    for (const entry of [...entries.values()].toSorted((a, b) => a.agesFrom - b.agesFrom)) {
      if (isFresh(entry) && total <= maxBytes) break;
      total -= sizeOf(entry);
      await drop(entries, entry);
    }
  }

  return {
    async find(id, key) {
      const entries = await load();
      const own = entries.get(id);
      if (own?.key === key && isFresh(own)) return own;
      return [...entries.values()].find(
        (entry) => entry.key === key && entry.deliveredAs === undefined && isFresh(entry),
      );
    },
    async keep(record, png) {
      const entries = await load();
      await writeFileAtomically(pathOf(record.id, 'png'), png);
      const times = { keptAt: clock.now(), agesFrom: clock.elapsed() };
      await save(entries, { ...record, ...times, bytes: png.length, extraBytes: 0 });
      await sweep(entries);
    },
    readPng: (id) => readFile(pathOf(id, 'png')),
    pathOf: (id, mediaType) => pathOf(id, toExtension(mediaType)),
    async deliver(id, { bytes, mediaType }) {
      const entries = await load();
      const entry = entries.get(id);
      if (entry === undefined) return false;
      const isExtra = mediaType !== 'image/png';
      if (isExtra) await writeFileAtomically(pathOf(id, toExtension(mediaType)), bytes);
      await save(entries, { ...entry, deliveredAs: mediaType, extraBytes: isExtra ? bytes.length : 0 });
      return true;
    },
    async read(id) {
      const entry = (await load()).get(id);
      if (entry === undefined || !isFresh(entry)) return undefined;
      const mediaType = entry.deliveredAs ?? 'image/png';
      return { bytes: await readFile(pathOf(id, toExtension(mediaType))), mediaType };
    },
    async remove(id) {
      const entries = await load();
      const entry = entries.get(id);
      if (entry !== undefined) await drop(entries, entry);
    },
  };
}

const sizeOf = ({ bytes, extraBytes }: Entry): number => bytes + extraBytes;

async function readEntries(directory: string, clock: ShelfOptions['clock']): Promise<Map<string, Entry>> {
  const [now, elapsed] = [clock.now(), clock.elapsed()];
  await mkdir(directory, { recursive: true });
  await removeUnfinished(directory, now);
  const names = (await readdir(directory)).filter((name) => name.endsWith('.json'));
  const entries = await Promise.all(names.map((name) => readEntry(join(directory, name))));
  return new Map(
    entries.flatMap((entry) =>
      entry === undefined ? [] : [[entry.id, { ...entry, agesFrom: elapsed - Math.max(0, now - entry.keptAt) }]],
    ),
  );
}

/** Undefined for a record that another version wrote. */
async function readEntry(path: string): Promise<StoredEntry | undefined> {
  try {
    return entrySchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof z.ZodError)) throw error;
    await rm(path, { force: true });
    return undefined;
  }
}
