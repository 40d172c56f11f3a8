import { darken, mix } from '../colour.js';
import { fillPolygon } from '../draw.js';
import { atDepth, inLight } from '../palette.js';

/** @import { Paint } from '../types.d.ts' */

/** @type {Paint} */
export function paintPyramids(context, { palette, layout }) {
  const { unit, focusX, horizon, sunX } = layout;
  const stone = inLight(palette, '#d9ab6a');
  for (const [shift, size, depth] of [
    [-34, 20, 0.5],
    [27, 25, 0.36],
    [-4, 38, 0.16],
  ]) {
    const x = focusX + shift * unit * 0.8;
    const foot = horizon + unit * (1 + (1 - depth) * 3);
    const edge = x + (sunX > x ? -1 : 1) * size * unit * 0.16;
    const lit = atDepth(palette, mix(stone, palette.sun, 0.25), depth);
    const shade = atDepth(palette, darken(stone, 0.34), depth);
    const half = size * unit * 0.72;
    fillPolygon(context, sunX > x ? shade : lit, [
      [x - half, foot],
      [x, foot - size * unit],
      [edge, foot + unit],
    ]);
    fillPolygon(context, sunX > x ? lit : shade, [
      [edge, foot + unit],
      [x, foot - size * unit],
      [x + half, foot],
    ]);
  }
}
