import { z } from 'zod';

/** The parts that we need of the answers of Gradio apps and of the hub. Source: @gradio/client 2.7 and its guides. */

export const spaceSchema = z.object({
  host: z.string().optional(),
  runtime: z.object({ stage: z.string() }).optional(),
});

export const configSchema = z.object({
  /** `/gradio_api` since Gradio 5. */
  api_prefix: z.string().default(''),
  dependencies: z.array(
    z.object({ id: z.number().optional(), api_name: z.union([z.string(), z.boolean()]).nullish() }),
  ),
});

const parameterSchema = z.object({
  parameter_name: z.string().nullish(),
  label: z.string().nullish(),
  parameter_has_default: z.boolean().default(false),
  parameter_default: z.unknown().optional(),
  type: z.unknown().optional(),
});
export type GradioParameter = z.infer<typeof parameterSchema>;

export const infoSchema = z.object({
  named_endpoints: z.record(
    z.string(),
    z.object({
      parameters: z.array(parameterSchema).default([]),
      returns: z.array(z.object({ component: z.string().nullish() })).default([]),
    }),
  ),
});
export type GradioInfo = z.infer<typeof infoSchema>;

/** A caller's own values for parameters of the Space, by their names. */
export const gradioOptionsSchema = z.record(
  z.string().max(100),
  z.union([z.string().max(2000), z.number(), z.boolean(), z.null()]),
);

export const joinedSchema = z.object({ event_id: z.string() });

const fileSchema = z.object({ path: z.string().optional(), url: z.string().nullish() });
export type GradioFile = z.infer<typeof fileSchema>;

const MAX_DEPTH = 6;

/** The first file in an output: by itself, in an entry of a gallery, or in a list. */
export function findFile(value: unknown, depth = 0): GradioFile | undefined {
  if (depth > MAX_DEPTH || typeof value !== 'object' || value === null) return undefined;
  if (Array.isArray(value)) {
    for (const entry of value.slice(0, 64)) {
      const found = findFile(entry, depth + 1);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  const file = fileSchema.safeParse(value).data;
  if (typeof file?.url === 'string' || file?.path !== undefined) return file;
  return 'image' in value ? findFile(value.image, depth + 1) : undefined;
}

/** What a message of the stream means. */
export type GradioEvent =
  | {
      readonly kind: 'progress';
      readonly status: string;
      readonly isWaiting: boolean;
      readonly fraction?: number | undefined;
    }
  | { readonly kind: 'done'; readonly data: readonly unknown[] }
  | { readonly kind: 'failed'; readonly text: string }
  | { readonly kind: 'nothing' };

const outputSchema = z.object({ data: z.array(z.unknown()).optional(), error: z.string().nullish() });
const messageSchema = z.object({
  msg: z.string(),
  rank: z.number().nullish(),
  rank_eta: z.number().nullish(),
  success: z.boolean().nullish(),
  message: z.string().nullish(),
  output: outputSchema.nullish(),
  progress_data: z
    .array(z.object({ index: z.number().nullish(), length: z.number().nullish(), desc: z.string().nullish() }))
    .nullish(),
});

/** A message of `/queue/data`. */
export function readMessage(json: unknown): GradioEvent {
  const parsed = messageSchema.safeParse(json);
  if (!parsed.success) return { kind: 'nothing' };
  const { msg, rank, rank_eta, success, message, output, progress_data } = parsed.data;
  switch (msg) {
    case 'estimation': {
      const eta = typeof rank_eta === 'number' ? `, about ${Math.round(rank_eta)} s` : '';
      return { kind: 'progress', status: `place ${(rank ?? 0) + 1} in the queue of the Space${eta}`, isWaiting: true };
    }
    case 'process_starts':
      return { kind: 'progress', status: 'being made', isWaiting: false };
    case 'progress': {
      const [step] = progress_data ?? [];
      const { index, length, desc } = step ?? {};
      const fraction =
        typeof index === 'number' && typeof length === 'number' && length > 0 ? index / length : undefined;
      return { kind: 'progress', status: (desc ?? 'being made').slice(0, 80), isWaiting: false, fraction };
    }
    case 'process_completed':
      if (success === false || typeof output?.error === 'string') return { kind: 'failed', text: output?.error ?? '' };
      return { kind: 'done', data: output?.data ?? [] };
    case 'queue_full':
      return { kind: 'failed', text: 'queue full' };
    case 'unexpected_error':
    case 'broken_connection':
      return { kind: 'failed', text: message ?? '' };
    default:
      return { kind: 'nothing' };
  }
}
