import { z } from 'zod';

/** Options of `POST /images/generations` by the API's own names. A model without one of them refuses it itself. */
export const openaiOptionsSchema = z.strictObject({
  quality: z.enum(['auto', 'low', 'medium', 'high', 'standard', 'hd']).optional(),
  style: z.enum(['vivid', 'natural']).optional(),
  background: z.enum(['auto', 'transparent', 'opaque']).optional(),
  moderation: z.enum(['auto', 'low']).optional(),
  output_format: z.enum(['png', 'jpeg', 'webp']).optional(),
  output_compression: z.int().min(0).max(100).optional(),
  user: z.string().max(200).optional(),
});

export type OpenaiOptions = z.infer<typeof openaiOptionsSchema>;

const item = z.union([z.object({ b64_json: z.string().min(1) }), z.object({ url: z.string().min(1) })]);
export const imagesReplySchema = z.object({ data: z.array(item).min(1) });
export type ImageItem = z.infer<typeof item>;

/** `GET /models`. `shutdown_date` is YYYY-MM-DD. */
export const modelsReplySchema = z.object({
  data: z.array(z.object({ id: z.string().max(200), shutdown_date: z.string().max(40).nullish().catch(undefined) })),
});

const errorObject = z.object({
  message: z.string().nullish(),
  type: z.string().nullish(),
  param: z.string().nullish(),
  code: z.union([z.string(), z.number()]).nullish(),
});
export type OpenaiError = z.infer<typeof errorObject>;

/** OpenAI answers with an object, sd-server with a plain sentence. */
export const errorReplySchema = z.object({
  error: z.union([errorObject, z.string().transform((message): OpenaiError => ({ message }))]),
});
