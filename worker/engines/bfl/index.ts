import { z } from 'zod';
import { failed, type ReadAnswer, type Step, waiting } from '../service-description.ts';
import { createServicePlugin } from '../service-plugin.ts';
import { MEGAPIXEL_LIMITS } from '../service-sizes.ts';

const creditsSchema = z.object({ credits: z.number() });

/** https://docs.bfl.ai: the answer says where to ask; the picture lies there for ten minutes. */
const ticketSchema = z.object({ id: z.string(), polling_url: z.string() });
const resultSchema = z.object({
  status: z.string(),
  progress: z.number().nullish(),
  result: z.object({ sample: z.string(), seed: z.number().nullish() }).nullish(),
});

const readResult: ReadAnswer = ({ json }): Step => {
  const { status, progress, result } = resultSchema.parse(json);
  switch (status) {
    case 'Ready':
      if (result === null || result === undefined) return failed('Ready without a picture');
      return {
        is: 'done',
        picture: { url: result.sample },
        ...(typeof result.seed === 'number' && { seed: result.seed }),
      };
    case 'Request Moderated':
    case 'Content Moderated':
      return { is: 'refused', reason: status };
    case 'Error':
    case 'Failed':
    case 'Task not found':
      return failed(status);
    default:
      return waiting(status, progress ?? undefined);
  }
};

const readTicket: ReadAnswer = ({ json }): Step => {
  const { id, polling_url } = ticketSchema.parse(json);
  const url = polling_url.includes('id=') ? polling_url : `${polling_url}?id=${encodeURIComponent(id)}`;
  return { is: 'next', call: { url }, read: readResult };
};

export const bfl = createServicePlugin({
  name: 'bfl',
  title: 'Black Forest Labs',
  url: 'https://api.bfl.ai',
  model: 'flux-2-klein-4b',
  domains: ['bfl.ai'],
  limits: () => ({ ...MEGAPIXEL_LIMITS, sizes: { multipleOf: 16, min: 256, max: 2048, maxPixels: 4_000_000 } }),
  authorize: (key) => ({ 'x-key': key }),
  options: z.looseObject({}),
  submit: ({ prompt, seed, width, height }, { model, options }) => ({
    url: `/v1/${model}`,
    json: { prompt, seed, width, height, output_format: 'png', ...options },
  }),
  read: readTicket,
  probe: {
    call: () => ({ url: '/v1/credits' }),
    read: ({ json }) => ({ quota: { left: creditsSchema.parse(json).credits, unit: 'credits' } }),
  },
});
