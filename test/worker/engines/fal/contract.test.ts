import { fal } from '../../../../worker/engines/fal/index.ts';
import { serviceContract } from '../../../contracts/service.ts';
import { SERVICE_KEY } from '../../../stand-ins/services/service-stand-in.ts';

interface FalBody {
  readonly prompt: string;
  readonly seed: number;
  readonly image_size: { readonly width: number; readonly height: number };
}

serviceContract({
  name: 'fal',
  plugin: fal,
  probe: 'none',
  hasKey: ({ headers }) => headers.authorization === `Key ${SERVICE_KEY}`,
  submission: /^\/fal-ai\/flux\/schnell$/,
  cancellation: /\/cancel$/,
  namesAddresses: true,
  answers: async ({ path, json }, tools) => {
    if (path === '/fal-ai/flux/schnell') {
      const { prompt, seed, image_size } = json as FalBody;
      const task = `${tools.url()}/requests/${await tools.begin({ prompt, seed, ...image_size })}`;
      return { body: { status_url: `${task}/status`, response_url: task, cancel_url: `${task}/cancel` } };
    }
    const [, id = '-1', look] = /^\/requests\/(\d+)(\/status|\/cancel)?$/.exec(path) ?? [];
    const url = tools.look(Number(id));
    if (look === '/status') return { body: { status: url === undefined ? 'IN_PROGRESS' : 'COMPLETED' } };
    return url === undefined ? undefined : { body: { images: [{ url }] } };
  },
  refusals: {
    'a black picture': { path: /^\/requests\/\d+$/, body: { images: [{ url: '/x' }], has_nsfw_concepts: [true] } },
  },
  failures: { 'an error at the end': { path: /status$/, body: { status: 'COMPLETED', error: 'worker died' } } },
  faults: [
    {
      name: 'a result without pictures',
      code: 'engine_changed',
      provoke: ({ standIn }) =>
        standIn.interfere(({ path }) => (/^\/requests\/\d+$/.test(path) ? { body: { images: [] } } : undefined)),
    },
  ],
});
