import { z } from 'zod';
import { failed, type ReadAnswer, type Step, waiting } from '../service-description.ts';
import { createServicePlugin } from '../service-plugin.ts';
import { MEGAPIXEL_LIMITS } from '../service-sizes.ts';

/** https://replicate.com/docs/reference/http: a prediction, which may be done with the first answer. */
const predictionSchema = z.object({
  status: z.string(),
  output: z.union([z.string(), z.array(z.string())]).nullish(),
  error: z.unknown().optional(),
  urls: z.object({ get: z.string(), cancel: z.string() }),
});

const read: ReadAnswer = ({ json }): Step => {
  const { status, output, error, urls } = predictionSchema.parse(json);
  const [url] = typeof output === 'string' ? [output] : (output ?? []);
  switch (status) {
    case 'succeeded':
      return url === undefined ? failed('success without a picture') : { is: 'done', picture: { url } };
    case 'failed':
      return /nsfw|safety|sensitive/i.test(String(error).slice(0, 2000))
        ? { is: 'refused', reason: String(error) }
        : failed(String(error));
    case 'canceled':
    case 'aborted':
      return failed(`the prediction was ${status}`);
    default:
      return { is: 'next', call: { url: urls.get }, read: readAgain, cancel: { method: 'POST', url: urls.cancel } };
  }
};

/** The same answer when it is asked for again: `starting`, `processing`, and every word that we do not know. */
const readAgain: ReadAnswer = (answer) => {
  const step = read(answer);
  return step.is === 'next' ? waiting(predictionSchema.parse(answer.json).status) : step;
};

export const replicate = createServicePlugin({
  name: 'replicate',
  title: 'Replicate',
  url: 'https://api.replicate.com',
  model: 'black-forest-labs/flux-schnell',
  limits: () => ({ ...MEGAPIXEL_LIMITS, steps: undefined }),
  authorize: (key) => ({ authorization: `Bearer ${key}` }),
  // A version may follow a colon.
  probe: { call: ({ model }) => ({ url: `/v1/models/${model.split(':', 1).join()}` }), namesModel: true },
  // Inputs differ from model to model: what a caller knows of his model goes along as it is.
  options: z.looseObject({}),
  submit: ({ prompt, seed, width, height }, { model, options }) => ({
    url: `/v1/models/${model}/predictions`,
    headers: { prefer: 'wait=30', 'cancel-after': '10m' },
    json: {
      input: {
        prompt,
        seed: seed % 2 ** 31,
        width,
        height,
        aspect_ratio: 'custom',
        num_outputs: 1,
        output_format: 'png',
        ...options,
      },
    },
  }),
  read,
});
