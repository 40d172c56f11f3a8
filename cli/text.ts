/**
 * Makes text from the network safe to print: a control character could start a terminal command, and characters that
 * change the direction of writing could hide one.
 */
export const toPrintable = (text: string): string =>
  text.replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu, ' ').trim();

/** Cuts the text to `columns`. Characters from Hangul on count as two columns, which never counts too few. */
export function cut(text: string, columns: number): string {
  let width = 0;
  let shown = '';
  for (const character of text) {
    width += (character.codePointAt(0) ?? 0) >= FIRST_WIDE && !NARROW.test(character) ? 2 : 1;
    if (width > columns) return shown;
    shown += character;
  }
  return shown;
}

const FIRST_WIDE = 0x1100;
/** General punctuation, and the block characters of the progress bar. */
const NARROW = /[\u2000-\u206f\u2580-\u259f]/;
