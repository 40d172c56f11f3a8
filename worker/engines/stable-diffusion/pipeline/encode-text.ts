import { AppError } from '../../../../shared/errors.ts';
import type { ClipTokenizer } from '../tokenizer.ts';
import { type FloatTensor, type Model, toInput } from './tensors.ts';

export interface TextEncoder {
  readonly model: Model;
  readonly tokenizer: ClipTokenizer;
  /** Name of the output that the UNet attends to. */
  readonly hiddenState: string;
  /** SDXL: name of the output for the whole text. */
  readonly pooled?: string | undefined;
}

/** One prompt as the UNet gets it. */
export interface Embedding {
  /** [length, width] */
  readonly hidden: Float32Array;
  readonly length: number;
  readonly width: number;
  /** SDXL only. */
  readonly pooled?: Float32Array | undefined;
}

export interface EncodedText {
  readonly embedding: Embedding;
  /** Number of tokens beyond CLIP's limit, which had no effect. */
  readonly droppedTokens: number;
}

/**
 * Encodes the prompt with every encoder. With several, the vectors of a token are joined (diffusers' SDXL pipeline).
 */
export async function encodeText(encoders: readonly TextEncoder[], prompt: string): Promise<EncodedText> {
  const states: FloatTensor[] = [];
  let pooled: Float32Array | undefined;
  let droppedTokens = 0;
  for (const encoder of encoders) {
    const encoded = encoder.tokenizer.encode(prompt);
    droppedTokens = Math.max(droppedTokens, encoded.droppedTokens);
    const feeds = toInput(encoder.model, 'input_ids', encoded.ids, [1, encoded.ids.length]);
    const wanted = [encoder.hiddenState, ...(encoder.pooled === undefined ? [] : [encoder.pooled])];
    const outputs = await encoder.model.run(feeds, wanted);
    states.push(outputOf(outputs, encoder.hiddenState));
    if (encoder.pooled !== undefined) pooled = outputOf(outputs, encoder.pooled).data;
  }
  return { embedding: { ...joinWidths(states), pooled }, droppedTokens };
}

/** What SDXL takes for an empty negative prompt (`force_zeros_for_empty_prompt`). */
export function toZeros({ hidden, pooled, ...shape }: Embedding): Embedding {
  return {
    ...shape,
    hidden: new Float32Array(hidden.length),
    pooled: pooled === undefined ? undefined : new Float32Array(pooled.length),
  };
}

export function outputOf(outputs: Readonly<Record<string, FloatTensor>>, name: string): FloatTensor {
  const output = outputs[name];
  if (output === undefined) throw new AppError('engine_failed', `a model did not answer ${name}`);
  return output;
}

function joinWidths(states: readonly FloatTensor[]): Pick<Embedding, 'hidden' | 'length' | 'width'> {
  const parts = states.map(({ data, dims: [, length = 0, width = 0] }) => ({ data, length, width }));
  const length = parts[0]?.length ?? 0;
  const width = parts.reduce((sum, part) => sum + part.width, 0);
  const hidden = new Float32Array(length * width);
  let offset = 0;
  for (const part of parts) {
    for (let row = 0; row < length; row++) {
      hidden.set(part.data.subarray(row * part.width, (row + 1) * part.width), row * width + offset);
    }
    offset += part.width;
  }
  return { hidden, length, width };
}
