/** @import { Random } from './types.d.ts' */

/**
 * Four 32-bit words from a text (cyrb128, public domain).
 * @param {string} text
 * @returns {[number, number, number, number]}
 */
export function hashText(text) {
  let first = 1779033703;
  let second = 3144134277;
  let third = 1013904242;
  let fourth = 2773480762;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    first = second ^ Math.imul(first ^ unit, 597399067);
    second = third ^ Math.imul(second ^ unit, 2869860233);
    third = fourth ^ Math.imul(third ^ unit, 951274213);
    fourth = first ^ Math.imul(fourth ^ unit, 2716044179);
  }
  first = Math.imul(third ^ (first >>> 18), 597399067);
  second = Math.imul(fourth ^ (second >>> 22), 2869860233);
  third = Math.imul(first ^ (third >>> 17), 951274213);
  fourth = Math.imul(second ^ (fourth >>> 19), 2716044179);
  const all = first ^ second ^ third ^ fourth;
  return [all >>> 0, (second ^ all) >>> 0, (third ^ all) >>> 0, (fourth ^ all) >>> 0];
}

/**
 * sfc32: small, fast and the same on every machine, which Math.random does not promise.
 * @param {[number, number, number, number]} words
 */
function sfc32([a, b, c, counter]) {
  return () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return (sum >>> 0) / 4294967296;
  };
}

/**
 * A stream of numbers that depends on `label` alone.
 * @param {string} label
 * @returns {Random}
 */
export function createRandom(label) {
  const next = sfc32(hashText(label));
  // The first outputs of sfc32 depend too much on the seed, so its author drops a dozen.
  for (let round = 0; round < 12; round++) next();
  const between = (/** @type {number} */ low, /** @type {number} */ high) => low + (high - low) * next();
  return {
    next,
    between,
    integer: (low, high) => low + Math.floor(next() * (high - low + 1)),
    around: (centre, spread) => centre + spread * (next() + next() - 1),
    chance: (probability) => next() < probability,
    pick: (choices) => {
      const choice = choices[Math.floor(next() * choices.length)];
      if (choice === undefined) throw new RangeError('nothing to pick from');
      return choice;
    },
    fork: (name) => createRandom(`${label}/${name}`),
  };
}
