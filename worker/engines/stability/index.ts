import { z } from 'zod';
import { createServicePlugin } from '../service-plugin.ts';
import { limitsOfAspects, toAspect } from '../service-sizes.ts';

/** https://platform.stability.ai/docs/api-reference: a form even without a file; the bytes at once. */
/** The service's highest seed; one above is refused. */
const SEEDS = 4_294_967_295;

const balanceSchema = z.object({ credits: z.number() });

export const stability = createServicePlugin({
  name: 'stability',
  title: 'Stability AI',
  url: 'https://api.stability.ai',
  model: 'core',
  limits: () => ({
    ...limitsOfAspects('1:1', '2:3', '3:2', '4:5', '5:4', '9:16', '16:9', '9:21', '21:9'),
    negativePrompt: true,
  }),
  authorize: (key) => ({ authorization: `Bearer ${key}` }),
  options: z.looseObject({}),
  submit: ({ prompt, negativePrompt, seed, ...size }, { model, options }) => ({
    url: `/v2beta/stable-image/generate/${model.startsWith('sd3') ? 'sd3' : model}`,
    headers: { accept: 'image/*' },
    form: {
      ...{ prompt, seed: String(seed % SEEDS), aspect_ratio: toAspect(size), output_format: 'png' },
      ...(negativePrompt !== '' && { negative_prompt: negativePrompt }),
      ...(model.startsWith('sd3.') && { model }),
      ...Object.fromEntries(Object.entries(options).map(([name, value]) => [name, String(value)])),
    },
  }),
  probe: {
    call: () => ({ url: '/v1/user/balance' }),
    read: ({ json }) => ({ quota: { left: balanceSchema.parse(json).credits, unit: 'credits' } }),
  },
  read: ({ bytes, headers }) => {
    // A blurred picture comes with it.
    if (headers['finish-reason'] === 'CONTENT_FILTERED') return { is: 'refused', reason: 'CONTENT_FILTERED' };
    const seed = Number(headers.seed ?? Number.NaN);
    return { is: 'done', picture: { bytes }, ...(Number.isSafeInteger(seed) && { seed }) };
  },
});
