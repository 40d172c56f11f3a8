/** No real request nests this deeply. Without a limit, recursive code would overflow the stack. */
export const MAX_JSON_LEVELS = 64;

const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const OPENING: ReadonlySet<number> = new Set([0x5b, 0x7b]);
const CLOSING: ReadonlySet<number> = new Set([0x5d, 0x7d]);

/** Counts the brackets outside strings, because even the parser may overflow the stack. */
export function isTooDeep(text: Buffer): boolean {
  let levels = 0;
  let isInString = false;
  for (let at = 0; at < text.length; at += 1) {
    const byte = text[at] ?? 0;
    if (isInString) {
      if (byte === BACKSLASH) at += 1;
      else if (byte === QUOTE) isInString = false;
    } else if (byte === QUOTE) isInString = true;
    else if (OPENING.has(byte)) {
      levels += 1;
      if (levels > MAX_JSON_LEVELS) return true;
    } else if (CLOSING.has(byte)) levels -= 1;
  }
  return false;
}
