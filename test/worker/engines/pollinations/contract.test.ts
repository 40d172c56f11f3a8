import { pollinations } from '../../../../worker/engines/pollinations/index.ts';
import { serviceContract } from '../../../contracts/service.ts';
import { pollinationsShape } from '../../../stand-ins/services/pollinations.ts';

serviceContract({
  name: 'pollinations',
  plugin: pollinations,
  probe: { path: /^\/account\/key$/, body: { valid: true } },
  ...pollinationsShape,
  submission: /^\/image\//,
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
