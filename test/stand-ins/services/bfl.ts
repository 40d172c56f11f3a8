import { SERVICE_KEY, type ServiceShape } from './service-stand-in.ts';

/** https://docs.bfl.ai */
export const bflShape: ServiceShape = {
  hasKey: ({ headers }) => headers['x-key'] === SERVICE_KEY,
  answers: async ({ path, json, query }, tools) => {
    if (path === '/v1/flux-2-klein-4b') {
      const id = await tools.begin(json as never);
      return { body: { id: String(id), polling_url: `${tools.url()}/v1/get_result` } };
    }
    if (path !== '/v1/get_result') return undefined;
    const sample = tools.look(Number(query.get('id')));
    return {
      body: sample === undefined ? { status: 'Pending', progress: 0.5 } : { status: 'Ready', result: { sample } },
    };
  },
};
