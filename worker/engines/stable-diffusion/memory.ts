import { freemem } from 'node:os';
import { createMemoryMeter } from '../../browser/process/memory.ts';
import type { Size } from '../engine.ts';
import type { ModelDescription } from './model/model-description.ts';

const MB = 1024 * 1024;
const FLOAT_BYTES = 4;
/** Node, the runtime and the tokenizer. */
const PROCESS_BYTES = 150 * MB;
/**
 * Measured with the full-size architecture at 512x512, which took 7.4 GB: the UNet holds 1.4 times the scores of its
 * largest attention, and the decoder holds twelve times one layer at full size.
 */
const ATTENTION_FACTOR = 1.4;
const DECODER_FACTOR = 12;

/** Bytes of the models alone. */
export const modelBytes = ({ files }: ModelDescription): number => files.reduce((sum, { bytes }) => sum + bytes, 0);

/** Bytes that the process needs at its peak to make a picture of that size on the CPU. */
export function estimateBytes(model: ModelDescription, { width, height }: Size): number {
  const { unet, decoder, family } = model;
  // With guidance, each step runs the model with and without the prompt at once.
  const rows = family === 'turbo' || unet.guidanceWidth !== undefined ? 1 : 2;
  const latents = (width * height) / decoder.pixelsPerLatent ** 2;
  const scores = unet.levels.map(({ heads }, level) => heads * (latents / 4 ** level) ** 2);
  const attention = Math.max(...scores) * rows * FLOAT_BYTES * ATTENTION_FACTOR;
  const decoding = width * height * decoder.fullSizeChannels * FLOAT_BYTES * DECODER_FACTOR;
  return PROCESS_BYTES + modelBytes(model) + attention + decoding;
}

/** Bytes that this process and its children may still take before the kernel kills one of them. */
export async function measureFreeBytes(): Promise<number> {
  const memory = await createMemoryMeter()();
  if (memory?.limitMb === undefined) return freemem();
  return Math.min(freemem(), Math.max(0, memory.limitMb - memory.usedMb) * MB);
}
