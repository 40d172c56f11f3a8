import { findClosedDoor } from '../e2e/closed-door.ts';
import { openBlackHole } from './black-hole.ts';
import type { Figure } from './report.ts';
import { startServices, timePicture } from './services.ts';

/** Time from the start of both processes to the first picture, with the default engines and no upstream in reach. */
export async function timeFirstPictures(): Promise<Figure[]> {
  const hole = await openBlackHole();
  const failures = {
    'swallowed (a firewall that drops)': [hole.url, hole.url, hole.url],
    refused: await Promise.all([findClosedDoor(), findClosedDoor(), findClosedDoor()]),
    'names unknown': ['https://one.invalid', 'https://two.invalid', 'https://three.invalid'],
  };
  try {
    const figures: Figure[] = [];
    for (const [failure, [site = '', spaces = '', horde = '']] of Object.entries(failures)) {
      const perchance = {
        PERCHANCE_URL: site,
        PERCHANCE_EMBED_URL: `${site}/embed`,
        PERCHANCE_PAGE_URL: `${site}/page`,
      };
      const startedAt = performance.now();
      const services = await startServices({ ENGINES: '', ...perchance, GRADIO_SPACES: spaces, HORDE_URL: horde });
      try {
        await timePicture(services.url, 'prompt=a+red+fox');
        const value = performance.now() - startedAt;
        figures.push({
          what: `start to first picture, connections ${failure}`,
          value,
          unit: 'ms',
          aim: 'at most 4000',
        });
      } finally {
        await services.stop();
      }
    }
    return figures;
  } finally {
    hole.close();
  }
}
