import type { Dialect } from '../dialect.ts';
import { parseFields } from '../fields.ts';
import { encodePending, pendingAnswer, toErrorResponses, toSeed } from '../native.ts';
import { firstBase64 } from '../pictures.ts';
import { imageDataAnswer, imageDataBody, imageDataError } from './schema.ts';

/** `POST /image/generate`: the second Stable Diffusion server of old. */
export const imageData: Dialect = {
  name: 'image-data',
  routes: [
    {
      method: 'post',
      path: '/image/generate',
      documentation: {
        summary: 'Make a picture and answer it as base64 with a message',
        body: imageDataBody,
        responses: {
          200: { description: 'A real picture of this request.', schema: imageDataAnswer },
          202: { description: 'Still being made: ask the same again, or `status_url`.', schema: pendingAnswer },
          ...toErrorResponses(imageDataError),
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
  encodeError: (error) => ({
    status: error.status,
    body: { message: error.publicMessage, error: error.publicMessage },
  }),
};
