import type { Page } from 'playwright-core';
import type { Logger } from '../../../shared/service/log.ts';
import { raceAbort } from '../pool/race-abort.ts';

const TIMEOUT_MS = 2000;

const WITHOUT_FONTS =
  'Chromium finds no fonts: pages that show text stay empty or crash. Install some (apt install fonts-liberation), or ' +
  'see that the configuration of fontconfig (/etc/fonts, FONTCONFIG_FILE) names their folder';

/** Logs an error if the browser has no fonts at all. Never rejects. */
export async function checkFonts(page: Page, log: Logger): Promise<void> {
  // The page may die meanwhile.
  const width = await raceAbort(page.evaluate(measureText), AbortSignal.timeout(TIMEOUT_MS)).catch(() => 0);
  if (width === 0) log.error(WITHOUT_FONTS);
}

/** The part of a browser's window that `measureText` uses: it runs there. */
declare const OffscreenCanvas: new (
  width: number,
  height: number,
) => { getContext(kind: '2d'): { font: string; measureText(text: string): { readonly width: number } } };

function measureText(): number {
  const context = new OffscreenCanvas(1, 1).getContext('2d');
  context.font = '16px sans-serif';
  return context.measureText('easel').width;
}
