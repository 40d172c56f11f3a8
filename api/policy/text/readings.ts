import { toLatin, toShape } from './look-alikes.ts';

/** Lead the readings that are not spellings: shapes, and shapes in which no letter is doubled. */
const SHAPE_MARK = '~';
const SINGLE_MARK = '^';

const EDGE_DIGITS = /^\d+(?=\D)|(?<=\D)\d+$/g;
const STAND_IN = /[\d@$€£!|+]/;
const LETTERS = /\p{L}/gu;
/** Written as one word with what follows: al-, wal-, bil-, lil- and the like. */
const ARABIC_ARTICLE = /^(?:[وفبك]?ال|لل)(?=\p{L}{2})/u;
/** Right spellings double letters too, but never write three. */
const LONG_RUN = /(.)\1{2,}/u;
const RUN = /(.)\1+/gu;

/**
 * Every way in which a folded word may be read: as it stands, without a number at its edge (`1girl`), with foreign
 * look-alikes as Latin letters, as a shape when digits or signs stand among its letters (`n1ce`), and with single letters
 * when one is drawn out (`niiice`); an Arabic word also without its article.
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

/** How a term of the vocabulary may be met: among the readings of a word is one of these. */
export const toSpellings = (term: string): string[] => [term, SHAPE_MARK + toShape(term), toSingle(term)];

/** The mark that leads the reading, or nothing, and the rest. */
export function splitMark(reading: string): [mark: string, letters: string] {
  const isMarked = reading.startsWith(SHAPE_MARK) || reading.startsWith(SINGLE_MARK);
  return isMarked ? [reading.charAt(0), reading.slice(1)] : ['', reading];
}

const toSingle = (word: string): string => SINGLE_MARK + toShape(word).replace(RUN, '$1');

/** A disguised word keeps more than a third of its letters; version numbers (1.0.1l) do not have so many. */
const isDisguised = (word: string): boolean => (word.match(LETTERS)?.length ?? 0) * 3 > word.length;
