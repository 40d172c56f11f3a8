import { darken, fade, mix } from '../colour.js';
import { downwards, fillEllipse, fillPolygon, fillSmooth } from '../draw.js';
import { createNoise } from '../noise.js';
import { atDepth, inLight } from '../palette.js';
import { paintTree } from './forest.js';

/** @import { Paint, Point } from '../types.d.ts' */

/** @type {Paint} */
export function paintIsland(context, scene, random) {
  const { palette, layout } = scene;
  const { horizon, unit, focusX } = layout;
  const foot = horizon + unit * 5;
  const beach = inLight(palette, '#ecd3a0');
  fillEllipse(context, beach, focusX, foot, unit * 25, unit * 2.6);
  /** @type {Point[]} */
  const outline = [[focusX - unit * 22, foot]];
  const noise = createNoise(random, 3);
  for (let at = -1; at <= 1.01; at += 0.1)
    outline.push([focusX + at * unit * 20, foot - unit * (1 + 11 * (1 - at * at) * (0.8 + 0.4 * noise(at * 3 + 9)))]);
  outline.push([focusX + unit * 22, foot]);
  fillSmooth(
    context,
    downwards(context, foot - unit * 13, foot, [
      mix(palette.foliage, palette.sun, 0.25),
      palette.foliage,
      darken(palette.foliage, 0.2),
    ]),
    outline,
  );
  for (let index = 0; index < 7; index++) {
    const at = (index / 6) * 2 - 1;
    paintTree(context, scene, random, {
      x: focusX + at * unit * 15,
      y: foot - unit * 9 * (1 - at * at),
      size: unit * random.between(11, 18),
      depth: 0.1,
      kind: scene.places.includes('pine') ? 'pine' : 'palm',
    });
  }
}

/** Islands that float in the air. @type {Paint} */
export function paintFloatingIslands(context, scene, random) {
  const { palette, layout } = scene;
  const { horizon, unit, focusX, width, sunX } = layout;
  const isles = [
    { x: width - focusX * 0.8, y: horizon * 0.34, size: 13, depth: 0.5 },
    { x: focusX + (focusX > width / 2 ? -1 : 1) * width * 0.32, y: horizon * 0.66, size: 10, depth: 0.35 },
    { x: focusX, y: horizon * 0.6, size: 25, depth: 0.12 },
  ];
  for (const isle of isles) {
    const half = isle.size * unit;
    const rock = atDepth(palette, mix(palette.land, '#7a6580', 0.45), isle.depth);
    /** @type {Point[]} */
    const under = [[isle.x - half, isle.y]];
    for (let step = 1; step < 14; step++) {
      const at = (step / 14) * 2 - 1;
      under.push([isle.x + at * half, isle.y + half * 1.15 * (1 - Math.abs(at)) ** 0.85 * random.between(0.72, 1.1)]);
    }
    under.push([isle.x + half, isle.y]);
    fillPolygon(
      context,
      downwards(context, isle.y, isle.y + half * 1.2, [
        mix(rock, palette.sun, 0.22),
        rock,
        mix(rock, palette.haze, 0.5),
      ]),
      under,
    );
    fillPolygon(
      context,
      fade(darken(rock, 0.35), 0.5),
      sunX > isle.x ? [...under.slice(0, 8), [isle.x, isle.y]] : [...under.slice(7), [isle.x, isle.y]],
    );
    const grass = atDepth(palette, palette.ground, isle.depth);
    fillEllipse(context, darken(grass, 0.2), isle.x, isle.y + half * 0.05, half * 1.02, half * 0.17);
    fillEllipse(context, mix(grass, palette.sun, 0.2), isle.x, isle.y, half, half * 0.13);
    for (let index = 0; index < 6; index++)
      paintTree(context, scene, random, {
        x: isle.x + random.around(0, half * 0.75),
        y: isle.y + half * 0.05,
        size: half * random.between(0.3, 0.62),
        depth: isle.depth,
        kind: random.chance(0.5) ? 'pine' : 'broadleaf',
      });
    context.fillStyle = downwards(context, isle.y, isle.y + half * 2.4, [
      fade('#ffffff', 0.75 * (1 - isle.depth)),
      fade('#ffffff', 0),
    ]);
    context.fillRect(isle.x + half * 0.3, isle.y + half * 0.08, half * 0.09, half * 2.3);
  }
}
