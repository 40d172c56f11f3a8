import { darken, fade, lighten, mix } from '../colour.js';
import { downwards, fillEllipse, fillPolygon, glow } from '../draw.js';
import { createNoise } from '../noise.js';
import { atDepth } from '../palette.js';
import { paintTree } from './forest.js';

/** @import { Context, Paint, Point, Random, Scene } from '../types.d.ts' */

/** A cliff with a fall of water, its pool at the foot. @type {Paint} */
export function paintWaterfall(context, scene, random) {
  const { horizon, unit } = scene.layout;
  const fall = { top: horizon - unit * 34, foot: horizon + unit * 7 };
  for (const side of [-1, 1]) {
    paintCliff(context, scene, random.fork(`cliff ${side}`), { ...fall, side });
    paintGrowth(context, scene, random.fork(`growth ${side}`), { ...fall, side });
  }
  paintFall(context, scene, random.fork('fall'), fall);
}

/** @param {Context} context @param {Scene} scene @param {Random} random @param {{ top: number, foot: number, side: number }} cliff */
function paintCliff(context, { palette, layout }, random, { top, foot, side }) {
  const { unit, focusX, width } = layout;
  const rock = atDepth(palette, mix(palette.land, '#6d6a70', 0.35), 0.12);
  const noise = createNoise(random.fork('edge'), 4);
  /** @type {Point[]} */
  const outline = [[focusX + side * unit * 5, foot]];
  for (let step = 0; step <= 12; step++)
    outline.push([focusX + side * (unit * 5 + unit * 1.6 * noise(step)), foot - ((foot - top) * step) / 12]);
  for (let step = 1; step <= 14; step++)
    outline.push([
      focusX + side * unit * (5 + step * 6),
      top - unit * 7 * noise(step / 2 + 40) + (step / 14) ** 2 * unit * 16,
    ]);
  outline.push([focusX + side * width, foot + unit * 4]);
  fillPolygon(
    context,
    downwards(context, top, foot, [mix(palette.foliage, rock, 0.25), mix(rock, palette.sun, 0.12), darken(rock, 0.2)]),
    outline,
  );
  for (let ledge = 0; ledge < 34; ledge++) {
    const x = focusX + side * unit * random.between(6.5, 50);
    const y = top + (foot - top) * random.between(0.2, 0.85);
    const wide = unit * random.between(0.7, 2.6);
    const tall = unit * random.between(3, 12);
    const tone = random.chance(0.55) ? darken(rock, 0.32) : mix(rock, palette.sun, 0.26);
    fillPolygon(context, downwards(context, y, y + tall, [fade(tone, 0.5), fade(tone, 0)]), [
      [x, y],
      [x + wide, y + unit * 0.6],
      [x + wide * 0.8, y + tall],
      [x - wide * 0.2, y + tall],
    ]);
  }
}

/** Bushes in the wall, trees on its crown. @param {Context} context @param {Scene} scene @param {Random} random @param {{ top: number, foot: number, side: number }} cliff */
function paintGrowth(context, scene, random, { top, foot, side }) {
  const { palette, layout } = scene;
  const { unit, focusX } = layout;
  for (let bush = 0; bush < 40; bush++)
    fillEllipse(
      context,
      atDepth(palette, random.chance(0.5) ? palette.foliage : darken(palette.foliage, 0.15), 0.12),
      focusX + side * unit * random.between(7, 52),
      top + (foot - top) * random.between(0.3, 1),
      unit * random.between(0.8, 2.4),
      unit * random.between(0.6, 1.4),
    );
  for (let index = 0; index < 9; index++)
    paintTree(context, scene, random, {
      x: focusX + side * unit * (8 + index * 5),
      y: top + unit * (2 + (index / 9) ** 2 * 11),
      size: unit * random.between(9, 15),
      depth: 0.2,
    });
}

/** @param {Context} context @param {Scene} scene @param {Random} random @param {{ top: number, foot: number }} fall */
function paintFall(context, { palette, layout }, random, { top, foot }) {
  const { unit, focusX } = layout;
  const water = mix('#ffffff', palette.sky[2], 0.25);
  context.fillStyle = downwards(context, top, foot, [mix(water, palette.water, 0.3), water, '#ffffff']);
  context.fillRect(focusX - unit * 5.6, top + unit * 0.5, unit * 11.2, foot - top);
  for (let thread = 0; thread < 80; thread++) {
    const x = focusX + random.between(-5.4, 5.2) * unit;
    const y = top + (foot - top) * random.between(0, 0.7);
    context.fillStyle = fade(
      random.chance(0.55) ? mix(palette.water, palette.sky[1], 0.4) : '#ffffff',
      random.between(0.15, 0.5),
    );
    context.fillRect(x, y, unit * random.between(0.12, 0.5), (foot - top) * random.between(0.1, 0.4));
  }
  for (let spray = 0; spray < 16; spray++)
    glow(
      context,
      focusX + random.around(0, unit * 9),
      foot - unit * random.between(0, 3),
      unit * random.between(4, 9),
      lighten(water, 0.4),
      0.34,
    );
}
