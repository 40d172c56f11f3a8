import { darken, fade, lighten, mix } from '../colour.js';
import { downwards, fillEllipse, fillPolygon, fillSmooth, glow } from '../draw.js';

/** @import { Context, Paint, Point, Random } from '../types.d.ts' */

/** Crystals or mushrooms that shine by themselves, in the foreground. @type {Paint} */
export function paintGlowing(context, scene, random) {
  const { palette, layout, places } = scene;
  const { width, height, unit } = layout;
  const hues = [palette.accent, '#7df3e1', '#c79bff'];
  for (let index = 0; index < 11; index++) {
    const at = random.next();
    const x = width * (random.chance(0.5) ? at * 0.34 : 1 - at * 0.34);
    const y = height - unit * random.between(1, 13);
    const size = unit * random.between(5, 12);
    const hue = random.pick(hues);
    glow(context, x, y - size * 0.6, size * 1.7, hue, 0.5);
    if (places.includes('mushrooms')) paintMushroom(context, x, y, size, hue);
    else paintCrystal(context, random, x, y, size, hue);
  }
}

/** @param {Context} context @param {number} x @param {number} y @param {number} size @param {string} hue */
function paintMushroom(context, x, y, size, hue) {
  fillSmooth(context, downwards(context, y - size, y, [lighten(hue, 0.75), mix(hue, '#efe2ee', 0.5)]), [
    [x - size * 0.1, y],
    [x - size * 0.08, y - size * 0.7],
    [x + size * 0.08, y - size * 0.7],
    [x + size * 0.13, y],
  ]);
  context.fillStyle = downwards(context, y - size, y - size * 0.5, [lighten(hue, 0.4), hue, darken(hue, 0.25)]);
  context.beginPath();
  context.moveTo(x - size * 0.46, y - size * 0.55);
  context.bezierCurveTo(
    x - size * 0.4,
    y - size * 1.12,
    x + size * 0.4,
    y - size * 1.12,
    x + size * 0.46,
    y - size * 0.55,
  );
  context.quadraticCurveTo(x, y - size * 0.43, x - size * 0.46, y - size * 0.55);
  context.fill();
  for (const [shift, level, spot] of [
    [-0.2, 0.7, 0.06],
    [0.05, 0.82, 0.07],
    [0.22, 0.66, 0.05],
  ])
    fillEllipse(context, fade('#ffffff', 0.8), x + shift * size, y - level * size, spot * size, spot * size * 0.75);
}

/** @param {Context} context @param {Random} random @param {number} x @param {number} y @param {number} size @param {string} hue */
function paintCrystal(context, random, x, y, size, hue) {
  for (let shard = -1; shard <= 1; shard++) {
    const tip = /** @type {Point} */ ([
      x + shard * size * 0.5,
      y - size * (shard === 0 ? 1.25 : random.between(0.6, 0.9)),
    ]);
    const foot = x + shard * size * 0.2;
    fillPolygon(context, lighten(hue, 0.35), [
      [foot - size * 0.16, y],
      [tip[0] - size * 0.12, tip[1] + size * 0.22],
      tip,
      [foot, y],
    ]);
    fillPolygon(context, darken(hue, 0.18), [
      [foot + size * 0.17, y],
      [tip[0] + size * 0.1, tip[1] + size * 0.25],
      tip,
      [foot, y],
    ]);
  }
}
