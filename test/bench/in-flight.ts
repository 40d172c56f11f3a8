import { createPictureService, paintGrain } from './pictures.ts';
import { startServer, treeMemoryMb, watchMemory } from './processes.ts';
import type { Figure, Section } from './report.ts';
import { startServices, timePicture } from './services.ts';

/** Compares the worker's memory while large pictures are in flight with that of a script that does the same work. */

const SIDE = 2048;
const AT_ONCE = 10;
const ROUNDS = 3;

async function measureWorker(format: 'png' | 'jpeg', picture: Buffer): Promise<Figure[]> {
  const source = await createPictureService(picture);
  const services = await startServices({ ...source.env, CONCURRENCY: String(AT_ONCE) });
  const bare = await startServer(['test/bench/bare-conversion.ts'], { env: { SOURCE: `${source.standIn.url}/v1` } });
  const ask = (index: number) => timePicture(services.url, `prompt=large+${index}`);
  const askBare = async (): Promise<void> => void (await (await fetch(`${bare.url}/convert`)).arrayBuffer());
  try {
    await Promise.all([ask(0), askBare()]);
    const idleMb = treeMemoryMb(services.worker.pid);
    const peak = watchMemory(services.worker.pid);
    for (let round = 0; round < ROUNDS; round++) {
      await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => ask(1 + round * AT_ONCE + index)));
    }
    const peakMb = peak.stop();
    const barePeak = watchMemory(bare.pid);
    for (let round = 0; round < ROUNDS; round++) await Promise.all(Array.from({ length: AT_ONCE }, askBare));
    const name = `${format} of ${(picture.length / 1e6).toFixed(1)} MB`;
    return [
      { what: `${name}: after the first picture`, value: idleMb, unit: 'MB' },
      {
        what: `${name}: peak with ${AT_ONCE} in flight (PSS)`,
        value: peakMb,
        unit: 'MB',
        reference: { what: 'a script that fetches and converts as many', value: barePeak.stop() },
      },
    ];
  } finally {
    await Promise.all([services.stop(), bare.stop()]);
    await source.standIn.close();
  }
}

export const inFlight: Section = {
  name: 'in-flight',
  title: `Memory of the worker while ${AT_ONCE} pictures of ${SIDE}x${SIDE} are in flight (engine openai, store disk)`,
  async measure() {
    const figures: Figure[] = [];
    for (const format of ['png', 'jpeg'] as const) {
      figures.push(...(await measureWorker(format, await paintGrain(SIDE, format))));
    }
    return figures;
  },
};
