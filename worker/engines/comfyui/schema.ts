import { z } from 'zod';

/** What ComfyUI answers (docs.comfy.org, "server routes"); only what is needed is asked for. */

export const acceptedSchema = z.object({ prompt_id: z.string() });

const nodeErrorSchema = z.object({
  class_type: z.string().optional(),
  errors: z.array(z.object({ message: z.string(), details: z.string().default('') })).default([]),
});
export const refusedSchema = z.object({
  error: z.union([z.string(), z.object({ message: z.string() })]).optional(),
  node_errors: z.record(z.string(), nodeErrorSchema).catch({}),
});

const imageSchema = z.object({
  filename: z.string(),
  subfolder: z.string().default(''),
  type: z.string().default('output'),
});
export type ComfyImage = z.infer<typeof imageSchema>;

const entrySchema = z.object({
  outputs: z.record(z.string(), z.object({ images: z.array(imageSchema).default([]) })).default({}),
  status: z
    .object({ status_str: z.string(), messages: z.array(z.tuple([z.string(), z.unknown()])).default([]) })
    .optional(),
});
export type HistoryEntry = z.infer<typeof entrySchema>;
/** An id that is unknown or not finished is not in it. */
export const historySchema = z.record(z.string(), entrySchema);

/** Rows begin with a number and the prompt's id. */
const rowSchema = z.tuple([z.number(), z.string()]).rest(z.unknown());
export const queueSchema = z.object({ queue_running: z.array(rowSchema), queue_pending: z.array(rowSchema) });

export const checkpointsSchema = z.object({
  CheckpointLoaderSimple: z.object({
    input: z.object({ required: z.object({ ckpt_name: z.tuple([z.array(z.string())]).rest(z.unknown()) }) }),
  }),
});

/** A text frame of the WebSocket. */
export const messageSchema = z.object({
  type: z.string(),
  data: z.looseObject({
    prompt_id: z.string().optional(),
    node: z.string().nullish(),
    value: z.number().optional(),
    max: z.number().optional(),
  }),
});
