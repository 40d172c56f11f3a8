import type { Frame } from 'playwright-core';
import type { AppError } from '../../../shared/errors.ts';
import { raceAbort } from '../../browser/pool/race-abort.ts';
import { challenged, changed, documentFailure, failed } from './failures.ts';
import { CHALLENGE, type Waits } from './site.ts';

export interface Visit {
  readonly signal: AbortSignal;
  readonly waits: Waits;
}

const LOOK_EVERY_MS = 50;
/** A page whose script never ends does not answer. */
const TITLE_TIMEOUT_MS = 1000;
/** Addresses of a frame whose page was not loaded: the blank first page, or Chromium's own error page. */
const NO_PAGE = /^(about:blank|chrome-error:.*)?$/;

/** The part of a browser's window that `look` uses: it runs there. */
declare const document: { readonly title: string; querySelector(selector: string): unknown };
declare const performance: {
  getEntriesByType(type: 'navigation'): readonly { readonly responseStatus?: number }[];
};

/** Runs in the page. Returns its HTTP status once a part is there or the status rules one out. */
function look(selectors: readonly string[]): number | false {
  const httpStatus = performance.getEntriesByType('navigation')[0]?.responseStatus ?? 0;
  const isThere = selectors.some((selector) => document.querySelector(selector) !== null);
  return isThere || httpStatus >= 400 ? Math.max(httpStatus, 1) : false;
}

/**
 * Waits until the frame shows one of the candidates; throws what is wrong with the page otherwise. The page's own
 * record of its loading is asked too, because an error page in an inner frame has no part to wait for.
 */
export async function waitForPart(
  frame: Frame,
  { step, selectors, signal, waits }: Visit & { step: string; selectors: readonly string[] },
): Promise<void> {
  const options = { polling: LOOK_EVERY_MS, timeout: waits.part, signal };
  const sight = await frame.waitForFunction(look, selectors, options).catch(async (error: unknown) => {
    throw signal.aborted ? signal.reason : await explainAbsence(frame, step, selectors, error);
  });
  const failure = documentFailure(step, Number(await sight.jsonValue()), {});
  if (failure !== undefined) throw failure;
}

async function explainAbsence(
  frame: Frame,
  step: string,
  selectors: readonly string[],
  error: unknown,
): Promise<AppError> {
  const title = await raceAbort(frame.title(), AbortSignal.timeout(TITLE_TIMEOUT_MS)).catch(() => undefined);
  if (title === undefined) return failed(`${step}: the page does not answer`, error);
  if (CHALLENGE.title.test(title)) return challenged(step);
  if (NO_PAGE.test(frame.url())) return failed(`${step}: no answer`, error);
  return changed(`${step}: none of ${selectors.join(', ')}`);
}
