/** @import { SketchRequest } from './types.d.ts' */

const SMALLEST_SIDE = 64;
const LARGEST_SIDE = 2048;
const LARGEST_SEED = 2 ** 32 - 1;
const LARGEST_GUIDANCE = 20;

/**
 * @param {unknown} value @param {string} field @param {number} lowest @param {number} highest
 * @returns {number}
 */
function readNumber(value, field, lowest, highest) {
  if (typeof value !== 'number' || !(value >= lowest && value <= highest)) {
    throw new RangeError(`${field} must be a number from ${lowest} to ${highest}`);
  }
  return value;
}

/** @param {unknown} value @param {string} field @param {number} lowest @param {number} highest */
function readInteger(value, field, lowest, highest) {
  if (!Number.isInteger(value)) throw new RangeError(`${field} must be a whole number`);
  return readNumber(value, field, lowest, highest);
}

/** @param {unknown} value @param {string} field */
function readString(value, field) {
  if (typeof value !== 'string') throw new TypeError(`${field} must be a text`);
  return value;
}

/**
 * A request as the painter takes it, or an error that names the field.
 * @param {Partial<Record<keyof SketchRequest, unknown>>} input
 * @returns {SketchRequest}
 */
export function readRequest(input) {
  return {
    prompt: readString(input.prompt, 'prompt'),
    negativePrompt: readString(input.negativePrompt ?? '', 'negativePrompt'),
    seed: readInteger(input.seed, 'seed', 0, LARGEST_SEED),
    width: readInteger(input.width, 'width', SMALLEST_SIDE, LARGEST_SIDE),
    height: readInteger(input.height, 'height', SMALLEST_SIDE, LARGEST_SIDE),
    guidanceScale: readNumber(input.guidanceScale ?? 7, 'guidanceScale', 0, LARGEST_GUIDANCE),
  };
}
