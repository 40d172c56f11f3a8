import { createHash } from 'node:crypto';
import { MAX_SEED } from '../../shared/contract/generation.ts';
import type { Logger } from '../../shared/service/log.ts';
import type { Plan } from './plan.ts';
import type { Shelf, ShelfRecord } from './shelf.ts';

/** A finished picture. Its bytes are on the shelf, or in memory if the shelf could not take them. */
export interface Painted {
  readonly record: ShelfRecord;
  readonly readPng: () => Promise<Buffer>;
  /** Path of the PNG on the shelf. */
  readonly pngPath?: string | undefined;
}

/** The shelf by pictures of a plan, instead of by keys. */
export interface PaintedShelf {
  find(plan: Plan, jobId: string, index: number): Promise<Painted | undefined>;
  keep(record: ShelfRecord, png: Buffer): Promise<Painted>;
}

export function createPaintedShelf(shelf: Shelf, log: Logger): PaintedShelf {
  const toPainted = (record: ShelfRecord): Painted => ({
    record,
    readPng: () => shelf.readPng(record.id),
    pngPath: shelf.pathOf(record.id, 'image/png'),
  });

  async function keep(record: ShelfRecord, png: Buffer): Promise<Painted> {
    try {
      await shelf.keep(record, png);
      return toPainted(record);
    } catch (error) {
      // Even with a full disk, a store may still take the picture.
      log.warn({ err: error }, 'the shelf cannot keep a picture: it stays in memory until it is delivered');
      return { record, readPng: async () => png };
    }
  }

  return {
    async find(plan, jobId, index) {
      const id = toPictureId(jobId, index);
      const key = toShelfKey(plan, index);
      const found = await shelf.find(id, key).catch((error: unknown) => {
        log.warn({ err: error }, 'the shelf cannot be read');
        return undefined;
      });
      if (found === undefined) return undefined;
      if (found.id === id) return toPainted(found);
      const png = await shelf.readPng(found.id);
      // It belongs to an equal request that failed to deliver it. Marking it delivered keeps a third request from taking it too.
      await shelf.deliver(found.id, { bytes: png, mediaType: 'image/png' });
      return keep({ ...found, id }, png);
    },
    keep,
  };
}

export const toSeed = ({ request }: Plan, index: number): number => (request.seed + index) % (MAX_SEED + 1);

/** As hard to guess as the job's id, and the same when the job runs again. */
export const toPictureId = (jobId: string, index: number): string => digest([jobId, index]).slice(0, 32);

export function toShelfKey(plan: Plan, index: number): string {
  const { request, name, metadata } = plan;
  const single = { ...request, seed: toSeed(plan, index), count: 1, previews: 0 };
  return digest([name, single, ...(metadata === 'full' ? [] : [metadata])]);
}

const digest = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex');
