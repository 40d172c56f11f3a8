import { z } from 'zod';

/**
 * Options of `POST /sdapi/v1/txt2img` by the API's own names. `override_settings` is a closed list, because other
 * settings of the server include folders and switches that only the operator may set.
 */
export const automatic1111OptionsSchema = z.strictObject({
  styles: z.array(z.string().max(100)).max(20).optional(),
  restore_faces: z.boolean().optional(),
  tiling: z.boolean().optional(),
  subseed: z.int().min(-1).optional(),
  subseed_strength: z.number().min(0).max(1).optional(),
  denoising_strength: z.number().min(0).max(1).optional(),
  enable_hr: z.boolean().optional(),
  hr_scale: z.number().min(1).max(4).optional(),
  hr_upscaler: z.string().max(100).optional(),
  hr_second_pass_steps: z.int().min(0).max(150).optional(),
  override_settings: z
    .strictObject({
      sd_model_checkpoint: z.string().max(200).optional(),
      sd_vae: z.string().max(200).optional(),
      CLIP_stop_at_last_layers: z.int().min(1).max(12).optional(),
    })
    .optional(),
});

export type Automatic1111Options = z.infer<typeof automatic1111OptionsSchema>;

/** `info` is JSON inside a string. Some servers with this API send an empty string. */
export const txt2imgReplySchema = z.object({
  images: z.array(z.string()).min(1),
  info: z.string().nullish(),
});

export const infoSchema = z.object({
  seed: z.int().nullish(),
  all_seeds: z.array(z.int()).nullish(),
  /** 1 if the server put a grid of all pictures before them. */
  index_of_first_image: z.int().min(0).nullish(),
});

/** `GET /sdapi/v1/progress`. It reports whichever job the server runs. Newer servers name it in `current_task`. */
export const progressSchema = z.object({
  progress: z.number(),
  state: z.object({ sampling_step: z.number().nullish(), sampling_steps: z.number().nullish() }).nullish(),
  current_image: z.string().nullish(),
  current_task: z.string().nullish(),
});

/** `POST /internal/progress`, asked by task id. */
export const taskSchema = z.object({ active: z.boolean(), queued: z.boolean(), completed: z.boolean() });
