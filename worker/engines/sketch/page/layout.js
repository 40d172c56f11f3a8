/** @import { Layout, Random, Scene } from './types.d.ts' */

/** Height of the horizon for each kind of land. */
const HORIZONS = /** @type {const} */ ([
  ['city', 0.74],
  ['island', 0.56],
  ['sea', 0.54],
  ['beach', 0.5],
  ['lake', 0.57],
  ['canyon', 0.6],
  ['desert', 0.56],
  ['mountains', 0.6],
  ['meadow', 0.52],
  ['flowers', 0.48],
]);

/** @type {Record<Scene['time'], [highest: number, lowest: number]>} sun or moon, as a share of the sky's height */
const SUN_HEIGHTS = {
  dawn: [0.7, 0.88],
  day: [0.22, 0.42],
  sunset: [0.66, 0.86],
  dusk: [0.3, 0.5],
  night: [0.24, 0.42],
};

/**
 * @param {Pick<Scene, 'kind' | 'time' | 'places' | 'moods' | 'things'>} scene
 * @param {{ width: number, height: number }} size in pixels
 * @param {Random} random
 * @returns {Layout}
 */
export function layOut(scene, { width, height }, random) {
  const unit = Math.min(width, height * 1.15) / 100;
  const known = HORIZONS.find(([place]) => scene.places.includes(place));
  const lift = scene.things.length > 0 ? 0.02 : 0;
  // In a tall picture the land takes a smaller share of the height, in a wide one a larger share.
  const tall = Math.max(-0.06, Math.min(0.08, (height / width - 1) * 0.1));
  const horizon = height * ((known?.[1] ?? 0.56) - lift + tall + random.around(0, 0.025));
  const [highest, lowest] = SUN_HEIGHTS[scene.time];
  const sunLeft = random.chance(0.5);
  const third = random.around(0.3, 0.07);
  const big = scene.moods.includes('magical') || scene.moods.includes('epic') ? 1.5 : 1;
  const radius = scene.time === 'sunset' || scene.time === 'dawn' ? 6.2 : 5;
  return {
    width,
    height,
    unit,
    horizon,
    sunX: width * (sunLeft ? third : 1 - third),
    sunY: horizon * random.between(highest, lowest),
    sunRadius: unit * radius * big * random.between(0.9, 1.15),
    focusX: width * (sunLeft ? 1 : 0) + width * (sunLeft ? -1 : 1) * random.around(0.36, 0.06),
    subjectX: width * random.around(scene.kind === 'landscape' ? (sunLeft ? 0.56 : 0.44) : 0.5, 0.04),
  };
}
