import { z } from 'zod';

/** The engine has no options of its own. An unknown option is an error, so that it is not ignored silently. */
export const huggingfaceOptionsSchema = z.strictObject({});

const item = z.union([
  z.object({ b64_json: z.string().min(1) }),
  z.object({ url: z.string().min(1) }),
  z
    .string()
    .min(1)
    .transform((url) => ({ url })),
]);
const items = z.array(item).min(1);
const one = item.transform((only) => [only]);

/** Where providers put their pictures, in this order: together and nscale, replicate, fal-ai, wavespeed. */
export const picturesSchema = z.union([
  z.object({ data: items }).transform(({ data }) => data),
  z.object({ output: z.union([items, one]) }).transform(({ output }) => output),
  z.object({ images: items }).transform(({ images }) => images),
  z.object({ data: z.object({ outputs: items }) }).transform(({ data }) => data.outputs),
]);

const text = z.union([
  z.string(),
  z.object({ message: z.string() }).transform(({ message }) => message),
  z.array(z.string()).transform((lines) => lines.join(' ')),
]);

/** Mostly `{"error":"text"}`. Providers behind the router use other shapes too. */
export const errorSchema = z.object({
  error: text.nullish().catch(undefined),
  message: z.string().nullish().catch(undefined),
  detail: z.unknown().optional(),
  /** Seconds until a model is loaded. */
  estimated_time: z.number().nullish().catch(undefined),
});

/** `GET /api/models/<id>?expand[]=inferenceProviderMapping` of the hub. */
export const mappingSchema = z.object({
  inferenceProviderMapping: z.record(
    z.string(),
    z.object({ providerId: z.string().min(1), task: z.string(), status: z.string().optional() }),
  ),
});
