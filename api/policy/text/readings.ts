import { toLatin, toShape } from './look-alikes.ts';

/** Marks a reading that is a shape rather than a spelling. */
export const SHAPE_MARK = '~';

const EDGE_DIGITS = /^\d+(?=\D)|(?<=\D)\d+$/g;
const STAND_IN = /[\d@$€£!|+]/;
const LETTER = /\p{L}/u;
/** Written as one word with what follows: al-, wal-, bil-, lil- and the like. */
const ARABIC_ARTICLE = /^(?:[وفبك]?ال|لل)(?=\p{L}{2})/u;
const LONG_RUN = /(.)\1{2,}/gu;

/**
 * Every way in which a folded word may be read: as it stands, without a number at its edge (`1girl`), with foreign
 * look-alikes as Latin letters, with drawn-out letters (`niiice`) once or twice, and as a shape when digits or signs
 * stand among its letters (`n1ce`); an Arabic word also without its article.
 */
export function toReadings(word: string): string[] {
  const spellings = [word];
  const latin = toLatin(word);
  if (latin !== undefined) spellings.push(latin);
  if (ARABIC_ARTICLE.test(word)) spellings.push(word.replace(ARABIC_ARTICLE, ''));
  const readings = new Set<string>();
  for (const spelling of spellings) {
    addUnstretched(readings, spelling, '');
    if (!STAND_IN.test(spelling) || !LETTER.test(spelling)) continue;
    addUnstretched(readings, spelling.replace(EDGE_DIGITS, ''), '');
    addUnstretched(readings, toShape(spelling), SHAPE_MARK);
  }
  return [...readings];
}

/** Twice as well as once, because right spellings double letters too, but never write three. */
function addUnstretched(readings: Set<string>, spelling: string, mark: string): void {
  readings.add(mark + spelling);
  const twice = spelling.replace(LONG_RUN, '$1$1');
  if (twice === spelling) return;
  readings.add(mark + twice);
  readings.add(mark + spelling.replace(LONG_RUN, '$1'));
}
