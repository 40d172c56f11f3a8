import { randomFillSync } from 'node:crypto';

/** Random bytes are drawn many at a time, because one draw takes longer than all other work for an id. */
const drawn = Buffer.alloc(4096);
let used = drawn.length;

/** Text of this many random bytes, for ids. */
export function drawText(bytes: number, encoding: 'hex' | 'base64url'): string {
  if (used + bytes > drawn.length) {
    randomFillSync(drawn);
    used = 0;
  }
  used += bytes;
  return drawn.toString(encoding, used - bytes, used);
}
