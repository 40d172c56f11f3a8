import { LATIN_VARIANTS } from './look-alikes.ts';

/** Emoji that stand for a word. A fruit or a drop means nothing alone, so each becomes a word of its own. */
const EMOJI: ReadonlyMap<string, string> = new Map([
  ['👶', 'baby'],
  ['🧒', 'child'],
  ['👧', 'little girl'],
  ['👦', 'little boy'],
  ['🔞', 'nsfw'],
  ['🍆', 'emojiaubergine'],
  ['🍑', 'emojipeach'],
  ['💦', 'emojidrops'],
]);

/** First code points of blocks that repeat A to Z and that normalisation does not change: 🅐, 🅰, 🇦. */
const ALPHABETS = [0x1f150, 0x1f170, 0x1f1e6];
/** Zeros of the scripts in which people write ages: Arabic, Persian, Devanagari, Bengali. */
const ZEROS = [0x0660, 0x06f0, 0x0966, 0x09e6];

/** Single characters that normalisation expands to sentences of 18 and 8 letters. */
const SENTENCES = /[\ufdfa\ufdfb]/g;
const OUTSIDE_ASCII = /[^\0-\x7f]/;
const SYMBOLS = /\p{Extended_Pictographic}|[\u{1f150}-\u{1f169}\u{1f170}-\u{1f189}\u{1f1e6}-\u{1f1ff}]/gu;
/** Format characters and letters that print nothing. */
const INVISIBLE = /[\p{Cf}\u115f\u1160\u17b4\u17b5\u2800]/gu;
/** Accents, but not the vowel signs of Indic and Thai or the voicing marks of kana, which are letters there. */
const ACCENTS = /[\p{M}--[\u0900-\u093b\u093d-\u0eff\u3099\u309a]]/gv;
/** Kept, because niña is a girl and Nina is a name. */
const TILDE_N = /n\u0303/gi;
const VARIANTS = new RegExp(`[${[...LATIN_VARIANTS.keys()].join('')}]`, 'gu');
/** Modifier letters that look like an apostrophe or a tick. Inside a word they do not count as letters. */
const APOSTROPHES = /[\u02b9-\u02bf\u02c8-\u02cf\u02ee\ua78c]/g;
const DIGITS = /[\u0660-\u0669\u06f0-\u06f9\u0966-\u096f\u09e6-\u09ef]/g;

/** The text in the form in which it is compared: one form of each letter, lower case, no accents, nothing invisible. */
export function foldText(text: string): string {
  if (!OUTSIDE_ASCII.test(text)) return text.toLowerCase();
  return text
    .replace(SYMBOLS, toWord)
    .replace(SENTENCES, ' ')
    .normalize('NFKD')
    .replace(INVISIBLE, '')
    .replace(APOSTROPHES, "'")
    .replace(TILDE_N, 'ñ')
    .toLowerCase()
    .replace(ACCENTS, '')
    .normalize('NFC')
    .replace(VARIANTS, (letter) => LATIN_VARIANTS.get(letter) ?? letter)
    .replace(DIGITS, toDigit);
}

function toWord(symbol: string): string {
  const point = symbol.codePointAt(0) ?? 0;
  const alphabet = ALPHABETS.find((first) => point >= first && point < first + 26);
  if (alphabet !== undefined) return String.fromCharCode(0x61 + point - alphabet);
  return ` ${EMOJI.get(symbol) ?? ''} `;
}

function toDigit(digit: string): string {
  const point = digit.charCodeAt(0);
  const zero = ZEROS.find((first) => point >= first && point <= first + 9) ?? point;
  return String(point - zero);
}
