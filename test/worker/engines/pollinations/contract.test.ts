import { pollinations } from '../../../../worker/engines/pollinations/index.ts';
import { serviceContract } from '../../../contracts/service.ts';
import { SERVICE_KEY } from '../../../stand-ins/services/service-stand-in.ts';

serviceContract({
  name: 'pollinations',
  plugin: pollinations,
  probe: { path: /^\/account\/key$/, body: { valid: true } },
  hasKey: ({ headers }) => headers.authorization === `Bearer ${SERVICE_KEY}`,
  submission: /^\/image\//,
  answers: async ({ path, query }, tools) => {
    if (!path.startsWith('/image/')) return undefined;
    const [width, height] = [Number(query.get('width')), Number(query.get('height'))];
    const body = await tools.paint({ prompt: decodeURIComponent(path), seed: query.get('seed'), width, height });
    return { headers: { 'content-type': 'image/png' }, body };
  },
  refusals: {},
  failures: { 'a placeholder of text': { body: 'rate limit' } },
  faults: [
    {
      name: 'HTTP 402 that says "one at a time"',
      code: 'engine_busy',
      provoke: ({ standIn }) =>
        standIn.interfere(() => ({ status: 402, body: { x402Version: 1, error: 'Queue full for IP: 192.0.2.1' } })),
    },
  ],
});
