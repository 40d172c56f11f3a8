import { setTimeout as delay } from 'node:timers/promises';
import type { BrowserType } from 'playwright-core';

/** The second loads the first, and the package's own file both. */
export const PARTS = ['playwright-core/lib/utilsBundle', 'playwright-core/lib/coreBundle'];
/** As long as a part took, time is left for what came meanwhile; but no longer than this. */
const LONGEST_BREATH_MS = 1000;

/**
 * Loaded at the first start, because it takes 60 MB that a worker without browser engines does not need. Loading holds up
 * the worker, on a tenth of a core for three seconds, so that a host's probe may give up; it answers between the parts.
 */
export async function loadPlaywright(): Promise<BrowserType> {
  for (const part of PARTS) {
    const startedAt = performance.now();
    await import(part);
    await delay(Math.min(performance.now() - startedAt, LONGEST_BREATH_MS));
  }
  return (await import('playwright-core')).chromium;
}
