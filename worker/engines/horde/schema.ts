import { z } from 'zod';

/** The parts that we need of AI Horde's answers (https://aihorde.net/api). */

export const modelsSchema = z.array(z.object({ name: z.string(), count: z.number(), eta: z.number().default(0) }));

export const acceptedSchema = z.object({
  id: z.string(),
  warnings: z.array(z.object({ code: z.string().optional(), message: z.string() })).default([]),
});
export type Accepted = z.infer<typeof acceptedSchema>;

export const checkSchema = z.object({
  done: z.boolean(),
  faulted: z.boolean().default(false),
  is_possible: z.boolean().default(true),
  processing: z.number().default(0),
  queue_position: z.number().default(0),
  /** Seconds, estimated by the Horde. */
  wait_time: z.number().default(0),
});
export type HordeCheck = z.infer<typeof checkSchema>;

export const statusSchema = z.object({
  generations: z
    .array(
      z.object({
        /** An address that is valid for half an hour, or base64. */
        img: z.string(),
        seed: z.union([z.string(), z.number()]),
        censored: z.boolean().default(false),
        state: z.string().default('ok'),
      }),
    )
    .default([]),
});

export const failureSchema = z.object({ message: z.string().default(''), rc: z.string().default('') });
