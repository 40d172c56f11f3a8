import { createHash } from 'node:crypto';
import { MAX_SEED, type ProgressEvent } from '../../shared/contract/generation.ts';
import { AppError } from '../../shared/errors.ts';
import type { Logger } from '../../shared/service/log.ts';
import { withDeadline } from '../../shared/wait.ts';
import type { EngineImage, EngineOutput } from '../engines/engine.ts';
import type { Conversions } from '../picture/conversions.ts';
import { normalise } from '../picture/normalise.ts';
import { maxPicturesOfCall } from '../upstream/answer-limits.ts';
import type { PassedOver } from './fallback.ts';
import type { Plan } from './plan.ts';
import type { Shelf, ShelfRecord } from './shelf.ts';

/** A finished picture. Its bytes are on the shelf, or in memory if the shelf could not take them. */
export interface Painted {
  readonly record: ShelfRecord;
  readonly readPng: () => Promise<Buffer>;
  /** Path of the PNG on the shelf. */
  readonly pngPath?: string | undefined;
}

export interface PaintJob {
  readonly jobId: string;
  /** Refuse pictures that the engine flags. */
  readonly safe: boolean;
  readonly passedOver: readonly PassedOver[];
  readonly signal: AbortSignal;
  /** Milliseconds that one call of the engine may take. */
  readonly callTimeoutMs: () => number;
  readonly onProgress: (event: ProgressEvent) => void;
}

interface PainterOptions {
  readonly conversions: Conversions;
  readonly shelf: Shelf;
  readonly log: Logger;
}

export interface Painter {
  /** All pictures of the request if the shelf has them, else undefined. */
  findAll(plan: Plan, jobId: string, safe: boolean): Promise<readonly Painted[] | undefined>;
  /** All pictures of the request by this engine. What the shelf has already is not made again. */
  paint(plan: Plan, job: PaintJob): Promise<readonly Painted[]>;
}

/** One engine's part of a production: calls it until all pictures are made, and puts each checked picture on the shelf. */
export function createPainter({ shelf, conversions, log }: PainterOptions): Painter {
  async function find(plan: Plan, jobId: string, index: number): Promise<Painted | undefined> {
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
  }

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

  async function callEngine(plan: Plan, job: PaintJob, index: number): Promise<EngineOutput> {
    const { engine, name } = plan;
    const { count: total } = plan.request;
    const count = Math.min(engine.limits.maxCount, maxPicturesOfCall(plan.request), total - index);
    const request = { ...plan.request, count, seed: toSeed(plan, index) };
    const onProgress = (event: Omit<ProgressEvent, 'engine'>): void => {
      const fraction = event.fraction === undefined ? undefined : (index + event.fraction * count) / total;
      job.onProgress({ ...event, fraction, engine: name });
    };
    onProgress({ stage: 'generate' });
    const deadline = {
      timeoutMs: job.callTimeoutMs(),
      signal: job.signal,
      code: 'engine_timeout',
      what: name,
    } as const;
    const output = await withDeadline(deadline, (signal) => engine.generate(request, { signal, onProgress }));
    if (output.images.length >= count) return { ...output, images: output.images.slice(0, count) };
    throw new AppError('engine_failed', `${name} made ${output.images.length} of ${count} pictures`);
  }

  async function finish(
    plan: Plan,
    job: PaintJob,
    index: number,
    image: EngineImage,
    warnings: readonly string[],
  ): Promise<Painted> {
    const { request, name } = plan;
    const seed = image.seed ?? toSeed(plan, index);
    const { metadata } = plan;
    const origin = { ...request, seed, engine: name, metadata, isTrained: plan.engine.isProgrammed !== true };
    const pixels = request.width * request.height;
    const { png, width, height } = await conversions.run(pixels, () => normalise(image.bytes, origin), job.signal);
    const isOtherSize = width !== request.width || height !== request.height;
    const asked = `${request.width}x${request.height}`;
    const sizeWarning = `${name} made a picture of ${width}x${height} instead of ${asked}.`;
    const record: ShelfRecord = {
      id: toPictureId(job.jobId, index),
      key: toShelfKey(plan, index),
      width,
      height,
      seed,
      nsfw: image.nsfw,
      warnings: [...warnings, ...(isOtherSize ? [sizeWarning] : [])],
      passedOver: job.passedOver.map(({ name: other, error, isResting }) => ({
        name: other,
        code: error.code,
        isResting,
      })),
    };
    if (job.safe) refuseFlagged(record);
    return keep(record, png);
  }

  return {
    async findAll(plan, jobId, safe) {
      const indexes = Array.from({ length: plan.request.count }, (_, index) => index);
      const found = await Promise.all(indexes.map((index) => find(plan, jobId, index)));
      const painted = found.filter((picture) => picture !== undefined);
      if (painted.length < indexes.length) return undefined;
      if (safe) for (const { record } of painted) refuseFlagged(record);
      return painted;
    },
    async paint(plan, job) {
      const painted: Painted[] = [];
      while (painted.length < plan.request.count) {
        // For a single picture, `findAll` has looked on the shelf already.
        const found = plan.request.count === 1 ? undefined : await find(plan, job.jobId, painted.length);
        if (found !== undefined) {
          painted.push(found);
          continue;
        }
        const { images, warnings } = await callEngine(plan, job, painted.length);
        job.onProgress({ stage: 'convert', engine: plan.name });
        for (const image of images) painted.push(await finish(plan, job, painted.length, image, warnings));
      }
      return painted;
    },
  };
}

function refuseFlagged({ nsfw }: ShelfRecord): void {
  if (nsfw !== true) return;
  throw new AppError('prompt_refused', 'the engine flags the picture, and safe mode is on', {
    publicMessage: 'The engine marks this picture as not safe, and safe mode is on.',
  });
}

const toSeed = ({ request }: Plan, index: number): number => (request.seed + index) % (MAX_SEED + 1);

/** As hard to guess as the job's id, and the same when the job runs again. */
const toPictureId = (jobId: string, index: number): string => digest([jobId, index]).slice(0, 32);

function toShelfKey(plan: Plan, index: number): string {
  const { request, name, metadata } = plan;
  const single = { ...request, seed: toSeed(plan, index), count: 1, previews: 0 };
  return digest([name, single, ...(metadata === 'full' ? [] : [metadata])]);
}

const digest = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex');
