import { decodeText, hideEncodedText } from './decode-text.ts';

const MAX_CHARACTERS = 240;
const MAX_READ_CHARACTERS = 4000;
/** Shorter pieces of a prompt may be ordinary words. A longer piece in a reply is an echo of the prompt. */
const ECHO_CHARACTERS = 12;
/** Keys and tokens by their usual forms, in case the reply contains one that we did not send. */
const TOKEN_LIKE = /\b(?:hf_|sk-|pk_|sk_)[\w-]{6,}|\b(?:bearer|basic)\s+[\w+/=.~-]{6,}/gi;
/** Base64 or hexadecimal data, which a person cannot read. */
const LONG_RUN = /[\w+/=-]{80,}/g;
/** The length is bounded, so that a page with many beginnings is not scanned to its end for each of them. */
const TITLE = /<title(?: [^<>]{0,200})?>([^<]{0,500})<\/title>/i;
const REDACTED = '[redacted]';

/**
 * One line of an upstream's reply for the log, without HTML, data, tokens and prompts. `secrets`: the tokens and prompts
 * that were sent; parts of them are removed too.
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

/** The secret itself, and with plus signs for spaces as in forms. All other encodings are decoded before. */
function toSpellings(secret: string): string[] {
  const plain = decodeText(secret).trim();
  return plain === '' ? [] : [...new Set([plain, plain.replace(/\s/g, '+')])];
}

/** Removes a short secret where it is a whole word, and a long one with every piece that is long enough to be an echo. */
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

/** Ignores case and kinds of white space, and keeps the length. */
const toLowerCase = (text: string): string =>
  text.replace(/[^\0-\x7f]|[A-Z\s]/g, (unit) => {
    const low = unit.trim() === '' ? ' ' : unit.toLowerCase();
    return low.length === unit.length ? low : unit;
  });

const asWord = (text: string): RegExp => new RegExp(`(?<![\\p{L}\\p{N}])${toPattern(text)}(?![\\p{L}\\p{N}])`, 'giu');

/** Finds where pieces of the text occur in the secret. Each is walked through once, since a prompt may be long. */
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
