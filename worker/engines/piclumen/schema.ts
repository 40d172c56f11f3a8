import { z } from 'zod';

/** Reference pictures that Piclumen fetches itself. `style` is a word of its own, such as `characterRefer`. */
const styles = z.strictObject({
  style_list: z
    .array(
      z.strictObject({
        img_url: z.url({ protocol: /^https?$/ }).max(2000),
        style: z.string().min(1).max(64),
        weight: z.number().min(0).max(2),
      }),
    )
    .max(8),
});

const pixels = z.int().min(64).max(4096);
const plainValue = z.union([z.string().max(200), z.number(), z.boolean(), z.null()]);

/** Fields of the web app's request beside the prompts. A field that is set here replaces the canonical one. */
export const piclumenOptionsSchema = z.strictObject({
  model_id: z
    .string()
    .regex(/^[\w-]{1,100}$/)
    .optional(),
  resolution: z
    .strictObject({
      width: pixels.optional(),
      height: pixels.optional(),
      batch_size: z.int().min(1).max(4).optional(),
    })
    .optional(),
  /** Wider than the canonical range, because the app uses seeds up to about 10^11. */
  seed: z.int().min(0).optional(),
  steps: z.int().min(0).max(150).optional(),
  cfg: z.number().min(0).max(30).optional(),
  sampler_name: z.string().max(100).nullable().optional(),
  scheduler: z.string().max(100).nullable().optional(),
  denoise: z.number().min(0).max(1).optional(),
  hires_fix_denoise: z.number().min(0).max(1).optional(),
  hires_scale: z.number().min(1).max(4).optional(),
  highPixels: z.boolean().optional(),
  continueCreate: z.boolean().optional(),
  model_ability: z.strictObject({ anime_style_control: plainValue.optional() }).optional(),
  ponyTags: z.record(z.string().max(100), plainValue).optional(),
  multi_img2img_info: styles.optional(),
  img_control_info: styles.optional(),
});

export type PiclumenOptions = z.infer<typeof piclumenOptionsSchema>;

/** `status` 0 is success. A failure may come with HTTP 200 and has its reason in `message`. */
export const createdSchema = z.object({
  status: z.number(),
  message: z.string().nullish(),
  data: z.object({ markId: z.string().min(1) }).nullish(),
});

const pictureSchema = z.object({ imgUrl: z.string().min(1), sensitive: z.string().nullish() });

const taskSchema = z.object({
  markId: z.string().nullish(),
  status: z.string().nullish(),
  /** The text of the failure, if there is one. */
  info: z.string().nullish(),
  /** Place in the queue. -1: the task has started. */
  index: z.number().nullish(),
  img_urls: z.array(pictureSchema).nullish(),
});

/** The current host answers with an array, the older one with a single object. */
export const tasksSchema = z.object({
  status: z.number(),
  message: z.string().nullish(),
  data: z.union([z.array(taskSchema), taskSchema.transform((task) => [task])]).nullish(),
});

export type PiclumenTask = z.infer<typeof taskSchema>;
export type PiclumenPicture = z.infer<typeof pictureSchema>;
