import { together } from '../../../../worker/engines/together/index.ts';
import { serviceContract } from '../../../contracts/service.ts';
import { SERVICE_KEY } from '../../../stand-ins/services/service-stand-in.ts';

serviceContract({
  name: 'together',
  plugin: together,
  probe: { path: /^\/v1\/models$/, body: [{ id: 'black-forest-labs/FLUX.1-schnell' }] },
  hasKey: ({ headers }) => headers.authorization === `Bearer ${SERVICE_KEY}`,
  submission: /generations$/,
  answers: async ({ path, json }, tools) => {
    if (path !== '/v1/images/generations') return undefined;
    const picture = await tools.paint(json as never);
    return { body: { data: [{ index: 0, b64_json: picture.toString('base64') }] } };
  },
  refusals: {},
  failures: { 'something that is no picture': { body: { data: [{ b64_json: 'bm90IGEgcGljdHVyZQ==' }] } } },
  faults: [
    {
      name: 'a success without data',
      code: 'engine_changed',
      provoke: ({ standIn }) => standIn.interfere(() => ({ body: { data: [] } })),
    },
  ],
});
