import { z } from 'zod';
import { failed, type ReadAnswer, type Step, waiting } from '../service-description.ts';
import { createServicePlugin } from '../service-plugin.ts';
import { limitsOfAspects, toAspect } from '../service-sizes.ts';

/** https://docs.fireworks.ai: bytes at once from text_to_image; kontext models answer a ticket. */
const ticketSchema = z.object({ request_id: z.string() });
const resultSchema = z.object({ status: z.string(), result: z.object({ sample: z.string() }).nullish() });

const toTask = (model: string): string => (model.includes('kontext') ? '' : '/text_to_image');

const readResult: ReadAnswer = ({ json }): Step => {
  const { status, result } = resultSchema.parse(json);
  if (status === 'Ready') return { is: 'done', picture: { url: result?.sample ?? '' } };
  if (/moderated/i.test(status)) return { is: 'refused', reason: status };
  return ['Error', 'Failed', 'Task not found'].includes(status) ? failed(status) : waiting(status);
};

export const fireworks = createServicePlugin({
  name: 'fireworks',
  title: 'Fireworks AI',
  url: 'https://api.fireworks.ai/inference',
  model: 'accounts/fireworks/models/flux-1-schnell-fp8',
  // Its list holds no picture models, but is only for those with a key.
  probe: { call: () => ({ url: '/v1/models' }) },
  limits: () => ({
    ...limitsOfAspects('1:1', '2:3', '3:2', '4:5', '5:4', '9:16', '16:9', '21:9'),
    steps: { min: 1, max: 50, step: 1, default: 4 },
  }),
  authorize: (key) => ({ authorization: `Bearer ${key}` }),
  options: z.looseObject({}),
  submit: ({ prompt, seed, steps, ...size }, { model, options }) => ({
    url: `/v1/workflows/${model}${toTask(model)}`,
    headers: { accept: model.includes('kontext') ? 'application/json' : 'image/png' },
    json: { prompt, seed, num_inference_steps: steps, aspect_ratio: toAspect(size), ...options },
  }),
  read: ({ json, bytes }, model) => {
    if (json === undefined) return { is: 'done', picture: { bytes } };
    const { request_id: id } = ticketSchema.parse(json);
    return { is: 'next', call: { url: `/v1/workflows/${model}/get_result`, json: { id } }, read: readResult };
  },
});
