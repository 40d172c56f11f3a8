import assert from 'node:assert/strict';
import { ERRORS } from '../../../shared/errors.ts';
import { dialectContract, doneWith, pending } from '../../contracts/dialect.ts';
import { PICTURE_BYTES } from '../fake-jobs.ts';

const byDefault = { prompt: 'fox', guidanceScale: 7, shape: 'square', format: 'png', deliver: 'url' } as const;
const answer = {
  success: true,
  image_url: '{url}/images/picture-0.png',
  prompt: 'fox',
  seed: 123456,
  shape: 'square',
  guidance_scale: 7,
  engine: 'sketch',
  width: 768,
  height: 768,
  job_id: 'job-1',
  warnings: [],
  cached: false,
  store: 'disk',
};

dialectContract({
  name: 'generate',
  generate: { path: '/generate?prompt=fox' },
  toError: (code, error) => ({
    status: ERRORS[code].status,
    body: { success: false, error, code, retryable: ERRORS[code].retryable === true },
  }),
  wrong: { call: { path: '/generate?prompt=fox&shape=round' }, blamed: '"field":"shape"' },
  pairs: [
    { name: 'a prompt alone', call: { path: '/generate?prompt=fox' }, draft: byDefault, status: 200, answer },
    {
      name: 'every parameter',
      call: {
        path: '/generate?prompt=fox&negative_prompt=blurry&seed=7&guidance_scale=8.5&shape=portrait&engine=sketch&strict=1&safe=1&format=webp',
      },
      draft: {
        ...byDefault,
        negativePrompt: 'blurry',
        seed: 7,
        guidanceScale: 8.5,
        shape: 'portrait',
        engine: 'sketch',
        strict: true,
        safe: true,
        format: 'webp',
      },
      status: 200,
    },
    {
      name: 'the answer contains warnings and the values that were used',
      call: { path: '/generate?prompt=fox&guidance_scale=7.4' },
      given: doneWith({ guidanceScale: 7, warnings: ['guidance_scale was rounded to 7.'] }),
      status: 200,
      check: ({ json }) => {
        const { guidance_scale, warnings } = json as { guidance_scale: number; warnings: string[] };
        assert.deepEqual([guidance_scale, warnings], [7, ['guidance_scale was rounded to 7.']]);
      },
    },
    {
      name: 'output=image asks for bytes',
      call: { path: '/generate?prompt=fox&output=image' },
      draft: { ...byDefault, deliver: 'bytes' },
      status: 200,
      check: ({ bytes }) => assert.deepEqual(bytes, PICTURE_BYTES),
    },
    { name: 'still being made is 202', call: { path: '/generate?prompt=fox' }, given: pending, status: 202 },
  ],
});
