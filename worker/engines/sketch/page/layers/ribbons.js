import { darken, fade, lighten, mix } from '../colour.js';
import { downwards, fillEllipse, fillPolygon } from '../draw.js';
import { createNoise } from '../noise.js';
import { atDepth, inLight } from '../palette.js';

/** @import { Paint, Point, Random, Scene } from '../types.d.ts' */

/**
 * A river or a road that winds from the horizon to the viewer.
 * @param {Scene} scene @param {Random} random @param {number} widest pixels at the lower edge
 * @returns {{ left: Point[], right: Point[], middle: Point[] }}
 */
function ribbon({ layout }, random, widest) {
  const { width, height, horizon, focusX, unit } = layout;
  const noise = createNoise(random.fork('ribbon'), 2);
  const end = width * random.between(0.35, 0.65);
  /** @type {Point[]} */
  const left = [];
  /** @type {Point[]} */
  const right = [];
  /** @type {Point[]} */
  const middle = [];
  for (let step = 0; step <= 46; step++) {
    const at = step / 46;
    const near = at ** 2.1;
    const y = horizon + unit + (height * 1.03 - horizon) * near;
    const bend =
      (Math.sin(at * 9 + noise(3) * 6) + noise(at * 5)) *
      width *
      0.085 *
      Math.sin(Math.PI * Math.min(1, at * 1.05)) *
      (0.4 + at);
    const x = focusX + (end - focusX) * at + bend;
    const half = unit * 0.3 + widest * 0.5 * near;
    left.push([x - half, y]);
    right.push([x + half, y]);
    middle.push([x, y]);
  }
  return { left, right, middle };
}

/** @type {Paint} */
export function paintRiver(context, scene, random) {
  const { palette, layout } = scene;
  const { horizon, height, unit } = layout;
  const { left, right, middle } = ribbon(scene, random, unit * 44);
  const edge = fade(atDepth(palette, darken(palette.ground, 0.28), 0.3), 0.6);
  const grown = (/** @type {Point[]} */ points, /** @type {number} */ side) =>
    points.map(([x, y], index) => /** @type {Point} */ ([x + side * unit * 1.6 * (index / 46) ** 2, y]));
  fillPolygon(context, edge, [...grown(left, -1), ...grown(right, 1).toReversed()]);
  fillPolygon(
    context,
    downwards(context, horizon, height, [
      palette.sky[3],
      mix(palette.water, palette.sky[2], 0.6),
      palette.water,
      darken(palette.water, 0.2),
    ]),
    [...left, ...right.toReversed()],
  );
  const light = lighten(palette.sky[3], 0.3);
  for (let streak = 0; streak < 90; streak++) {
    const index = random.integer(4, 46);
    const [x, y] = middle[index];
    const half = (right[index][0] - left[index][0]) / 2;
    fillEllipse(
      context,
      fade(light, random.between(0.15, 0.5)),
      x + random.around(0, half * 0.8),
      y,
      half * random.between(0.06, 0.22),
      Math.max(0.5, unit * 0.16 * (index / 46)),
    );
  }
}

/** @type {Paint} */
export function paintRoad(context, scene, random) {
  const { palette, layout, things } = scene;
  const { horizon, height, unit } = layout;
  const paved = things.some((thing) => thing.name === 'car');
  const { left, right, middle } = ribbon(scene, random, unit * (paved ? 46 : 34));
  const tone = paved ? mix(palette.land, '#5c5f68', 0.5) : inLight(palette, '#cbb089');
  fillPolygon(context, downwards(context, horizon, height, [atDepth(palette, tone, 0.7), tone, darken(tone, 0.12)]), [
    ...left,
    ...right.toReversed(),
  ]);
  for (const line of [left, right]) {
    const inner = line.map(
      ([x, y], index) => /** @type {Point} */ ([x + (line === left ? 1 : -1) * unit * 1.2 * (index / 46) ** 2, y]),
    );
    fillPolygon(context, paved ? fade('#f4efe0', 0.6) : fade(darken(tone, 0.3), 0.3), [...line, ...inner.toReversed()]);
  }
  if (!paved) return;
  for (let index = 6; index < 45; index += 3) {
    const half = unit * 0.9 * (index / 46) ** 2;
    fillPolygon(context, fade('#f6dc8a', 0.9), [
      [middle[index][0] - half, middle[index][1]],
      [middle[index][0] + half, middle[index][1]],
      [middle[index + 1][0] + half * 1.1, middle[index + 1][1]],
      [middle[index + 1][0] - half * 1.1, middle[index + 1][1]],
    ]);
  }
}
