import { z } from 'zod';
import { MAX_SEED, type ResultPicture } from '../../shared/contract/generation.ts';
import type { Job } from '../jobs/job.ts';
import { nativeError, toJobPath } from './native.ts';

const jobPicture = z.object({
  image_url: z.url(),
  width: z.int(),
  height: z.int(),
  seed: z.int().min(0).max(MAX_SEED),
  nsfw: z.boolean().optional(),
  store: z.string().optional(),
  expires_at: z.iso.datetime().optional(),
});

export const jobAnswer = z
  .object({
    success: z.boolean(),
    job_id: z.string(),
    status: z.enum(['queued', 'running', 'storing', 'done', 'failed', 'cancelled']),
    stage: z.string().optional(),
    progress: z.number().min(0).max(1),
    engine: z.string().optional(),
    engine_status: z.string().optional(),
    queue_position: z.int().optional(),
    eta_seconds: z.number().optional(),
    image_url: z.url().optional().meta({ description: 'Address of the first picture.' }),
    images: z.array(jobPicture).optional(),
    warnings: z.array(z.string()),
    cached: z.boolean(),
    error: z.string().optional(),
    code: nativeError.shape.code.optional(),
    field: z.string().optional(),
    attempts: nativeError.shape.attempts,
    status_url: z
      .url()
      .meta({ description: 'Use the whole address: with it the job survives even the loss of the disk.' }),
    events_url: z.url(),
    created_at: z.iso.datetime(),
    finished_at: z.iso.datetime().optional(),
  })
  .meta({
    id: 'Job',
    examples: [
      {
        success: true,
        job_id: 'Yx2kQ7',
        status: 'running',
        stage: 'generate',
        progress: 0.4,
        engine: 'sketch',
        eta_seconds: 12,
        warnings: [],
        cached: false,
        status_url: 'https://easel.example/jobs/Yx2kQ7?sealed=8fK1',
        events_url: 'https://easel.example/jobs/Yx2kQ7/events?sealed=8fK1',
        created_at: '2026-11-21T02:01:44.000Z',
      },
    ],
  });

type ToAbsoluteUrl = (path: string) => string;

/** A job as its owner sees it: in `GET /jobs/{id}`, in every event, and in the webhook. */
export function encodeJob(job: Job, toAbsoluteUrl: ToAbsoluteUrl): z.input<typeof jobAnswer> {
  // The engine that made the picture may differ from the last one that reported progress.
  const engine = job.result?.engine ?? job.engine;
  const images = job.result?.pictures.map((picture, index) => ({
    ...encodePicture(picture),
    image_url: toAbsoluteUrl(picture.url ?? toPicturePath(job, index)),
  }));
  return {
    success: job.status !== 'failed' && job.status !== 'cancelled',
    job_id: job.id,
    status: job.status,
    ...(job.stage !== undefined && { stage: job.stage }),
    progress: job.progress,
    ...(engine !== undefined && { engine }),
    ...(job.engineStatus !== undefined && { engine_status: job.engineStatus }),
    ...(job.queuePosition !== undefined && { queue_position: job.queuePosition }),
    ...(job.etaSeconds !== undefined && { eta_seconds: job.etaSeconds }),
    ...(images !== undefined && { images, image_url: images[0]?.image_url }),
    warnings: [...(job.result?.warnings ?? []), ...job.notes],
    cached: job.origin === 'remembered',
    ...encodeFailure(job),
    status_url: toAbsoluteUrl(toJobPath(job)),
    events_url: toAbsoluteUrl(toJobPath(job, '/events')),
    created_at: new Date(job.createdAt).toISOString(),
    ...(job.finishedAt !== undefined && { finished_at: new Date(job.finishedAt).toISOString() }),
  };
}

function encodeFailure({ error }: Job) {
  if (error === undefined) return {};
  const { field, attempts } = error.details;
  return {
    error: error.publicMessage,
    code: error.code,
    ...(field !== undefined && { field }),
    ...(attempts !== undefined && { attempts: [...attempts] }),
  };
}

/** A picture whose bytes were asked for is in no store: the job itself serves it. Counted from 1. */
const toPicturePath = (job: Job, index: number): string => toJobPath(job, `/pictures/${index + 1}`);

function encodePicture(picture: ResultPicture): Omit<z.input<typeof jobPicture>, 'image_url'> {
  return {
    width: picture.width,
    height: picture.height,
    seed: picture.seed,
    ...(picture.nsfw !== undefined && { nsfw: picture.nsfw }),
    ...(picture.store !== undefined && { store: picture.store }),
    ...(picture.expiresAt !== undefined && { expires_at: new Date(picture.expiresAt).toISOString() }),
  };
}
