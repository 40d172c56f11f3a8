import { describe, test } from 'node:test';
import { readSettings } from '../../shared/service/config.ts';
import { engines } from '../../worker/engines/index.ts';
import { assertProgress, assertRealPicture, generate } from '../contracts/engine-checks.ts';
import { openServices, skipUnlessNamed } from './true-services.ts';

/** Engines that make a picture for nothing; what the others cost is for their operators to try. */
const FREE_ENGINES = ['perchance', 'gradio', 'horde'];
/** Volunteers and sleeping hosts take their time. */
const LIMIT_MS = 10 * 60_000;

describe('the true services of free engines', () => {
  for (const plugin of engines.filter(({ name }) => FREE_ENGINES.includes(name))) {
    const { name } = plugin;
    test(`${name} makes one picture`, { skip: skipUnlessNamed(name), timeout: LIMIT_MS }, async (t) => {
      const services = await openServices();
      const engine = plugin.create(readSettings(plugin.settings, process.env), services);
      try {
        const shape = 'square';
        const size = engine.limits.shapes[shape];
        const wanted = { prompt: 'a red fox in the snow', negativePrompt: '', seed: 7, count: 1, previews: 0 };
        const { output, events } = await generate(engine, { ...wanted, ...size, shape }, t.signal);
        assertProgress(events);
        const [image] = output.images;
        if (image === undefined) throw new Error(`${name} answered no picture`);
        // What a Space or a volunteer made larger or smaller is cut to size by the worker.
        await assertRealPicture(image);
      } finally {
        await engine.stop?.();
        await services.close();
      }
    });
  }
});
