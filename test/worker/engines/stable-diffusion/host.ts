import { createLog } from '../../../../shared/service/log.ts';
import { systemClock } from '../../../../shared/wait.ts';
import { createStableDiffusion } from '../../../../worker/engines/stable-diffusion/index.ts';
import { readModelDirectory } from '../../../../worker/engines/stable-diffusion/model/model-directory.ts';
import { NEVER, requestFor } from './setup.ts';

/**
 * Replaces a worker, in its own process: `node host.ts DIR SIZE...` makes one picture of each size with the engine, and
 * writes one line of JSON for each event.
 */

const [directory = '', ...sizes] = process.argv.slice(2);
const print = (line: object): void => console.log(JSON.stringify(line));
const engine = createStableDiffusion({
  model: readModelDirectory(directory),
  devices: ['cpu'],
  idleUnloadMs: 0,
  services: { clock: systemClock, log: createLog({ service: 'host', level: 'silent' }) },
  measureFree: async () => Number.POSITIVE_INFINITY,
});

for (const size of sizes.map(Number)) {
  const onProgress = ({ engineStatus }: { engineStatus?: string | undefined }): void => print({ size, engineStatus });
  const request = requestFor({ width: size, height: size, steps: 150 });
  const outcome = await engine.generate(request, { signal: NEVER, onProgress }).then(
    ({ images }) => ({ images: images.length }),
    ({ code, message, publicMessage }) => ({ code, message, publicMessage }),
  );
  print({ size, ...outcome });
}
await engine.stop?.();
