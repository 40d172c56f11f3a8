import type { RequestHandler } from 'express';

/**
 * People and programs write `100% cotton` into an address. A `%` that is not part of percent-encoded UTF-8 becomes plain
 * text, so that Express can decode the rest.
 */
export const repairAddress: RequestHandler = (request, _response, next) => {
  if (request.url.includes('%')) request.url = escapeStrayPercents(request.url);
  next();
};

export const escapeStrayPercents = (address: string): string =>
  address.replace(/(?:%[0-9a-f]{2})+|%/gi, (run) => (run === '%' ? '%25' : escapeBrokenBytes(run)));

/** In a run of `%XX`, whole UTF-8 characters stay encoded. Any other byte becomes plain text. */
function escapeBrokenBytes(run: string): string {
  if (isDecodable(run)) return run;
  let repaired = '';
  for (let at = 0; at < run.length; ) {
    const character = run.slice(at, at + 3 * bytesOfCharacter(Number.parseInt(run.slice(at + 1, at + 3), 16)));
    const isWhole = isDecodable(character);
    repaired += isWhole ? character : `%25${run.slice(at + 1, at + 3)}`;
    at += isWhole ? character.length : 3;
  }
  return repaired;
}

/** Length of a character by its first byte (RFC 3629). */
const bytesOfCharacter = (first: number): number => (first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4);

function isDecodable(run: string): boolean {
  try {
    decodeURIComponent(run);
    return true;
  } catch {
    return false;
  }
}
