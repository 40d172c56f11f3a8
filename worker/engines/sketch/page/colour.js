/** @typedef {[lightness: number, greenRed: number, blueYellow: number]} Lab */

/** @type {Map<string, Lab>} */
const labOf = new Map();

const toLinear = (/** @type {number} */ value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
const fromLinear = (/** @type {number} */ value) =>
  value <= 0.0031308 ? value * 12.92 : 1.055 * value ** (1 / 2.4) - 0.055;

/**
 * @param {string} hex `#rrggbb`
 * @returns {[number, number, number]} red, green, blue, each 0 to 255
 */
function channels(hex) {
  const value = Number.parseInt(hex.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/**
 * OKLab: mixing there keeps a sunset's orange from turning grey on its way to blue.
 * Matrices from https://bottosson.github.io/posts/oklab/
 * @param {string} hex
 * @returns {Lab}
 */
function toLab(hex) {
  const known = labOf.get(hex);
  if (known) return known;
  const [red, green, blue] = channels(hex).map((value) => toLinear(value / 255));
  const long = Math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue);
  const middle = Math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue);
  const short = Math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue);
  /** @type {Lab} */
  const lab = [
    0.2104542553 * long + 0.793617785 * middle - 0.0040720468 * short,
    1.9779984951 * long - 2.428592205 * middle + 0.4505937099 * short,
    0.0259040371 * long + 0.7827717662 * middle - 0.808675766 * short,
  ];
  if (labOf.size > 4096) labOf.clear();
  labOf.set(hex, lab);
  return lab;
}

/**
 * @param {Lab} lab
 * @returns {string} `#rrggbb`, clipped to what a screen can show
 */
function fromLab([lightness, greenRed, blueYellow]) {
  const long = (lightness + 0.3963377774 * greenRed + 0.2158037573 * blueYellow) ** 3;
  const middle = (lightness - 0.1055613458 * greenRed - 0.0638541728 * blueYellow) ** 3;
  const short = (lightness - 0.0894841775 * greenRed - 1.291485548 * blueYellow) ** 3;
  const linear = [
    4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
    -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
    -0.0041960863 * long - 0.7034186147 * middle + 1.707614701 * short,
  ];
  const bytes = linear.map((value) => Math.round(255 * Math.min(1, Math.max(0, fromLinear(Math.max(0, value))))));
  return `#${bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

/**
 * @param {string} from `#rrggbb`
 * @param {string} to `#rrggbb`
 * @param {number} share 0 gives `from`, 1 gives `to`
 */
export function mix(from, to, share) {
  const start = toLab(from);
  const end = toLab(to);
  const at = (/** @type {0 | 1 | 2} */ index) => start[index] + (end[index] - start[index]) * share;
  return fromLab([at(0), at(1), at(2)]);
}

/** @param {string} hex @param {number} amount 0 to 1, towards white */
export const lighten = (hex, amount) => mix(hex, '#ffffff', amount);

/**
 * Darker without going grey: only the lightness falls.
 * @param {string} hex
 * @param {number} amount 0 to 1
 */
export function darken(hex, amount) {
  const [lightness, greenRed, blueYellow] = toLab(hex);
  return fromLab([lightness * (1 - amount), greenRed * (1 - amount * 0.5), blueYellow * (1 - amount * 0.5)]);
}

/** @param {string} hex @param {number} factor 0 is grey, 1 leaves it alone */
export function saturate(hex, factor) {
  const [lightness, greenRed, blueYellow] = toLab(hex);
  return fromLab([lightness, greenRed * factor, blueYellow * factor]);
}

/**
 * Another hue at the same lightness.
 * @param {string} hex
 * @param {string} hue the colour whose hue is taken
 * @param {number} share
 */
export function tint(hex, hue, share) {
  const [lightness, greenRed, blueYellow] = toLab(hex);
  const target = toLab(hue);
  return fromLab([
    lightness + (target[0] - lightness) * share * 0.25,
    greenRed + (target[1] - greenRed) * share,
    blueYellow + (target[2] - blueYellow) * share,
  ]);
}

/** @param {string} hex @returns {number} perceived lightness, 0 to 1 */
export const lightnessOf = (hex) => toLab(hex)[0];

/** @param {string} hex @param {number} opacity 0 to 1 @returns {string} a CSS colour */
export function fade(hex, opacity) {
  const [red, green, blue] = channels(hex);
  return `rgba(${red},${green},${blue},${Math.max(0, Math.min(1, opacity)).toFixed(3)})`;
}
