import type { Frame } from 'playwright-core';
import { withDeadline } from '../../../shared/wait.ts';
import type { DrivenPage } from '../../browser/pages.ts';
import { raceAbort } from '../../browser/pool/race-abort.ts';
import { changed, documentFailure, navigationFailure } from './failures.ts';
import { SELECTORS } from './site.ts';
import { type Visit, waitForPart } from './wait-for-part.ts';

/** The page as a visitor opens it. The outer page has a frame with the generator, whose plugin adds embeds. */

const OUTER = 'outer page';
const GENERATOR = 'generator page';

/** Opens the page and waits for the generator in it. A page that hangs is abandoned. */
export function openGenerator(page: DrivenPage, pageUrl: string, { signal, waits }: Visit): Promise<void> {
  const timeoutMs = waits.document + 2 * waits.part;
  return withDeadline({ timeoutMs, signal, code: 'engine_failed', what: `perchance: ${OUTER}` }, (either) =>
    raceAbort(open(page, pageUrl, { signal: either, waits }), either),
  );
}

async function open(page: DrivenPage, pageUrl: string, visit: Visit): Promise<void> {
  const { signal, waits } = visit;
  const response = await page
    .goto(pageUrl, { waitUntil: 'commit', timeout: waits.document, signal })
    .catch((error: unknown) => {
      throw navigationFailure(OUTER, error);
    });
  const failure = response === null ? undefined : documentFailure(OUTER, response.status(), response.headers());
  if (failure !== undefined) throw failure;
  await findGenerator(page, visit);
}

/** The generator's frame, once it is known to be the generator. */
export async function findGenerator(page: DrivenPage, visit: Visit): Promise<Frame> {
  await waitForPart(page.mainFrame(), { ...visit, step: OUTER, selectors: SELECTORS.generatorFrame });
  const element = await page.$(SELECTORS.generatorFrame.join(', '));
  const frame = await element?.contentFrame();
  if (frame === null || frame === undefined) throw changed(`${OUTER}: the generator's element holds no frame`);
  await waitForPart(frame, { ...visit, step: GENERATOR, selectors: SELECTORS.generator });
  return frame;
}
