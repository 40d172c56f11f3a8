import { replicate } from '../../../../worker/engines/replicate/index.ts';
import { serviceContract } from '../../../contracts/service.ts';
import { SERVICE_KEY, type ServiceTools } from '../../../stand-ins/services/service-stand-in.ts';

const toPrediction = ({ url }: ServiceTools, id: number, picture: string | undefined) => ({
  id: String(id),
  status: picture === undefined ? 'processing' : 'succeeded',
  output: picture === undefined ? null : [picture],
  error: null,
  urls: { get: `${url()}/v1/predictions/${id}`, cancel: `${url()}/v1/predictions/${id}/cancel` },
});
const ended = (status: string, error: string | null, output: unknown = null) => ({
  ...{ id: '0', status, error, output, urls: { get: '/v1/predictions/0', cancel: '/v1/predictions/0/cancel' } },
});

serviceContract({
  name: 'replicate',
  plugin: replicate,
  probe: { path: /^\/v1\/models\/black-forest-labs\/flux-schnell$/, body: { name: 'flux-schnell' } },
  hasKey: ({ headers }) => headers.authorization === `Bearer ${SERVICE_KEY}`,
  submission: /\/predictions$/,
  cancellation: /\/cancel$/,
  namesAddresses: true,
  answers: async ({ path, json }, tools) => {
    if (path === '/v1/models/black-forest-labs/flux-schnell/predictions') {
      const id = await tools.begin((json as { input: never }).input);
      return { status: 201, body: toPrediction(tools, id, undefined) };
    }
    const id = Number(/^\/v1\/predictions\/(\d+)(\/cancel)?$/.exec(path)?.[1] ?? -1);
    return id < 0 ? undefined : { body: toPrediction(tools, id, tools.look(id)) };
  },
  refusals: { 'NSFW content': { body: ended('failed', 'NSFW content detected. Try another prompt.') } },
  failures: {
    'a failed prediction': { body: ended('failed', 'CUDA out of memory') },
    'an aborted prediction': { body: ended('aborted', null) },
    'success without a picture': { body: ended('succeeded', null) },
  },
  faults: [
    {
      name: 'a status that nobody knows',
      code: 'engine_timeout',
      endless: true,
      provoke: ({ standIn }) =>
        standIn.interfere(({ path }) =>
          path.startsWith('/v1/predictions') ? { body: ended('dreaming', null) } : undefined,
        ),
    },
    {
      name: 'an answer of another shape',
      code: 'engine_changed',
      provoke: ({ standIn }) => standIn.interfere(() => ({ body: { state: 'ok' } })),
    },
    {
      name: 'options that the service refuses',
      code: 'invalid_request',
      request: { options: { go_fast: 'maybe' } },
      provoke: ({ standIn }) => standIn.interfere(() => ({ status: 422, body: { detail: 'go_fast: not a boolean' } })),
    },
  ],
});
