import type { LatentScaling } from '../pipeline/decode-picture.ts';
import type { TensorSpec } from '../pipeline/tensors.ts';
import type { SchedulerConfig } from '../schedulers/scheduler.ts';
import type { Family } from './family.ts';

/** The content of a model directory, read from its configs and from the beginning of its model files. */
export interface ModelDescription {
  readonly directory: string;
  readonly family: Family;
  readonly isXl: boolean;
  readonly schedulerConfig: SchedulerConfig;
  readonly textEncoders: readonly TextEncoderDescription[];
  readonly unet: UnetDescription;
  readonly decoder: DecoderDescription;
  readonly emptyPromptIsZeros: boolean;
  /** Every model's weights, in the directory's order. */
  readonly files: readonly ModelFile[];
}

export interface ModelFile {
  /** Name of the folder. Messages call the model by it. */
  readonly name: string;
  readonly path: string;
  /** Including the external data. */
  readonly bytes: number;
}

export interface TextEncoderDescription {
  readonly name: 'text_encoder' | 'text_encoder_2';
  readonly tokenizer: 'tokenizer' | 'tokenizer_2';
  readonly hiddenState: string;
  readonly pooled?: string | undefined;
}

export interface UnetDescription {
  readonly inputs: readonly TensorSpec[];
  /** In latents. */
  readonly sampleSize: { readonly width: number; readonly height: number };
  /** Each level but the last halves the latent. */
  readonly levels: readonly AttentionLevel[];
  readonly guidanceWidth?: number | undefined;
  /** In latents, if the export fixes them. */
  readonly fixedSize?: { readonly width: number; readonly height: number } | undefined;
}

export interface AttentionLevel {
  /** 0: the level has no attention. */
  readonly heads: number;
}

export interface DecoderDescription {
  readonly scaling: LatentScaling;
  readonly latentChannels: number;
  /** Pixels per latent, in each direction. */
  readonly pixelsPerLatent: number;
  /** Channels at full size, which take most of its memory. */
  readonly fullSizeChannels: number;
}
