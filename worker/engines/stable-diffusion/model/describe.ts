import type { TensorSpec } from '../pipeline/tensors.ts';
import type { DecoderConfig, UnetConfig } from './configs.ts';
import type { DecoderDescription, UnetDescription } from './model-description.ts';

/** The size of Stable Diffusion 1 in latents, for configs that name none. */
const DEFAULT_SAMPLE_SIZE = 64;

export function describeUnet(config: UnetConfig, inputs: readonly TensorSpec[]): UnetDescription {
  const { attention_head_dim: heads, down_block_types: kinds } = config;
  const size = config.sample_size ?? DEFAULT_SAMPLE_SIZE;
  const [height, width] = Array.isArray(size) ? size : [size, size];
  const [, , fixedHeight, fixedWidth] = inputs.find(({ name }) => name === 'sample')?.shape ?? [];
  const isFixed = typeof fixedHeight === 'number' && typeof fixedWidth === 'number';
  return {
    inputs,
    sampleSize: { width, height },
    levels: config.block_out_channels.map((_, level) => {
      const attends = kinds?.[level]?.startsWith('CrossAttn') ?? true;
      return { heads: attends ? (Array.isArray(heads) ? (heads[level] ?? 1) : heads) : 0 };
    }),
    guidanceWidth: config.time_cond_proj_dim ?? undefined,
    fixedSize: isFixed ? { width: fixedWidth, height: fixedHeight } : undefined,
  };
}

export function describeDecoder(config: DecoderConfig): DecoderDescription {
  const { scaling_factor: scalingFactor, latents_mean: mean, latents_std: deviation } = config;
  const isCentred = Array.isArray(mean) && Array.isArray(deviation);
  return {
    scaling: { scalingFactor, centre: isCentred ? { mean, deviation } : undefined },
    latentChannels: config.latent_channels,
    pixelsPerLatent: 2 ** (config.block_out_channels.length - 1),
    fullSizeChannels: config.block_out_channels[0] ?? 1,
  };
}
