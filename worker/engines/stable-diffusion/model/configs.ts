import { z } from 'zod';

/** The keys of a model directory's configs that the engine uses. Other keys are ignored. */

const perBlock = z.array(z.int().min(1)).min(1);

export const unetConfigSchema = z.object({
  /** In latents: one number, or height and width. */
  sample_size: z.union([z.int().min(1), z.tuple([z.int(), z.int()])]).nullish(),
  in_channels: z.int().min(1).default(4),
  block_out_channels: perBlock,
  down_block_types: z.array(z.string()).optional(),
  /** Number of heads, despite the name (diffusers issue 2011). */
  attention_head_dim: z.union([z.int().min(1), perBlock]).default(8),
  time_cond_proj_dim: z.int().min(2).nullish(),
});

export const decoderConfigSchema = z.object({
  block_out_channels: perBlock,
  latent_channels: z.int().min(1).default(4),
  /** Missing in exports by diffusers before 0.11. Those are all of Stable Diffusion 1. */
  scaling_factor: z.number().positive().default(0.18215),
  latents_mean: z.array(z.number()).nullish(),
  latents_std: z.array(z.number()).nullish(),
});

export const encoderConfigSchema = z.object({ num_hidden_layers: z.int().min(1) });

export const pipelineConfigSchema = z.object({
  _class_name: z.string().optional(),
  _name_or_path: z.string().optional(),
  force_zeros_for_empty_prompt: z.boolean().optional(),
});

export type UnetConfig = z.infer<typeof unetConfigSchema>;
export type DecoderConfig = z.infer<typeof decoderConfigSchema>;
