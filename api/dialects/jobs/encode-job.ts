import type { z } from 'zod';
import type { ResultPicture } from '../../../shared/contract/generation.ts';
import type { Job } from '../../jobs/job.ts';
import { toJobPath } from '../native.ts';
import type { jobAnswer, jobPicture } from './schema.ts';

type ToAbsoluteUrl = (path: string) => string;

/** A job as its owner sees it: in `GET /jobs/{id}`, in every event, and in the webhook. */
export function encodeJob(job: Job, toAbsoluteUrl: ToAbsoluteUrl): z.input<typeof jobAnswer> {
  const images = job.result?.pictures.map((picture) => encodePicture(picture, toAbsoluteUrl));
  return {
    success: job.status !== 'failed' && job.status !== 'cancelled',
    job_id: job.id,
    status: job.status,
    ...(job.stage !== undefined && { stage: job.stage }),
    progress: job.progress,
    ...(job.engine !== undefined && { engine: job.engine }),
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

function encodePicture(picture: ResultPicture, toAbsoluteUrl: ToAbsoluteUrl): z.input<typeof jobPicture> {
  return {
    ...(picture.url !== undefined && { image_url: toAbsoluteUrl(picture.url) }),
    width: picture.width,
    height: picture.height,
    seed: picture.seed,
    ...(picture.nsfw !== undefined && { nsfw: picture.nsfw }),
    ...(picture.store !== undefined && { store: picture.store }),
    ...(picture.expiresAt !== undefined && { expires_at: new Date(picture.expiresAt).toISOString() }),
  };
}
