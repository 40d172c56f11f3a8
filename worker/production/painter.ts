import type { ProgressEvent } from '../../shared/contract/generation.ts';
import { AppError } from '../../shared/errors.ts';
import type { Logger } from '../../shared/service/log.ts';
import { withDeadline } from '../../shared/wait.ts';
import type { EngineImage, EngineOutput } from '../engines/engine.ts';
import type { Conversions } from '../picture/conversions.ts';
import { countPixels } from '../picture/convert.ts';
import { maxPicturesOfCall } from '../upstream/answer-limits.ts';
import type { PassedOver } from './fallback.ts';
import { createPaintedShelf, type Painted, toPictureId, toSeed, toShelfKey } from './painted-shelf.ts';
import type { Plan } from './plan.ts';
import type { Shelf, ShelfRecord } from './shelf.ts';

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

/** One picture of a job, by its index in the request. */
interface PictureOfJob {
  readonly plan: Plan;
  readonly job: PaintJob;
  readonly index: number;
}

/** One engine's part of a production: calls it until all pictures are made, and puts each checked picture on the shelf. */
export function createPainter({ shelf, conversions, log }: PainterOptions): Painter {
  const shelved = createPaintedShelf(shelf, log);

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

  async function convert(image: EngineImage, warnings: readonly string[], picture: PictureOfJob): Promise<Painted> {
    const { plan, job, index } = picture;
    const { request, name, metadata } = plan;
    const seed = image.seed ?? toSeed(plan, index);
    const origin = { ...request, seed, engine: name, metadata, isTrained: plan.engine.isProgrammed !== true };
    const pixels = await countPixels(image.bytes);
    const toConversion = async () => ({ kind: 'normalise', bytes: image.bytes, origin }) as const;
    const { bytes: png, width, height } = await conversions.run(pixels, toConversion, job.signal);
    const record = toRecord(picture, { width, height, seed, nsfw: image.nsfw, warnings });
    if (job.safe) refuseFlagged(record);
    return shelved.keep(record, png);
  }

  return {
    async findAll(plan, jobId, safe) {
      const indexes = Array.from({ length: plan.request.count }, (_, index) => index);
      const found = await Promise.all(indexes.map((index) => shelved.find(plan, jobId, index)));
      const painted = found.filter((picture) => picture !== undefined);
      if (painted.length < indexes.length) return undefined;
      if (safe) for (const { record } of painted) refuseFlagged(record);
      return painted;
    },
    async paint(plan, job) {
      const painted: Painted[] = [];
      while (painted.length < plan.request.count) {
        // For a single picture, `findAll` has looked on the shelf already.
        const found = plan.request.count === 1 ? undefined : await shelved.find(plan, job.jobId, painted.length);
        if (found !== undefined) {
          painted.push(found);
          continue;
        }
        const { images, warnings } = await callEngine(plan, job, painted.length);
        job.onProgress({ stage: 'convert', engine: plan.name });
        for (const image of images) painted.push(await convert(image, warnings, { plan, job, index: painted.length }));
      }
      return painted;
    },
  };
}

interface Made extends Pick<ShelfRecord, 'width' | 'height' | 'seed' | 'nsfw'> {
  readonly warnings: readonly string[];
}

function toRecord({ plan, job, index }: PictureOfJob, made: Made): ShelfRecord {
  const { width, height } = plan.request;
  const isOtherSize = made.width !== width || made.height !== height;
  const sizeWarning = `${plan.name} made a picture of ${made.width}x${made.height} instead of ${width}x${height}.`;
  return {
    ...made,
    id: toPictureId(job.jobId, index),
    key: toShelfKey(plan, index),
    warnings: [...made.warnings, ...(isOtherSize ? [sizeWarning] : [])],
    passedOver: job.passedOver.map(({ name, error, isResting }) => ({ name, code: error.code, isResting })),
  };
}

function refuseFlagged({ nsfw }: ShelfRecord): void {
  if (nsfw !== true) return;
  throw new AppError('prompt_refused', 'the engine flags the picture, and safe mode is on', {
    publicMessage: 'The engine marks this picture as not safe, and safe mode is on.',
  });
}
