import { bfl } from '../../../../worker/engines/bfl/index.ts';
import { serviceContract } from '../../../contracts/service.ts';
import { SERVICE_KEY } from '../../../stand-ins/services/service-stand-in.ts';

const RESULT = /^\/v1\/get_result$/;

serviceContract({
  name: 'bfl',
  plugin: bfl,
  probe: { path: /^\/v1\/credits$/, body: { credits: 12.5 } },
  hasKey: ({ headers }) => headers['x-key'] === SERVICE_KEY,
  submission: /^\/v1\/flux-2-klein-4b$/,
  namesAddresses: true,
  answers: async ({ path, json, query }, tools) => {
    if (path === '/v1/flux-2-klein-4b') {
      const id = await tools.begin(json as never);
      return { body: { id: String(id), polling_url: `${tools.url()}/v1/get_result` } };
    }
    if (!RESULT.test(path)) return undefined;
    const sample = tools.look(Number(query.get('id')));
    return {
      body: sample === undefined ? { status: 'Pending', progress: 0.5 } : { status: 'Ready', result: { sample } },
    };
  },
  refusals: {
    'a moderated request': { path: RESULT, body: { status: 'Request Moderated' } },
    'a moderated picture': { path: RESULT, body: { status: 'Content Moderated' } },
  },
  failures: {
    'an error': { path: RESULT, body: { status: 'Error' } },
    'a lost task': { path: RESULT, body: { status: 'Task not found' } },
    'Ready without a picture': { path: RESULT, body: { status: 'Ready', result: null } },
  },
});
