import { z } from 'zod';

/** A job in `GET /jobs/{id}` and in its events. Fields that a newer gateway adds are dropped. */

const picture = z.object({
  image_url: z.string().optional(),
  width: z.number(),
  height: z.number(),
  seed: z.number(),
  nsfw: z.boolean().optional(),
  store: z.string().optional(),
  expires_at: z.string().optional(),
});

export const jobSchema = z.object({
  job_id: z.string(),
  status: z.string(),
  stage: z.string().optional(),
  progress: z.number().catch(0),
  engine: z.string().optional(),
  engine_status: z.string().optional(),
  queue_position: z.number().optional(),
  eta_seconds: z.number().optional(),
  images: z.array(picture).optional(),
  warnings: z.array(z.string()).default([]),
  cached: z.boolean().default(false),
  error: z.string().optional(),
  code: z.string().optional(),
  field: z.string().optional(),
  status_url: z.string().optional(),
});

export type Job = z.output<typeof jobSchema>;
export type JobPicture = z.output<typeof picture>;

export const errorSchema = z.object({
  error: z.string(),
  code: z.string(),
  field: z.string().optional(),
  faults: z.array(z.object({ message: z.string() })).optional(),
});

/** Names a job for the gateway. `sealed` holds the request itself, so that the job outlives a lost disk. */
export interface JobAddress {
  readonly id: string;
  readonly sealed?: string | undefined;
}

/** Reads an id or a whole `status_url`. The host of a `status_url` is ignored: the key must not go to another host. */
export function toJobAddress(text: string): JobAddress {
  const [path = '', query = ''] = text.split('?', 2);
  const id = path.replace(/\/events$/, '').replace(/^.*\//, '');
  return { id, sealed: new URLSearchParams(query).get('sealed') ?? undefined };
}

export const hasEnded = ({ status }: Job): boolean => ['done', 'failed', 'cancelled'].includes(status);
