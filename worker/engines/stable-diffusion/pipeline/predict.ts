import { type Embedding, outputOf } from './encode-text.ts';
import { embedGuidance, guide } from './guidance.ts';
import { hasInput, type Model, type Tensor, toInput } from './tensors.ts';

export interface PredictorOptions {
  readonly unet: Model;
  /** Missing: no guidance, and one row. */
  readonly negative?: Embedding | undefined;
  readonly positive: Embedding;
  readonly guidanceScale: number;
  /** Width of LCM's `timestep_cond`. */
  readonly guidanceWidth?: number | undefined;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** Of a latent: channels, height, width. */
  readonly latentDims: readonly [number, number, number];
}

/** The UNet's guided answer for one latent [channels, height, width], already scaled for it. */
export type Predict = (latent: Float32Array, timestep: number) => Promise<Float32Array>;

/** Prepares once what stays the same over the steps. */
export function createPredictor(options: PredictorOptions): Predict {
  const { unet, negative, positive, latentDims, guidanceScale } = options;
  const rows = negative === undefined ? [positive] : [negative, positive];
  const [declaredRows] = unet.inputs.find(({ name }) => name === 'sample')?.shape ?? [];
  // An export with a fixed batch takes exactly that many rows, so missing rows are filled.
  const rowsPerRun = typeof declaredRows === 'number' ? declaredRows : rows.length;
  const runs = chunk(rows, rowsPerRun).map((part) => {
    const filled = Array.from({ length: rowsPerRun }, (_, index) => part[index] ?? positive);
    return { rows: part.length, conditions: toConditions(filled, options) };
  });

  return async (latent, timestep) => {
    const input = repeat(latent, rowsPerRun);
    const predictions = new Float32Array(latent.length * rows.length);
    let filled = 0;
    for (const run of runs) {
      const feeds = {
        ...toInput(unet, 'sample', input, [rowsPerRun, ...latentDims]),
        ...toTimestep(unet, timestep),
        ...run.conditions,
      };
      const { data } = outputOf(await unet.run(feeds, ['out_sample']), 'out_sample');
      predictions.set(data.subarray(0, run.rows * latent.length), filled);
      filled += run.rows * latent.length;
    }
    return negative === undefined ? predictions : guide(predictions, guidanceScale);
  };
}

/** A scalar; older exports declare one dimension. */
function toTimestep(unet: Model, timestep: number): Record<string, Tensor> {
  const shape = unet.inputs.find(({ name }) => name === 'timestep')?.shape ?? [];
  const dims = shape.map((size) => (typeof size === 'number' ? size : 1));
  const count = dims.reduce((product, size) => product * size, 1);
  return toInput(unet, 'timestep', new Array<number>(count).fill(timestep), dims);
}

function toConditions(rows: readonly Embedding[], options: PredictorOptions): Record<string, Tensor> {
  const { unet, guidanceScale, guidanceWidth, width, height } = options;
  const { length, width: textWidth } = options.positive;
  const count = rows.length;
  const hidden = join(rows.map((row) => row.hidden));
  const conditions = toInput(unet, 'encoder_hidden_states', hidden, [count, length, textWidth]);
  if (guidanceWidth !== undefined) {
    const guidance = repeat(embedGuidance(guidanceScale, guidanceWidth), count);
    Object.assign(conditions, toInput(unet, 'timestep_cond', guidance, [count, guidanceWidth]));
  }
  if (hasInput(unet, 'text_embeds')) {
    const pooled = rows.map((row) => row.pooled ?? new Float32Array());
    // SDXL's "micro-conditioning": original size, corner of the crop, target size; rows before columns.
    const sizes = [height, width, 0, 0, height, width];
    Object.assign(
      conditions,
      toInput(unet, 'text_embeds', join(pooled), [count, pooled[0]?.length ?? 0]),
      toInput(unet, 'time_ids', repeat(Float32Array.from(sizes), count), [count, sizes.length]),
    );
  }
  return conditions;
}

function chunk<Item>(items: readonly Item[], size: number): Item[][] {
  const count = Math.ceil(items.length / size);
  return Array.from({ length: count }, (_, index) => items.slice(index * size, (index + 1) * size));
}

function join(parts: readonly Float32Array[]): Float32Array {
  const joined = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

const repeat = (values: Float32Array, times: number): Float32Array =>
  times === 1 ? values : join(new Array<Float32Array>(times).fill(values));
