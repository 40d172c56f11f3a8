import type { Dialect } from '../dialect.ts';
import { parseFields } from '../fields.ts';
import { pendingAnswer, toSeed } from '../native.ts';
import { askForPng, encodePng, firstBase64 } from '../png-answer.ts';
import { stableDiffusionAnswer, stableDiffusionBody, stableDiffusionError } from './schema.ts';

/** `POST /generate`, as the earlier Stable Diffusion server took it: a base64 PNG, or `{"error"}`. */
export const stableDiffusion: Dialect = {
  name: 'stable-diffusion',
  description: 'For clients of the earlier Stable Diffusion server: base64 in JSON.',
  routes: [
    {
      method: 'post',
      path: '/generate',
      isCounted: true,
      documentation: {
        summary: 'Make a picture and answer it as base64',
        description: 'The Stable Diffusion engine serves if it is enabled, else the configured order.',
        body: stableDiffusionBody,
        bodyExample: {
          prompt: 'A serene mountain landscape at sunset',
          negative_prompt: 'low quality, blurry',
          num_inference_steps: 30,
          guidance_scale: 8,
        },
        responses: {
          200: { description: 'A real picture of this request.', schema: stableDiffusionAnswer },
          202: {
            description: 'Still being made. Send the same request again, or ask `status_url`.',
            schema: pendingAnswer,
          },
        },
      },
      decode: (input) => {
        const body = parseFields(stableDiffusionBody, input.body);
        return askForPng({
          prompt: body.prompt,
          negativePrompt: body.negative_prompt,
          ...toSeed(body.seed),
          steps: body.num_inference_steps,
          guidanceScale: body.guidance_scale,
          width: body.width,
          height: body.height,
          engine: body.engine,
          preferredEngine: 'stable-diffusion',
        });
      },
      encode: encodePng((outcome) => ({ image: firstBase64(outcome) })),
    },
  ],
  errorSchema: stableDiffusionError,
  encodeError: (error) => ({ status: error.status, body: { error: error.publicMessage } }),
};
