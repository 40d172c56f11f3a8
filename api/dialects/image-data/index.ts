import type { Dialect } from '../dialect.ts';
import { parseFields } from '../fields.ts';
import { encodePending, pendingAnswer, toSeed } from '../native.ts';
import { firstBase64 } from '../pictures.ts';
import { imageDataAnswer, imageDataBody, imageDataError } from './schema.ts';

/** `POST /image/generate`: the second Stable Diffusion server of old. */
export const imageData: Dialect = {
  name: 'image-data',
  description: 'Another Stable Diffusion server of old: base64 with a message.',
  prefixes: ['/image/generate'],
  routes: [
    {
      method: 'post',
      path: '/image/generate',
      documentation: {
        summary: 'Make a picture and answer it as base64 with a message',
        description: 'The Stable Diffusion engine serves if it is enabled, else the configured order.',
        body: imageDataBody,
        bodyExample: { prompt: 'A minimalist room with pastel colors', seed: 42, guidance_scale: 7.5 },
        responses: {
          200: { description: 'A real picture of this request.', schema: imageDataAnswer },
          202: { description: 'Still being made: ask the same again, or `status_url`.', schema: pendingAnswer },
        },
      },
      decode: (input) => {
        const body = parseFields(imageDataBody, input.body);
        return {
          do: 'generate',
          answer: 'wait',
          bytes: true,
          draft: {
            prompt: body.prompt,
            negativePrompt: body.negative_prompt,
            ...toSeed(body.seed),
            guidanceScale: body.guidance_scale,
            count: 1,
            preferredEngine: 'stable-diffusion',
            strict: false,
            safe: false,
            format: 'png',
            deliver: 'bytes',
            previews: 0,
          },
        };
      },
      encode: (outcome) =>
        outcome.pictures.length === 0
          ? encodePending(outcome)
          : { status: 200, body: { message: 'Image generated successfully', image_data: firstBase64(outcome) } },
    },
  ],
  errorSchema: imageDataError,
  encodeError: (error) => ({
    status: error.status,
    body: { message: error.publicMessage, error: error.publicMessage },
  }),
};
