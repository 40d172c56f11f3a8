/** @import { Random } from './types.d.ts' */

const TABLE_SIZE = 256;

/**
 * Smooth noise along a line: a function of x with values from -1 to 1.
 * @param {Random} random
 * @param {number} [octaves]
 * @returns {(x: number) => number}
 */
export function createNoise(random, octaves = 4) {
  const table = Float64Array.from({ length: TABLE_SIZE }, () => random.between(-1, 1));
  const at = (/** @type {number} */ index) => table[((index % TABLE_SIZE) + TABLE_SIZE) % TABLE_SIZE] ?? 0;
  const single = (/** @type {number} */ x) => {
    const cell = Math.floor(x);
    const inside = x - cell;
    const ease = inside * inside * (3 - 2 * inside);
    return at(cell) * (1 - ease) + at(cell + 1) * ease;
  };
  return (x) => {
    let sum = 0;
    let weight = 1;
    let total = 0;
    for (let octave = 0; octave < octaves; octave++) {
      sum += single(x * 2 ** octave + octave * 17.3) * weight;
      total += weight;
      weight *= 0.5;
    }
    return sum / total;
  };
}

/**
 * Smooth noise over the plane, values from -1 to 1.
 * @param {Random} random
 * @returns {(x: number, y: number) => number}
 */
export function createNoise2d(random) {
  const table = Float64Array.from({ length: TABLE_SIZE }, () => random.between(-1, 1));
  const at = (/** @type {number} */ column, /** @type {number} */ row) =>
    table[(Math.imul(column, 73) + Math.imul(row, 151) + ((column * row) & 31)) & (TABLE_SIZE - 1)] ?? 0;
  return (x, y) => {
    const column = Math.floor(x);
    const row = Math.floor(y);
    const across = (x - column) ** 2 * (3 - 2 * (x - column));
    const down = (y - row) ** 2 * (3 - 2 * (y - row));
    const top = at(column, row) * (1 - across) + at(column + 1, row) * across;
    const bottom = at(column, row + 1) * (1 - across) + at(column + 1, row + 1) * across;
    return top * (1 - down) + bottom * down;
  };
}
