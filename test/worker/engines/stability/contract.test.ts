import { stability } from '../../../../worker/engines/stability/index.ts';
import { serviceContract } from '../../../contracts/service.ts';
import { readForm } from '../../../stand-ins/picture-host.ts';
import { SERVICE_KEY } from '../../../stand-ins/services/service-stand-in.ts';

const SIZES: Readonly<Record<string, readonly [number, number]>> = {
  '1:1': [1024, 1024],
  '2:3': [832, 1248],
  '3:2': [1248, 832],
};

serviceContract({
  name: 'stability',
  plugin: stability,
  probe: { path: /^\/v1\/user\/balance$/, body: { credits: 3 } },
  hasKey: ({ headers }) => headers.authorization === `Bearer ${SERVICE_KEY}`,
  submission: /generate\/core$/,
  answers: async (request, tools) => {
    if (request.path !== '/v2beta/stable-image/generate/core') return undefined;
    const form = await readForm(request);
    const [width, height] = SIZES[String(form.get('aspect_ratio'))] ?? [0, 0];
    const seed = String(form.get('seed'));
    const body = await tools.paint({ prompt: form.get('prompt'), seed, width, height });
    return { headers: { 'content-type': 'image/png', 'finish-reason': 'SUCCESS', seed }, body };
  },
  refusals: { 'a blurred picture': { body: 'blurred', headers: { 'finish-reason': 'CONTENT_FILTERED' } } },
  failures: { 'text in place of bytes': { body: 'no picture' } },
});
