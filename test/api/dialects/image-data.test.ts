import { ERRORS } from '../../../shared/errors.ts';
import { dialectContract } from '../../contracts/dialect.ts';
import { PICTURE_BYTES } from '../fake-jobs.ts';

dialectContract({
  name: 'image-data',
  generate: { path: '/image/generate', body: { prompt: 'fox' } },
  toError: (code, message) => ({ status: ERRORS[code].status, body: { message, error: message } }),
  wrong: { call: { path: '/image/generate', body: { prompt: 'fox', seed: 1.5 } }, blamed: 'seed' },
  pairs: [
    {
      name: 'the request in its documentation',
      call: {
        path: '/image/generate',
        body: { prompt: 'A minimalist room with pastel colors', seed: 42, guidance_scale: 7.5 },
      },
      draft: {
        prompt: 'A minimalist room with pastel colors',
        seed: 42,
        guidanceScale: 7.5,
        preferredEngine: 'stable-diffusion',
        format: 'png',
        deliver: 'bytes',
      },
      status: 200,
      answer: { message: 'Image generated successfully', image_data: PICTURE_BYTES.toString('base64') },
    },
  ],
});
