import { z } from 'zod';
import { failed, type ReadAnswer, type Step, waiting } from '../service-description.ts';
import { createServicePlugin } from '../service-plugin.ts';
import { MEGAPIXEL_LIMITS } from '../service-sizes.ts';

/** https://docs.fal.ai/model-apis/model-endpoints/queue: submit, look at the status, fetch the response. */
const ticketSchema = z.object({ status_url: z.string(), response_url: z.string(), cancel_url: z.string().optional() });
const statusSchema = z.object({ status: z.string(), error: z.string().nullish() });
const resultSchema = z.object({
  images: z.array(z.object({ url: z.string() })).min(1),
  seed: z.number().nullish(),
  has_nsfw_concepts: z.array(z.boolean()).nullish(),
});

const readTicket: ReadAnswer = ({ json }): Step => {
  const { status_url, response_url, cancel_url } = ticketSchema.parse(json);
  const cancel = cancel_url === undefined ? undefined : ({ method: 'PUT', url: cancel_url } as const);
  const readStatus: ReadAnswer = (answer) => {
    const { status, error } = statusSchema.parse(answer.json);
    if (status !== 'COMPLETED') return waiting(status);
    if (typeof error === 'string') return failed(error);
    return { is: 'next', call: { url: response_url }, read: readResult };
  };
  return { is: 'next', call: { url: status_url }, read: readStatus, cancel };
};

const readResult: ReadAnswer = ({ json }): Step => {
  const { images, seed, has_nsfw_concepts } = resultSchema.parse(json);
  // The picture is black then.
  if (has_nsfw_concepts?.[0] === true) return { is: 'refused', reason: 'has_nsfw_concepts' };
  return { is: 'done', picture: { url: images[0]?.url ?? '' }, ...(typeof seed === 'number' && { seed }) };
};

export const fal = createServicePlugin({
  name: 'fal',
  title: 'fal',
  url: 'https://queue.fal.run',
  model: 'fal-ai/flux/schnell',
  domains: ['fal.run'],
  limits: () => MEGAPIXEL_LIMITS,
  authorize: (key) => ({ authorization: `Key ${key}` }),
  options: z.looseObject({}),
  submit: ({ prompt, seed, width, height }, { model, options }) => ({
    url: `/${model}`,
    headers: { 'x-fal-no-retry': '1' },
    json: {
      prompt,
      seed: seed % 2 ** 31,
      image_size: { width, height },
      num_images: 1,
      output_format: 'png',
      ...options,
    },
  }),
  read: readTicket,
});
