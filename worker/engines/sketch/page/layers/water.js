import { darken, fade, lighten, mix } from '../colour.js';
import { createSheet, downwards, fillPolygon, ramp } from '../draw.js';
import { createNoise } from '../noise.js';

/** @import { Context, Paint, Point, Random, Scene } from '../types.d.ts' */

/** The reflection is painted at half size, which is sharp enough for water and takes a quarter of the memory. */
const MIRROR_SCALE = 0.5;

/** @param {Scene} scene */
export const isStill = ({ places, weather }) => !places.includes('sea') && !weather.includes('storm');

/**
 * Water from the horizon down: the picture above it upside down, a tint that deepens, ripples, and the light's path.
 * @type {Paint}
 */
export function paintWater(context, scene, random) {
  const { palette, layout } = scene;
  const { width, height, horizon } = layout;
  const depth = height - horizon;
  const deep = darken(palette.water, 0.25);
  context.fillStyle = downwards(
    context,
    horizon,
    height,
    ramp([mix(palette.sky[3], palette.water, 0.45), palette.water, deep], 8),
  );
  context.fillRect(0, horizon, width, depth);
  paintMirror(context, scene, random);
  const tint = downwards(context, horizon, height, [
    fade(mix(palette.water, palette.sky[3], 0.5), 0.1),
    fade(palette.water, 0.35),
    fade(deep, 0.72),
  ]);
  context.fillStyle = tint;
  context.fillRect(0, horizon, width, depth);
}

/** @param {Context} context @param {Scene} scene @param {Random} random */
function paintMirror(context, scene, random) {
  const { width, height, horizon, unit } = scene.layout;
  const reach = Math.min(horizon, height - horizon);
  const still = isStill(scene);
  const sheet = createSheet(width * MIRROR_SCALE, reach * MIRROR_SCALE);
  sheet.scale(1, -1);
  sheet.drawImage(
    context.canvas,
    0,
    horizon - reach,
    width,
    reach,
    0,
    -sheet.canvas.height,
    sheet.canvas.width,
    sheet.canvas.height,
  );
  const noise = createNoise(random.fork('mirror'), 3);
  context.save();
  context.globalAlpha = still ? 0.85 : 0.4;
  let y = 0;
  while (y < reach) {
    const near = y / reach;
    const strip = Math.max(1, unit * (0.16 + near * 0.9));
    const shift = noise(y / (unit * (0.7 + near * 2.5))) * unit * (still ? 0.25 + 1.2 * near : 1 + 4 * near);
    const from = y * MIRROR_SCALE;
    const tall = Math.min(strip * MIRROR_SCALE, sheet.canvas.height - from);
    if (tall <= 0) break;
    context.drawImage(
      sheet.canvas,
      0,
      from,
      sheet.canvas.width,
      tall,
      shift - unit * 4,
      horizon + y,
      width + unit * 8,
      strip + 0.5,
    );
    y += strip;
  }
  context.restore();
}

/** @type {Paint} */
export function paintRipples(context, scene, random) {
  const { palette, layout } = scene;
  const { width, height, horizon, unit } = layout;
  const still = isStill(scene);
  const light = lighten(mix(palette.sky[3], palette.sun, 0.35), 0.15);
  const dark = darken(palette.water, 0.3);
  const count = Math.round((still ? 150 : 260) * Math.min(2, width / (unit * 100)));
  for (const [colour, share] of /** @type {const} */ ([
    [light, 0.3],
    [dark, 0.26],
  ])) {
    for (let index = 0; index < count; index++) {
      const at = random.next() ** 1.5;
      const y = horizon + (height - horizon) * at;
      const length = unit * (1 + (still ? 9 : 13) * at) * random.between(0.4, 1.4);
      const thick = unit * (0.06 + 0.34 * at) * (still ? 0.6 : 1);
      context.fillStyle = fade(colour, share * random.between(0.3, 1));
      paintLens(context, random.next() * width, y, length, thick);
    }
  }
}

/** @param {Context} context @param {number} x @param {number} y @param {number} length @param {number} thick */
function paintLens(context, x, y, length, thick) {
  context.beginPath();
  context.moveTo(x - length / 2, y);
  context.quadraticCurveTo(x, y - thick, x + length / 2, y);
  context.quadraticCurveTo(x, y + thick, x - length / 2, y);
  context.fill();
}

/** The path of the sun or the moon over the water. @type {Paint} */
export function paintGlitter(context, scene, random) {
  const { palette, layout } = scene;
  const { height, horizon, unit, sunX, sunRadius } = layout;
  const colour = lighten(palette.sun, 0.25);
  for (let index = 0; index < 190; index++) {
    const at = random.next() ** 1.25;
    const y = horizon + (height - horizon) * at + unit * 0.3;
    const spread = sunRadius * (0.55 + 1.9 * at);
    context.fillStyle = fade(colour, random.between(0.25, 0.85) * (1 - at * 0.6));
    paintLens(
      context,
      sunX + random.around(0, spread),
      y,
      unit * (1.2 + 6 * at) * random.between(0.4, 1.3),
      unit * (0.1 + 0.4 * at),
    );
  }
}

/** Long swells with a lit back and foam: a sea in motion. @type {Paint} */
export function paintWaves(context, scene, random) {
  const { palette, layout, weather, strength } = scene;
  const { width, height, horizon, unit } = layout;
  const rough = weather.includes('storm') ? 2.3 : weather.includes('wind') ? 1.5 : 0.75;
  const rows = 8;
  const foam = mix('#ffffff', palette.ambient, palette.ambientShare * 0.7);
  for (let row = 1; row < rows; row++) {
    const at = row / rows;
    const base = horizon + (height - horizon) * at ** 1.35;
    const swell = unit * rough * (0.4 + 3.2 * at);
    const noise = createNoise(random.fork(`row ${row}`), 2);
    const crest = (/** @type {number} */ x) => base - swell * Math.abs(noise(x / (unit * (7 + 15 * at)))) ** 0.75 * 1.6;
    /** @type {Point[]} */
    const line = [];
    for (let x = -unit; x <= width + unit; x += unit) line.push([x, crest(x)]);
    const body = mix(palette.water, palette.sky[3], 0.3 * (1 - at));
    const style = downwards(context, base - swell * 1.4, base + swell * 2, [
      fade(lighten(body, 0.2), 0.85),
      fade(darken(body, 0.12), 0.6),
      fade(body, 0),
    ]);
    fillPolygon(context, style, [[-unit, base + swell * 2], ...line, [width + unit, base + swell * 2]]);
    context.strokeStyle = fade(foam, (0.22 + 0.3 * at) * Math.min(1, rough * 0.8 + strength * 0.3));
    context.lineWidth = unit * (0.12 + 0.34 * at) * Math.min(1.6, rough);
    context.lineCap = 'round';
    context.beginPath();
    for (const [index, [x, y]] of line.entries()) {
      if (base - y < swell * 0.75 || index === 0) context.moveTo(x, y);
      else context.lineTo(x, y);
    }
    context.stroke();
  }
}
