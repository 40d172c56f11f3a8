import { z } from 'zod';

/** The upload's answer; only what is needed is asked for. */
export const uploadedSchema = z.object({
  data: z.object({
    link: z.string(),
    deletehash: z.string().optional(),
    type: z.string().optional(),
  }),
});

/** The answer about what is left; the reset is Unix time. */
export const creditsSchema = z.object({
  data: z.object({ UserRemaining: z.number(), UserReset: z.number(), ClientRemaining: z.number() }),
});

const errorText = z.union([
  z.string(),
  z.object({ code: z.union([z.number(), z.string()]).optional(), message: z.string().optional() }),
]);

/**
 * An error has at least six shapes: `data.error` a text or an object, `data` itself a text or false, or JSON:API's
 * `errors` without `data`. The `status` inside may differ from HTTP's.
 */
export const failureSchema = z.union([
  z.object({ data: z.object({ error: errorText }) }).transform(({ data }) => data.error),
  z
    .object({ errors: z.array(z.object({ code: z.string().optional(), detail: z.string().optional() })).min(1) })
    .transform(({ errors: [first] }) => ({ code: first?.code, message: first?.detail })),
  z.object({ data: z.string() }).transform(({ data }) => data),
]);
