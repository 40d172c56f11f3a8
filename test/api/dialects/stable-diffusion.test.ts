import { ERRORS } from '../../../shared/errors.ts';
import { dialectContract, pending } from '../../contracts/dialect.ts';
import { PICTURE_BYTES } from '../fake-jobs.ts';

const base64 = PICTURE_BYTES.toString('base64');

dialectContract({
  name: 'stable-diffusion',
  generate: { path: '/generate', body: { prompt: 'fox' } },
  toError: (code, message) => ({ status: ERRORS[code].status, body: { error: message } }),
  wrong: { call: { path: '/generate', body: { prompt: 'fox', width: 500 } }, blamed: 'width' },
  pairs: [
    {
      name: 'the defaults of the earlier server',
      call: { path: '/generate', body: { prompt: 'A futuristic city with flying cars', num_inference_steps: 25 } },
      draft: {
        prompt: 'A futuristic city with flying cars',
        steps: 25,
        guidanceScale: 7.5,
        width: 512,
        height: 512,
        preferredEngine: 'stable-diffusion',
        format: 'png',
        deliver: 'bytes',
      },
      status: 200,
      answer: { image: base64 },
    },
    {
      name: 'every field of its body',
      call: {
        path: '/generate',
        body: {
          prompt: 'A serene mountain landscape at sunset',
          negative_prompt: 'low quality, blurry',
          num_inference_steps: 30,
          guidance_scale: 8.0,
          width: 768,
          height: 640,
          seed: 42,
        },
      },
      draft: {
        prompt: 'A serene mountain landscape at sunset',
        negativePrompt: 'low quality, blurry',
        steps: 30,
        guidanceScale: 8,
        width: 768,
        height: 640,
        seed: 42,
        preferredEngine: 'stable-diffusion',
        format: 'png',
        deliver: 'bytes',
      },
      status: 200,
      answer: { image: base64 },
    },
    {
      name: 'no body at all is a 400 with an error',
      call: { path: '/generate', method: 'POST' },
      status: 400,
      answer: { error: '`prompt` must be text of 1 to 32,000 characters, without control characters; it is missing.' },
    },
    {
      name: 'still being made is 202 with an address to watch',
      call: { path: '/generate', body: { prompt: 'fox' } },
      given: pending,
      status: 202,
    },
  ],
});
