import type { Dialect } from '../dialect.ts';
import { parseFields } from '../fields.ts';
import { pendingAnswer, toSeed } from '../native.ts';
import { askForPng, encodePng, firstBase64 } from '../png-answer.ts';
import { imageDataAnswer, imageDataBody, imageDataError } from './schema.ts';

/** `POST /image/generate`, as the earlier image-data server took it. */
export const imageData: Dialect = {
  name: 'image-data',
  description: 'For clients of the earlier image-data server: base64 with a message.',
  prefixes: ['/image/generate'],
  routes: [
    {
      method: 'post',
      path: '/image/generate',
      isCounted: true,
      documentation: {
        summary: 'Make a picture and answer it as base64 with a message',
        description: 'The Stable Diffusion engine serves if it is enabled, else the configured order.',
        body: imageDataBody,
        bodyExample: { prompt: 'A minimalist room with pastel colors', seed: 42, guidance_scale: 7.5 },
        responses: {
          200: { description: 'A real picture of this request.', schema: imageDataAnswer },
          202: {
            description: 'Still being made. Send the same request again, or ask `status_url`.',
            schema: pendingAnswer,
          },
        },
      },
      decode: (input) => {
        const body = parseFields(imageDataBody, input.body);
        return askForPng({
          prompt: body.prompt,
          negativePrompt: body.negative_prompt,
          ...toSeed(body.seed),
          guidanceScale: body.guidance_scale,
          engine: body.engine,
          preferredEngine: 'stable-diffusion',
        });
      },
      encode: encodePng((outcome) => ({
        message: 'Image generated successfully',
        image_data: firstBase64(outcome),
      })),
    },
  ],
  errorSchema: imageDataError,
  encodeError: (error) => ({
    status: error.status,
    body: { message: error.publicMessage, error: error.publicMessage },
  }),
};
