import type { Dialect } from '../dialect.ts';
import { parseFields } from '../fields.ts';
import { encodePending, pendingAnswer, toErrorResponses, toSeed } from '../native.ts';
import { firstBase64 } from '../pictures.ts';
import { stableDiffusionAnswer, stableDiffusionBody, stableDiffusionError } from './schema.ts';

/** `POST /generate` of the Stable Diffusion server of old: base64 PNG in, `{"error"}` when it fails. */
export const stableDiffusion: Dialect = {
  name: 'stable-diffusion',
  routes: [
    {
      method: 'post',
      path: '/generate',
      documentation: {
        summary: 'Make a picture and answer it as base64',
        description: 'The Stable Diffusion engine serves if it is enabled, else the configured order.',
        body: stableDiffusionBody,
        responses: {
          200: { description: 'A real picture of this request.', schema: stableDiffusionAnswer },
          202: { description: 'Still being made: ask the same again, or `status_url`.', schema: pendingAnswer },
          ...toErrorResponses(stableDiffusionError),
        },
      },
      decode: (input) => {
        const body = parseFields(stableDiffusionBody, input.body);
        return {
          do: 'generate',
          answer: 'wait',
          bytes: true,
          draft: {
            prompt: body.prompt,
            negativePrompt: body.negative_prompt,
            ...toSeed(body.seed),
            steps: body.num_inference_steps,
            guidanceScale: body.guidance_scale,
            width: body.width,
            height: body.height,
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
        outcome.pictures.length === 0 ? encodePending(outcome) : { status: 200, body: { image: firstBase64(outcome) } },
    },
  ],
  encodeError: (error) => ({ status: error.status, body: { error: error.publicMessage } }),
};
