import { toLatin, toShape } from './look-alikes.ts';

/** Marks at the start of readings that are not spellings: shapes, and shapes without doubled letters. */
const SHAPE_MARK = '~';
const SINGLE_MARK = '^';

const EDGE_DIGITS = /^\d+(?=\D)|(?<=\D)\d+$/g;
const STAND_IN = /[\d@$€£!|+]/;
const LETTERS = /\p{L}/gu;
/** Articles that are written as one word with the noun: al-, wal-, bil-, lil- and similar. */
const ARABIC_ARTICLE = /^(?:[وفبك]?ال|لل)(?=\p{L}{2})/u;
/** A correct spelling may double a letter, but never triples it. */
const LONG_RUN = /(.)\1{2,}/u;
const RUN = /(.)\1+/gu;

/**
 * Every way in which a folded word may be read: unchanged, without a number at its edge (`1girl`), with foreign
 * look-alikes as Latin letters, as a shape if digits or signs are among its letters (`n1ce`), with single letters if one
 * is repeated (`niiice`), and an Arabic word without its article.
 */
export function toReadings(word: string): string[] {
  const readings = new Set([word]);
  const latin = toLatin(word);
  if (latin !== undefined) readings.add(latin);
  if (ARABIC_ARTICLE.test(word)) readings.add(word.replace(ARABIC_ARTICLE, ''));
  for (const spelling of latin === undefined ? [word] : [word, latin]) {
    if (LONG_RUN.test(spelling) && isDisguised(spelling)) readings.add(toSingle(spelling));
    if (!STAND_IN.test(spelling)) continue;
    readings.add(spelling.replace(EDGE_DIGITS, ''));
    if (isDisguised(spelling)) readings.add(SHAPE_MARK + toShape(spelling));
  }
  return [...readings];
}

/** A word matches a term of the vocabulary if one of its readings is among these. */
export const toSpellings = (term: string): string[] => [term, SHAPE_MARK + toShape(term), toSingle(term)];

/** The mark of the reading, or '', and the rest. */
export function splitMark(reading: string): [mark: string, letters: string] {
  const isMarked = reading.startsWith(SHAPE_MARK) || reading.startsWith(SINGLE_MARK);
  return isMarked ? [reading.charAt(0), reading.slice(1)] : ['', reading];
}

const toSingle = (word: string): string => SINGLE_MARK + toShape(word).replace(RUN, '$1');

/** More than a third of a disguised word are letters. Version numbers (1.0.1l) have fewer. */
const isDisguised = (word: string): boolean => (word.match(LETTERS)?.length ?? 0) * 3 > word.length;
