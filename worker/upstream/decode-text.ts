/** An upstream's reply may repeat our secrets in other encodings: in a URL, inside JSON, in markup, as base64. */

const MAX_ROUNDS = 3;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };
const JSON_ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: ' ', f: ' ' };

/** Undoes percent encoding, JSON escapes and HTML entities, also when they are nested. */
export function decodeText(text: string): string {
  let decoded = text;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const next = decodeOnce(decoded);
    if (next === decoded) break;
    decoded = next;
  }
  return decoded;
}

function decodeOnce(text: string): string {
  return text
    .replace(/(?:%[0-9a-f]{2})+/gi, (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8'))
    .replace(/\\u([0-9a-f]{4})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replace(/\\(["'\\/nrtbf])/g, (_, letter: string) => JSON_ESCAPES[letter] ?? letter)
    .replace(/&#(x[0-9a-f]{1,6}|\d{1,7});/gi, (whole, number: string) => toCharacter(number) ?? whole)
    .replace(/&([a-z]{2,5});/gi, (whole, name: string) => ENTITIES[name.toLowerCase()] ?? whole);
}

function toCharacter(number: string): string | undefined {
  const code = Number(/^x/i.test(number) ? `0${number}` : number);
  return code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
}

const RUN = /[\w+/-]{12,}={0,2}/g;
const MIN_TEXT_BYTES = 8;

/** Encoded text may be a key or a prompt, and a person cannot read it anyway. */
export function hideEncodedText(text: string, placeholder: string): string {
  return text.replace(RUN, (run) => ([...readings(run)].some(isText) ? placeholder : run));
}

/** The bytes decoded as hexadecimal, and as base64 from each possible start within a group of four. */
function* readings(run: string): Generator<Buffer> {
  if (/^[0-9a-f]+$/i.test(run)) yield Buffer.from(run, 'hex');
  for (const start of [0, 1, 2, 3]) yield Buffer.from(run.slice(start), 'base64');
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Whether the bytes are UTF-8 text. Up to three bytes at each end may be parts of a cut character. */
function isText(bytes: Buffer): boolean {
  for (const cut of [0, 1, 2, 3]) {
    const middle = bytes.subarray(cut, bytes.length - cut);
    if (middle.length < MIN_TEXT_BYTES) return false;
    try {
      if (/^[\p{L}\p{M}\p{N}\p{P}\p{S}\p{Z}\s]*$/u.test(utf8.decode(middle))) return true;
    } catch {
      // This cut gives no valid UTF-8.
    }
  }
  return false;
}
