/**
 * Text from elsewhere, for a terminal: a control character could begin a command to it, and the marks that turn the
 * direction of writing could hide one.
 */
export const toShown = (text: string): string =>
  text.replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu, ' ').trim();

/** At most so many columns. Every character from Hangul on counts as two, which is never too few. */
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
/** General punctuation and the blocks of the bar. */
const NARROW = /[\u2000-\u206f\u2580-\u259f]/;
