import { z } from 'zod';
import type { ServiceAnswer } from '../service-description.ts';
import { createServicePlugin } from '../service-plugin.ts';
import { MEGAPIXEL_LIMITS } from '../service-sizes.ts';

/** https://docs.together.ai/reference/post-images-generations: one call, the picture in base64. */
const answerSchema = z.object({ data: z.array(z.object({ b64_json: z.string() })).min(1) });

const modelsSchema = z.array(z.object({ id: z.string() }));

function readModels({ json }: ServiceAnswer, model: string) {
  const isListed = modelsSchema.parse(json).some(({ id }) => id === model);
  return { model: { name: model, state: isListed ? 'served' : 'unlisted' } } as const;
}

export const together = createServicePlugin({
  name: 'together',
  title: 'Together AI',
  url: 'https://api.together.ai',
  model: 'black-forest-labs/FLUX.1-schnell',
  limits: () => ({ ...MEGAPIXEL_LIMITS, negativePrompt: true, steps: { min: 1, max: 50, step: 1, default: 4 } }),
  authorize: (key) => ({ authorization: `Bearer ${key}` }),
  options: z.looseObject({}),
  submit: ({ prompt, negativePrompt, seed, width, height, steps }, { model, options }) => ({
    url: '/v1/images/generations',
    json: {
      ...{ model, prompt, seed, width, height, steps, n: 1 },
      ...(negativePrompt !== '' && { negative_prompt: negativePrompt }),
      ...{ response_format: 'base64', output_format: 'png' },
      ...options,
    },
  }),
  // https://docs.together.ai/reference/models
  probe: { call: () => ({ url: '/v1/models' }), read: readModels },
  read: ({ json }) => ({ is: 'done', picture: { base64: answerSchema.parse(json).data[0]?.b64_json ?? '' } }),
});
