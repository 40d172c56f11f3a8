import { createHash } from 'node:crypto';

/** Text of this many characters that cannot be compressed. It is always the same; each character has three bytes in UTF-8. */
export function toNoise(characters: number): string {
  let text = '';
  for (let block = 0; text.length < characters; block++) {
    const digest = createHash('sha256').update(String(block)).digest();
    for (let at = 0; at < digest.length; at += 2)
      text += String.fromCodePoint(0x4e00 + (digest.readUInt16LE(at) % 20_000));
  }
  return text.slice(0, characters);
}
