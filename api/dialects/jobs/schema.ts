import { z } from 'zod';
import { MAX_SEED } from '../../../shared/contract/generation.ts';
import { decimal, engineOptions, wholeNumber, wholeNumberOr, word } from '../fields.ts';
import { wishes } from '../generate/schema.ts';
import { nativeError } from '../native.ts';

const MAX_BATCH = 4;

/** `GET /generate`'s wishes and what only a body can say well. */
export const jobBody = z.object({
  ...wishes,
  guidance_scale: decimal({
    min: 0,
    max: 20,
    description: 'How closely to follow the prompt; left out: as the engine likes.',
  }),
  count: wholeNumberOr(1, { min: 1, max: MAX_BATCH, description: 'Pictures, with consecutive seeds.', example: 1 }),
  width: wholeNumber({ min: 16, max: 4096, description: 'Pixels, together with `height`; wins over `shape`.' }),
  height: wholeNumber({ min: 16, max: 4096, description: 'Pixels, together with `width`.' }),
  steps: wholeNumber({ min: 1, max: 150, description: 'Denoising steps, where the engine has them.' }),
  sampler: word(100, { description: 'Sampler, where the engine has one.' }),
  scheduler: word(100, { description: 'Noise schedule, where the engine has one.' }),
  engine_options: engineOptions({ description: 'Extras of one engine, keyed by its name.' }),
  callback_url: word(2000, { description: 'Told once when the job has ended (Standard Webhooks).' }),
});

export const jobPath = z.object({
  id: z
    .string()
    .max(8000)
    .meta({ description: 'The `job_id` of the answer that accepted it.', examples: ['01J'] }),
});

/** As long as the longest that is made: addresses of 8 kB pass every proxy. */
const MAX_SEALED_CHARACTERS = 8000;

export const jobQuery = z.object({
  sealed: word(MAX_SEALED_CHARACTERS, {
    description: 'As it stands in `status_url` and `events_url`: with it a job outlives even a lost disk.',
    example: '8fK1',
  }),
});

export const jobPicture = z.object({
  image_url: z.url().optional(),
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
    status: z.enum(['accepted', 'queued', 'running', 'storing', 'done', 'failed', 'cancelled']),
    stage: z.string().optional(),
    progress: z.number().min(0).max(1),
    engine: z.string().optional(),
    engine_status: z.string().optional(),
    queue_position: z.int().optional(),
    eta_seconds: z.number().optional(),
    image_url: z.url().optional().meta({ description: 'Of the first picture.' }),
    images: z.array(jobPicture).optional(),
    warnings: z.array(z.string()),
    cached: z.boolean(),
    error: z.string().optional(),
    code: nativeError.shape.code.optional(),
    field: z.string().optional(),
    attempts: nativeError.shape.attempts,
    status_url: z.url().meta({ description: 'To be used whole: it lets the job outlive a lost disk.' }),
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
