import { z } from 'zod';
import { choiceOr, decimal, engineOptions, wholeNumberOr, word } from '../fields.ts';
import { nativeFields } from '../native-fields.ts';

const MAX_BATCH = 4;

/** The parameters of `GET /generate`, and those that are easier to write in a body. */
export const jobBody = z.object({
  ...nativeFields,
  guidance_scale: decimal({
    min: 0,
    max: 20,
    description: 'How closely to follow the prompt; left out: the engine’s own default.',
  }),
  previews: wholeNumberOr(0, {
    min: 0,
    max: 3,
    description: 'Number of previews (unfinished pictures) in the events, if the engine makes them.',
  }),
  count: wholeNumberOr(1, { min: 1, max: MAX_BATCH, description: 'Pictures, with consecutive seeds.', example: 1 }),
  sampler: word(100, { description: 'Sampler, where the engine has one.' }),
  scheduler: word(100, { description: 'Noise schedule, where the engine has one.' }),
  engine_options: engineOptions({ description: 'Extras of one engine, keyed by its name.' }),
  callback_url: word(2000, {
    description: 'This address gets one request when the job has ended (Standard Webhooks).',
  }),
});

export const jobPath = z.object({
  id: z
    .string()
    .max(8000)
    .meta({ description: 'The `job_id` of the answer that accepted it.', examples: ['01J'] }),
});

export const picturePath = jobPath.extend({
  number: wholeNumberOr(1, {
    min: 1,
    max: MAX_BATCH,
    description: 'Which of its pictures, counted from 1.',
    example: 1,
  }),
});

/** The gateway makes none that is longer, because proxies pass addresses of up to 8 kB. */
const MAX_SEALED_CHARACTERS = 8000;

export const jobQuery = z.object({
  sealed: word(MAX_SEALED_CHARACTERS, {
    description: 'Comes with `status_url` and `events_url`: with it a job survives even the loss of the disk.',
    example: '8fK1',
  }),
  output: choiceOr('json', ['json', 'page'], {
    description: '`page` is for people: it shows the progress and in the end the picture, and needs no script.',
    example: 'json',
  }),
});
