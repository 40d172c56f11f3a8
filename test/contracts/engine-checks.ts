import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import sharp from 'sharp';
import { type ProgressEvent, SHAPES, STAGES } from '../../shared/contract/generation.ts';
import type { AppError } from '../../shared/errors.ts';
import { sniffMediaType } from '../../shared/picture/media-type.ts';
import { createLog } from '../../shared/service/log.ts';
import type {
  Engine,
  EngineImage,
  EngineLimits,
  EngineOutput,
  EngineRequest,
  Size,
} from '../../worker/engines/engine.ts';

type EngineEvent = Omit<ProgressEvent, 'engine'>;
type Run = Promise<{ output: EngineOutput; events: EngineEvent[] }> & { underway: Promise<unknown> };

/** Runs one request. `underway` resolves with `reached`, else at the first progress event, and at the end at the latest. */
export function generate(
  engine: Engine,
  request: EngineRequest,
  signal: AbortSignal = new AbortController().signal,
  reached?: Promise<unknown>,
): Run {
  const events: EngineEvent[] = [];
  const first = Promise.withResolvers<void>();
  const onProgress = (event: EngineEvent): void => {
    events.push(event);
    first.resolve();
  };
  const running = engine.generate(request, { signal, onProgress }).then((output) => ({ output, events }));
  // A failure is reported by the run itself.
  const ended = running.catch(() => undefined);
  return Object.assign(running, { underway: Promise.race([reached ?? first.promise, ended]) });
}

export function assertProgress(events: readonly EngineEvent[]): void {
  for (const { stage, fraction = 0 } of events) {
    assert.ok(STAGES.includes(stage), `stage ${stage}`);
    assert.ok(fraction >= 0 && fraction <= 1, `fraction ${fraction}`);
  }
}

/** Asserts that the picture is whole, of exactly this size (if one is given), and not of a single colour. */
export async function assertRealPicture(image: EngineImage, size?: Size): Promise<void> {
  assert.ok(sniffMediaType(image.bytes) !== undefined, 'the bytes are a picture');
  const picture = sharp(image.bytes, { failOn: 'truncated' });
  const { width, height } = await picture.metadata();
  if (size !== undefined) assert.deepEqual({ width, height }, { width: size.width, height: size.height });
  const { channels } = await picture.stats();
  assert.ok(
    channels.some(({ stdev }) => stdev > 1),
    'the picture is one flat colour',
  );
}

/** Asserts that no secret is in the public message, in the log line, or anywhere inside the error. */
export function assertNoLeak(error: AppError, secrets: readonly string[]): void {
  const lines: string[] = [];
  const log = createLog({ service: 'test', level: 'trace', destination: { write: (line) => lines.push(line) } });
  log.error({ err: error }, error.message);
  const everything = [error.publicMessage, error.message, inspect(error, { depth: 12 }), ...lines].join('\n');
  for (const secret of secrets) {
    const shown = everything.indexOf(secret);
    assert.equal(shown, -1, `leaks a secret: ${everything.slice(Math.max(0, shown - 60), shown)}<here>`);
  }
}

export function assertCoherentLimits(limits: EngineLimits): void {
  for (const shape of SHAPES) {
    const size = limits.shapes[shape];
    assert.ok(allowsSize(limits, size), `${shape} ${size.width}x${size.height} is within the sizes`);
  }
  assert.ok(Number.isInteger(limits.maxCount) && limits.maxCount >= 1);
  for (const range of [limits.guidanceScale, limits.steps]) {
    if (range === undefined) continue;
    const { min, max, default: fallback = min } = range;
    assert.ok(min <= fallback && fallback <= max, JSON.stringify(range));
    if (range.step !== undefined) assert.ok(range.step > 0);
  }
  for (const names of [limits.samplers, limits.schedulers]) {
    if (names === undefined || names === 'any') continue;
    assert.deepEqual([...names], [...new Set(names.map((name) => name.toLowerCase()))], 'names are lower case, once');
  }
}

function allowsSize({ sizes }: EngineLimits, { width, height }: Size): boolean {
  if (!('multipleOf' in sizes)) return sizes.some((size) => size.width === width && size.height === height);
  const { multipleOf, min, max, minPixels = 0, maxPixels = Number.POSITIVE_INFINITY, maxRatio } = sizes;
  const fits = (side: number): boolean => side >= min && side <= max && side % multipleOf === 0;
  const isInRatio = Math.max(width / height, height / width) <= (maxRatio ?? Number.POSITIVE_INFINITY);
  return fits(width) && fits(height) && isInRatio && width * height >= minPixels && width * height <= maxPixels;
}
