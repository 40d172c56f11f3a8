/** @import { Word, Words } from './types.d.ts' */

/** @type {Words & { advice: Record<string, Word> & { other: Word } }} */
const words = JSON.parse(document.getElementById('words')?.textContent ?? '{}');

/**
 * A text in the page's language.
 * @param {Word} name
 * @param {string | number} [value] replaces `{n}`
 */
export const say = (name, value = '') => words[name].replace('{n}', String(value));

/** What a person can do about a failure. @param {string} code */
export const advise = (code) => say(words.advice[code] ?? words.advice.other);
