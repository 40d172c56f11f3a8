import { decodeText, hideEncodedText } from './decode-text.ts';

const MAX_CHARACTERS = 240;
const MAX_READ_CHARACTERS = 4000;
/** Shorter pieces of a prompt are ordinary words; longer ones in a reply are an echo. */
const ECHO_CHARACTERS = 12;
/** Keys and tokens by their usual looks, in case a service shows one that we did not send. */
const TOKEN_LIKE = /\b(?:hf_|sk-|pk_|sk_)[\w-]{6,}|\b(?:bearer|basic)\s+[\w+/=.~-]{6,}/gi;
/** Base64 or hexadecimal data: nothing to read for a person. */
const LONG_RUN = /[\w+/=-]{80,}/g;
/** Bounded where another beginning could stand inside: a page full of beginnings is then read once, not once for each. */
const TITLE = /<title(?: [^<>]{0,200})?>([^<]{0,500})<\/title>/i;
const REDACTED = '[redacted]';

/**
 * A line of a service's reply for the log: no page of HTML, no data, nothing that we sent and must not show.
 * `secrets` are tokens and prompts; parts of them that a reply echoes go too.
 */
export function toExcerpt(text: string, secrets: readonly string[]): string {
  const beginning = text.slice(0, MAX_READ_CHARACTERS);
  const readable = /^\s*</.test(beginning) ? describePage(beginning) : beginning;
  const hidden = secrets.flatMap(toSpellings).reduce(redact, decodeText(readable));
  const line = hideEncodedText(hidden, '…')
    .replace(TOKEN_LIKE, REDACTED)
    .replace(LONG_RUN, '…')
    .replace(/\s+/g, ' ')
    .trim();
  if (line === '') return '(empty)';
  return line.length > MAX_CHARACTERS ? `${line.slice(0, MAX_CHARACTERS)}…` : line;
}

function describePage(html: string): string {
  const title = TITLE.exec(html)?.[1]?.trim();
  return title === undefined || title === '' ? 'a page of markup' : `a page titled "${title}"`;
}

/** As it is, and with the plus signs that a form puts in place of spaces; every other form is decoded before. */
function toSpellings(secret: string): string[] {
  const plain = decodeText(secret).trim();
  return plain === '' ? [] : [...new Set([plain, plain.replace(/\s/g, '+')])];
}

/** Removes a short secret where it stands as a word, a long one with every piece of it that must be an echo. */
function redact(text: string, secret: string): string {
  if (secret.length <= ECHO_CHARACTERS) return text.replace(asWord(secret), REDACTED);
  const [lowText, lowSecret] = [toLowerCase(text), toLowerCase(secret)];
  const places = findPieces(lowText, lowSecret);
  let clean = '';
  for (let at = 0; at < text.length; ) {
    const length = echoLength(lowText, at, lowSecret, places);
    clean += length === 0 ? text[at] : REDACTED;
    at += Math.max(1, length);
  }
  return clean;
}

/** Of the same length, whatever the letters, and with every kind of blank alike. */
const toLowerCase = (text: string): string =>
  text.replace(/[^\0-\x7f]|[A-Z\s]/g, (unit) => {
    const low = unit.trim() === '' ? ' ' : unit.toLowerCase();
    return low.length === unit.length ? low : unit;
  });

const asWord = (text: string): RegExp => new RegExp(`(?<![\\p{L}\\p{N}])${toPattern(text)}(?![\\p{L}\\p{N}])`, 'giu');

/** Where the secret holds each piece of the text that it does hold. One walk over each: a prompt may be long. */
function findPieces(text: string, secret: string): ReadonlyMap<string, number> {
  const pieces = new Set<string>();
  for (let at = 0; at + ECHO_CHARACTERS <= text.length; at += 1) pieces.add(text.slice(at, at + ECHO_CHARACTERS));
  const places = new Map<string, number>();
  for (let from = 0; from + ECHO_CHARACTERS <= secret.length; from += 1) {
    const piece = secret.slice(from, from + ECHO_CHARACTERS);
    if (pieces.has(piece) && !places.has(piece)) places.set(piece, from);
  }
  return places;
}

function echoLength(text: string, at: number, secret: string, places: ReadonlyMap<string, number>): number {
  let from = places.get(text.slice(at, at + ECHO_CHARACTERS));
  if (from === undefined) return 0;
  let end = at;
  while (end < text.length && from < secret.length && text[end] === secret[from]) {
    end += 1;
    from += 1;
  }
  return end - at;
}

const toPattern = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
