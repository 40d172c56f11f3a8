import { fireworks } from '../../../../worker/engines/fireworks/index.ts';
import { serviceContract } from '../../../contracts/service.ts';
import { SERVICE_KEY, type ServiceTools } from '../../../stand-ins/services/service-stand-in.ts';

interface FireworksBody {
  readonly prompt: string;
  readonly seed: number;
  readonly aspect_ratio: string;
}

const SIZES: Readonly<Record<string, readonly [number, number]>> = {
  '1:1': [1024, 1024],
  '2:3': [832, 1248],
  '3:2': [1248, 832],
};

const toPaintRequest = (json: unknown) => {
  const { prompt, seed, aspect_ratio } = json as FireworksBody;
  const [width, height] = SIZES[aspect_ratio] ?? [0, 0];
  return { prompt, seed, width, height };
};
const paintBytes = async (json: unknown, tools: ServiceTools) => ({
  headers: { 'content-type': 'image/png' },
  body: await tools.paint(toPaintRequest(json)),
});
const hasKey = ({ headers }: { headers: { authorization?: string | undefined } }) =>
  headers.authorization === `Bearer ${SERVICE_KEY}`;
const MODEL = '/v1/workflows/accounts/fireworks/models';

serviceContract({
  name: 'fireworks',
  plugin: fireworks,
  probe: { path: /^\/v1\/models$/, body: { data: [] } },
  hasKey,
  submission: /text_to_image$/,
  answers: ({ path, json }, tools) =>
    path === `${MODEL}/flux-1-schnell-fp8/text_to_image` ? paintBytes(json, tools) : undefined,
  refusals: {},
  failures: { 'text in place of bytes': { body: 'busy' } },
});

const RESULT = /get_result$/;

serviceContract({
  name: 'fireworks',
  variant: 'with a kontext model',
  plugin: fireworks,
  probe: { path: /^\/v1\/models$/, body: { data: [] } },
  model: 'accounts/fireworks/models/flux-kontext-pro',
  hasKey,
  submission: /flux-kontext-pro$/,
  hostsPictures: true,
  answers: async ({ path, json }, tools) => {
    if (path === `${MODEL}/flux-kontext-pro`)
      return { body: { request_id: String(await tools.begin(toPaintRequest(json))) } };
    if (path !== `${MODEL}/flux-kontext-pro/get_result`) return undefined;
    const sample = tools.look(Number((json as { id: string }).id));
    return { body: sample === undefined ? { status: 'Pending' } : { status: 'Ready', result: { sample } } };
  },
  refusals: { 'a moderated request': { path: RESULT, body: { status: 'Request Moderated' } } },
  failures: {
    'an error': { path: RESULT, body: { status: 'Error' } },
    'Ready without a picture': { path: RESULT, body: { status: 'Ready' } },
  },
});
