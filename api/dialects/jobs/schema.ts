import { z } from 'zod';
import { choiceOr, decimal, engineOptions, wholeNumberOr, word } from '../fields.ts';
import { nativeFields } from '../native-fields.ts';

const MAX_BATCH = 4;

/** What `GET /generate` takes, and what is easier to write in a body. */
export const jobBody = z.object({
  ...nativeFields,
  guidance_scale: decimal({
    min: 0,
    max: 20,
    description: 'How closely to follow the prompt; left out: as the engine likes.',
  }),
  previews: wholeNumberOr(0, {
    min: 0,
    max: 3,
    description: 'Partial pictures in the events, where the engine has them.',
  }),
  count: wholeNumberOr(1, { min: 1, max: MAX_BATCH, description: 'Pictures, with consecutive seeds.', example: 1 }),
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

/** The gateway makes no longer ones: proxies pass addresses of up to 8 kB. */
const MAX_SEALED_CHARACTERS = 8000;

export const jobQuery = z.object({
  sealed: word(MAX_SEALED_CHARACTERS, {
    description: 'As it stands in `status_url` and `events_url`: with it a job outlives even a lost disk.',
    example: '8fK1',
  }),
  output: choiceOr('json', ['json', 'page'], {
    description: '`page` is for people: it shows how the job stands, needs no script and ends with the picture.',
    example: 'json',
  }),
});
