import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import sharp from 'sharp';
import {
  drawIframeId,
  drawRequestId,
  runEmbed,
  toEmbedAddress,
  toEmbedTask,
} from '../../worker/engines/perchance/embed.ts';
import { createPerchanceStandIn } from '../stand-ins/perchance/perchance-stand-in.ts';
import { type Figure, median, quantile, type Section } from './report.ts';
import { startServices, timePicture } from './services.ts';

/** Time of one picture beyond the site's own time: the whole service compared with two scripts that do the minimum. */

const JOBS = 30;
const NEW_BROWSER_JOBS = 8;
const SITE_MS = 300;
const EXECUTABLE = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium-headless-shell';

type StandIn = Awaited<ReturnType<typeof createPerchanceStandIn>>;

/** The minimum: adds the embed to the generator's frame and converts the picture to PNG. */
async function paintBare(page: Page, standIn: StandIn, prompt: string): Promise<number> {
  const generator = page.frames().find((frame) => frame.parentFrame() === page.mainFrame());
  if (generator === undefined) throw new Error('the generator page has no frame');
  const ids = { requestId: drawRequestId(), iframeId: drawIframeId() };
  const request = {
    ...{ prompt, negativePrompt: '', seed: 1, count: 1, width: 768, height: 768 },
    ...{ shape: 'square' as const, guidanceScale: 7, previews: 0 },
  };
  const address = toEmbedAddress({ pageUrl: standIn.url, embedUrl: standIn.embedUrl }, request, ids);
  const startedAt = performance.now();
  const { dataUrl } = await generator.evaluate(runEmbed, toEmbedTask(address, ids));
  const siteMs = performance.now() - startedAt;
  const bytes = Buffer.from(String(dataUrl).split(',')[1] ?? '', 'base64');
  await sharp(bytes).png({ compressionLevel: 2, adaptiveFiltering: true }).toBuffer();
  return siteMs;
}

async function openPage(browser: Browser | BrowserContext, standIn: StandIn): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(standIn.url);
  await page.frameLocator('#outputIframeEl').locator('#generateButtonEl').waitFor();
  return page;
}

const launch = (): Promise<Browser> => chromium.launch({ executablePath: EXECUTABLE, args: ['--no-sandbox'] });

async function timeHeldPage(standIn: StandIn): Promise<{ totals: number[]; sites: number[] }> {
  const browser = await launch();
  const totals: number[] = [];
  const sites: number[] = [];
  try {
    const page = await openPage(browser, standIn);
    await paintBare(page, standIn, 'warm up');
    for (let job = 0; job < JOBS; job++) {
      const startedAt = performance.now();
      sites.push(await paintBare(page, standIn, `held page ${job}`));
      totals.push(performance.now() - startedAt);
    }
  } finally {
    await browser.close();
  }
  return { totals, sites };
}

async function timeNewBrowsers(standIn: StandIn): Promise<number[]> {
  const totals: number[] = [];
  for (let job = 0; job < NEW_BROWSER_JOBS; job++) {
    const startedAt = performance.now();
    const browser = await launch();
    await paintBare(await openPage(browser, standIn), standIn, `new browser ${job}`);
    await browser.close();
    totals.push(performance.now() - startedAt);
  }
  return totals;
}

async function timeService(standIn: StandIn): Promise<number[]> {
  const env = {
    ENGINES: 'perchance',
    PERCHANCE_URL: standIn.url,
    PERCHANCE_EMBED_URL: standIn.embedUrl,
    PERCHANCE_WAY: 'embed',
  };
  const services = await startServices({ ...env, CHROMIUM_PATH: EXECUTABLE });
  const totals: number[] = [];
  try {
    await timePicture(services.url, 'prompt=warm+up');
    for (let job = 0; job < JOBS; job++) {
      // The worker prepares the next page between jobs. One caller a second is much for this engine.
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      totals.push((await timePicture(services.url, `prompt=service+${job}`)).totalMs);
    }
  } finally {
    await services.stop();
  }
  return totals;
}

const PAUSE_MS = 1000;

const toFigures = (
  what: string,
  overheads: readonly number[],
  references: Readonly<Record<string, number>>,
): Figure[] =>
  Object.entries(references).map(([name, value]) => ({
    what,
    value: median(overheads),
    unit: 'ms',
    reference: { what: name, value },
  }));

export const job: Section = {
  name: 'job',
  title: `One picture of the perchance engine, warm, beyond the site's own time (a stand-in that takes ${SITE_MS} ms)`,
  async measure() {
    const standIn = await createPerchanceStandIn();
    standIn.setMode('slow', { generateMs: SITE_MS });
    try {
      const held = await timeHeldPage(standIn);
      const siteMs = median(held.sites);
      const fresh = await timeNewBrowsers(standIn);
      const service = await timeService(standIn);
      const overheads = service.map((total) => total - siteMs);
      return [
        { what: 'site and its page alone', value: siteMs, unit: 'ms' },
        ...toFigures('whole job, median', service, { 'a script that holds the page open': median(held.totals) }).map(
          (figure) => ({ ...figure, aim: 'at most 1.3' }),
        ),
        ...toFigures('overhead, median', overheads, { 'a new browser each time': median(fresh) - siteMs }).map(
          (figure) => ({ ...figure, aim: 'a tenth' }),
        ),
        { what: 'overhead, p95', value: quantile(overheads, 0.95), unit: 'ms' },
      ];
    } finally {
      await standIn.stop();
    }
  },
};
