import { THINGS } from './things/index.js';
import { AIR } from './words/air.js';
import { CLOTHES } from './words/clothes.js';
import { FOREIGN } from './words/foreign.js';
import { LOOKS } from './words/looks.js';
import { PLACES } from './words/places.js';

/**
 * @typedef {{ category: string, name: string }} Concept
 * @typedef {Concept & { index: number, length: number, plural: boolean, negated: boolean }} Hit
 *   a concept at word `index` of the prompt, `length` words long
 */

/** Longest phrase, in words or in characters of a script without spaces: 宇宙飛行士. */
const LONGEST_PHRASE = 5;
const NEGATIONS = new Set(['no', 'without', 'not', 'sans', 'sin', 'ohne', 'sem', 'без', 'senza', 'minus', 'excluding']);
const NEGATION_REACH = 2;
// In scripts without spaces, words are searched inside the run of characters.
// The long vowel of ボート belongs to a script only by its script extensions.
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\u30fc]/u;
// Plurals without a regular ending. "fish" may be one or many.
const PLURALS = new Set([
  'wolves',
  'mice',
  'women',
  'men',
  'people',
  'children',
  'geese',
  'reindeer',
  'cattle',
  'fish',
  'cacti',
  'woods',
  'couple',
]);
const LATIN_MARKS = /[\u0300-\u036f]/g;

/** @type {Map<string, Concept[]>} */
const conceptsOf = new Map();
/** @type {Map<string, string>} */
const categoryOf = new Map();

/** @param {string} text */
const fold = (text) =>
  text.normalize('NFKD').replace(LATIN_MARKS, '').normalize('NFC').toLowerCase().replaceAll('ß', 'ss');

/** @param {string} category @param {string} name @param {string} words */
function learn(category, name, words) {
  for (const word of words.split('|')) {
    const key = fold(word);
    const concepts = conceptsOf.get(key) ?? [];
    if (!concepts.some((concept) => concept.name === name && concept.category === category)) {
      concepts.push({ category, name });
    }
    conceptsOf.set(key, concepts);
  }
}

const things = Object.fromEntries(Object.entries(THINGS).map(([name, { words }]) => [name, words]));

for (const group of [AIR, PLACES, { thing: things }, CLOTHES, LOOKS]) {
  for (const [category, concepts] of Object.entries(group)) {
    for (const [name, words] of Object.entries(concepts)) {
      learn(category, name, words);
      if (!categoryOf.has(name)) categoryOf.set(name, category);
    }
  }
}
for (const [name, words] of Object.entries(FOREIGN)) {
  const category = categoryOf.get(name);
  if (category === undefined) throw new Error(`the foreign table names an unknown concept: ${name}`);
  learn(category, name, words);
}
for (const [name, { otherLanguages }] of Object.entries(THINGS)) {
  if (otherLanguages) learn('thing', name, otherLanguages);
}

/**
 * The whole words of a text, accents folded; each character of an unspaced script is a word of its own.
 * @param {string} text
 * @returns {string[]}
 */
export function toWords(text) {
  /** @type {string[]} */
  const words = [];
  for (const [run] of fold(text).matchAll(/[\p{L}\p{N}]+/gu)) {
    if (UNSPACED.test(run)) words.push(...run);
    else words.push(run);
  }
  return words;
}

/** @param {string} phrase @returns {string[]} the phrase, and what it may be the plural of */
function readings(phrase) {
  const forms = [phrase];
  if (phrase.endsWith('ies')) forms.push(`${phrase.slice(0, -3)}y`);
  if (phrase.endsWith('es')) forms.push(phrase.slice(0, -2));
  if (phrase.endsWith('s')) forms.push(phrase.slice(0, -1));
  return forms;
}

/** @param {string[]} words */
function joinPhrase(words) {
  return words.every((word) => UNSPACED.test(word)) ? words.join('') : words.join(' ');
}

/** @param {string[]} words @param {number} index @returns {{ concepts: Concept[], length: number, plural: boolean } | null} */
function longestAt(words, index) {
  for (let length = Math.min(LONGEST_PHRASE, words.length - index); length > 0; length--) {
    const phrase = joinPhrase(words.slice(index, index + length));
    for (const form of readings(phrase)) {
      const concepts = conceptsOf.get(form);
      if (concepts) return { concepts, length, plural: form !== phrase || PLURALS.has(phrase) };
    }
  }
  return null;
}

/**
 * The concepts in a text, in their order. A pure function.
 * @param {string} text
 * @returns {Hit[]}
 */
export function readText(text) {
  const words = toWords(text);
  /** @type {Hit[]} */
  const hits = [];
  let negatedUntil = -1;
  let index = 0;
  while (index < words.length) {
    const word = words[index] ?? '';
    const found = longestAt(words, index);
    // "No mar" is Portuguese for "in the sea", so a known phrase is no refusal.
    if (NEGATIONS.has(word) && !found) negatedUntil = index + NEGATION_REACH;
    if (!found) {
      index += 1;
      continue;
    }
    for (const concept of found.concepts) {
      const negated = index <= negatedUntil;
      hits.push({ ...concept, index, length: found.length, plural: found.plural, negated });
    }
    // "no birds, mountains" refuses the birds only.
    if (hits.at(-1)?.category !== 'colour') negatedUntil = -1;
    index += found.length;
  }
  return hits;
}
