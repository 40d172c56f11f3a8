import { fal } from '../../../../worker/engines/fal/index.ts';
import { serviceContract } from '../../../contracts/service.ts';
import { falShape } from '../../../stand-ins/services/fal.ts';

serviceContract({
  name: 'fal',
  plugin: fal,
  probe: 'none',
  ...falShape,
  submission: /^\/fal-ai\/flux\/schnell$/,
  cancellation: /\/cancel$/,
  namesAddresses: true,
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
