/** @import { Word, Words } from './types.d.ts' */

/** @type {Words} */
const words = JSON.parse(document.getElementById('words')?.textContent ?? '{}');

/**
 * A text in the page's language.
 * @param {Word} name
 * @param {string | number} [value] stands for `{n}`
 */
export const say = (name, value = '') => words[name].replace('{n}', String(value));

/** @type {Record<string, Word>} */
const ADVICE = {
  invalid_request: 'adviceWish',
  unauthorized: 'adviceKey',
  forbidden: 'adviceKey',
  not_found: 'adviceGone',
  cancelled: 'adviceGone',
  prompt_refused: 'adviceRefused',
  rate_limited: 'adviceBusy',
  queue_full: 'adviceBusy',
  worker_unavailable: 'adviceBusy',
  worker_waking: 'adviceBusy',
  internal: 'adviceBusy',
};

/** What a person can do about a failure. @param {string} code */
export const advise = (code) => say(ADVICE[code] ?? 'adviceEngine');
