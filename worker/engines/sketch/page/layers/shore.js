import { darken, fade, mix } from '../colour.js';
import { downwards, fillEllipse, fillPolygon } from '../draw.js';
import { inLight } from '../palette.js';
import { paintBand } from './ground.js';
import { paintFarRange } from './mountains.js';

/** @import { Paint, Point } from '../types.d.ts' */

/** @type {Paint} */
export function paintBeach(context, scene, random) {
  const { palette, layout } = scene;
  const { width, height, horizon, unit } = layout;
  const sand = inLight(palette, '#edd3a2');
  const lean = random.pick([-1, 1]);
  const shore = (/** @type {number} */ x, /** @type {number} */ shift) =>
    horizon +
    (height - horizon) * (0.56 + shift) +
    lean * (x / width - 0.5) * unit * 15 +
    Math.sin((x / width) * 7 + shift * 20) * unit * 1.5;
  for (const [shift, tone] of /** @type {const} */ ([
    [-0.07, fade('#ffffff', 0.5)],
    [-0.045, fade(mix(palette.water, '#ffffff', 0.4), 0.7)],
    [-0.02, fade('#ffffff', 0.85)],
    [0, darken(mix(sand, palette.water, 0.25), 0.14)],
  ])) {
    paintBand(context, width, height, unit, (x) => shore(x, shift), tone);
  }
  paintBand(
    context,
    width,
    height,
    unit,
    (x) => shore(x, 0.06),
    downwards(context, horizon + (height - horizon) * 0.55, height, [
      mix(sand, palette.sun, 0.3),
      sand,
      darken(sand, 0.14),
    ]),
  );
  for (let grain = 0; grain < 120; grain++) {
    const x = random.next() * width;
    const y = shore(x, 0.09) + random.next() * (height - shore(x, 0.09));
    fillEllipse(
      context,
      fade(random.chance(0.5) ? darken(sand, 0.25) : '#ffffff', 0.3),
      x,
      y,
      unit * random.between(0.1, 0.5),
      unit * 0.1,
    );
  }
}

/** @type {Paint} */
export function paintIcebergs(context, scene, random) {
  const { palette, layout } = scene;
  const { horizon, unit, focusX, width, sunX } = layout;
  paintFarRange(context, scene, random.fork('shelf'), 0.9, unit * 7);
  const ice = inLight(palette, '#eef7fb');
  for (const [x, size] of [
    [width - focusX, 13],
    [focusX * 0.5 + width * 0.1, 9],
    [focusX, 30],
  ]) {
    const foot = horizon + unit * (size > 20 ? 5 : 1.5);
    const heights = [0.1, 0.55, 0.42, 1, 0.7, 0.5, 0.62, 0.12].map(
      (height) => height * random.between(0.8, 1.1) * size * unit,
    );
    const points = heights.map(
      (height, index) => /** @type {Point} */ ([x + (index / 7 - 0.5) * size * unit * 1.9, foot - height]),
    );
    fillPolygon(context, downwards(context, foot - size * unit, foot, [ice, mix(ice, palette.water, 0.3)]), [
      ...points,
      [x + size * unit * 0.9, foot + unit * 1.5],
      [x - size * unit * 0.9, foot + unit * 1.5],
    ]);
    for (let index = 1; index < 7; index++) {
      const [px, py] = points[index];
      const dark = sunX > px === index % 2 > 0;
      fillPolygon(context, fade(dark ? mix(palette.water, ice, 0.35) : '#ffffff', dark ? 0.5 : 0.55), [
        [px, py],
        [points[index + 1][0], points[index + 1][1]],
        [px + random.around(0, unit * 4), foot + unit],
      ]);
    }
    context.fillStyle = fade(mix(palette.water, '#bff3f2', 0.6), 0.75);
    context.fillRect(x - size * unit * 0.9, foot + unit * 0.5, size * unit * 1.8, unit);
  }
}
