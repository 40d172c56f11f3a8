import type { OptionReader } from './config.ts';
import { misuse } from './faults.ts';
import { at } from './float32.ts';

const { fround } = Math;

/** Limits the values of a predicted picture. */
export type RangeLimit = (picture: Float32Array, batch: number) => Float32Array;

/** Dynamic thresholding where the config enables it, else the identity. */
export function createThresholding(options: OptionReader): RangeLimit {
  if (!options.flag('thresholding', false)) return (picture) => picture;
  const ratio = fround(options.number('dynamic_thresholding_ratio', 0.995));
  const maxValue = options.number('sample_max_value', 1);
  return (picture, batch) => thresholdEach(picture, batch, ratio, maxValue);
}

/** Thresholding wins over clipping. */
export function createRangeLimit(options: OptionReader, clipByDefault: boolean): RangeLimit {
  if (options.flag('thresholding', false)) return createThresholding(options);
  if (!options.flag('clip_sample', clipByDefault)) return (picture) => picture;
  const range = options.number('clip_sample_range', 1);
  return (picture) => picture.map((value) => Math.min(Math.max(value, -range), range));
}

/**
 * Imagen's rule (arXiv:2205.11487, section 2.3) for each picture of the batch: clamps values at a high quantile of the
 * magnitudes, then divides by it. Diffusers limits the quantile to [1, maxValue], where the upper limit wins when
 * `maxValue` is under 1.
 */
function thresholdEach(pictures: Float32Array, batch: number, ratio: number, maxValue: number): Float32Array {
  const size = pictures.length / batch;
  if (!Number.isInteger(size)) throw misuse(`a sample of ${pictures.length} values cannot hold ${batch} pictures`);
  const limited = new Float32Array(pictures.length);
  for (let start = 0; start < pictures.length; start += size) {
    const picture = pictures.subarray(start, start + size);
    const bound = Math.min(Math.max(quantile(picture.map(Math.abs).sort(), ratio), 1), maxValue);
    limited.set(
      picture.map((value) => fround(Math.min(Math.max(value, -bound), bound)) / bound),
      start,
    );
  }
  return limited;
}

/** torch.quantile with linear interpolation, float32 throughout. */
function quantile(sorted: Float32Array, ratio: number): number {
  const rank = fround(ratio * (sorted.length - 1));
  const [below, above] = [at(sorted, Math.floor(rank)), at(sorted, Math.ceil(rank))];
  const weight = fround(rank - Math.floor(rank));
  const gap = fround(above - below);
  return weight < 0.5 ? fround(below + fround(weight * gap)) : fround(above - fround(gap * fround(1 - weight)));
}
