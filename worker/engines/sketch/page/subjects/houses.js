import { darken, fade, lighten, mix } from '../colour.js';
import { fillEllipse, fillPolygon, glow, rightwards, strokeOutline } from '../draw.js';

/** @import { Context, Random } from '../types.d.ts' */

/** @typedef {{ wall: string, roof: string, window: string, glowing: boolean, snow: string | null }} Timber */

/** A cottage in a box of 100 by 100, foot at y = 100. @param {Context} context @param {Random} random @param {Timber} timber */
export function paintCottage(context, random, { snow, ...timber }) {
  const { wall, roof } = timber;
  const eaves = 62;
  fillPolygon(context, rightwards(context, 12, 62, [lighten(wall, 0.14), wall]), [
    [12, 100],
    [12, eaves],
    [37, 36],
    [62, eaves],
    [62, 100],
  ]);
  fillPolygon(context, darken(wall, 0.22), [
    [62, 100],
    [62, eaves],
    [90, eaves],
    [90, 100],
  ]);
  context.fillStyle = darken(wall, 0.35);
  context.fillRect(74, 26, 8, 22);
  fillPolygon(context, darken(roof, 0.1), [
    [37, 31],
    [72, 31],
    [95, 65],
    [60, 65],
  ]);
  fillPolygon(context, roof, [
    [37, 31],
    [42, 31],
    [66, 66],
    [59, 68],
    [37, 41],
    [13, 68],
    [6, 65],
  ]);
  if (snow)
    fillPolygon(context, snow, [
      [37, 29],
      [72, 29],
      [90, 56],
      [84, 54],
      [78, 57],
      [70, 53],
      [62, 57],
      [56, 54],
    ]);
  paintCottageFront(context, timber);
  for (let puff = 0; puff < 6; puff++)
    fillEllipse(
      context,
      fade('#ffffff', 0.26 - puff * 0.04),
      79 + puff * 3.5 + random.around(0, 2),
      22 - puff * 6,
      3 + puff * 1.6,
    );
}

/** Windows and door. @param {Context} context @param {Omit<Timber, 'snow'>} timber */
function paintCottageFront(context, { wall, roof, window, glowing }) {
  const panes = [
    [24, 70, 9, 13],
    [69, 72, 10, 11],
    [33, 49, 8, 9],
  ];
  for (const [x, y, width, height] of panes) {
    if (glowing) glow(context, x + width / 2, y + height / 2, 24, window, 0.55);
    context.fillStyle = window;
    context.fillRect(x, y, width, height);
    context.fillStyle = darken(wall, 0.45);
    context.fillRect(x + width / 2 - 0.6, y, 1.2, height);
    context.fillRect(x, y + height / 2 - 0.6, width, 1.2);
  }
  context.fillStyle = darken(roof, 0.35);
  context.beginPath();
  context.roundRect(42, 75, 12, 25, [6, 6, 0, 0]);
  context.fill();
  fillEllipse(context, window, 51.5, 88, 0.9);
}

/** A windmill in a box of 100 by 100. @param {Context} context @param {Random} random @param {Timber} timber */
export function paintWindmill(context, random, { wall, roof, window }) {
  fillPolygon(context, rightwards(context, 34, 68, [lighten(wall, 0.2), wall, darken(wall, 0.3)]), [
    [34, 100],
    [41, 46],
    [59, 46],
    [66, 100],
  ]);
  fillPolygon(context, roof, [
    [39, 47],
    [50, 31],
    [61, 47],
  ]);
  context.fillStyle = window;
  context.fillRect(47, 62, 6, 8);
  context.fillStyle = darken(roof, 0.3);
  context.beginPath();
  context.roundRect(45, 84, 10, 16, [5, 5, 0, 0]);
  context.fill();
  const turn = random.between(0.2, 1.3);
  for (let sail = 0; sail < 4; sail++) {
    context.save();
    context.translate(50, 44);
    context.rotate(turn + (sail * Math.PI) / 2);
    context.fillStyle = darken(roof, 0.4);
    context.fillRect(-0.7, -42, 1.4, 42);
    context.fillStyle = fade(lighten(wall, 0.35), 0.92);
    context.fillRect(0.7, -41, 8, 32);
    context.fillStyle = fade(darken(roof, 0.3), 0.6);
    for (let lath = 0; lath < 7; lath++) context.fillRect(0.7, -41 + lath * 5, 8, 0.7);
    context.restore();
  }
  fillEllipse(context, darken(roof, 0.5), 50, 44, 2.4);
}

/** A pagoda in a box of 100 by 100. @param {Context} context @param {Timber} timber */
export function paintPagoda(context, { wall, roof, window, glowing }) {
  const storeys = 5;
  for (let storey = 0; storey < storeys; storey++) {
    const foot = 100 - storey * 17;
    const half = 21 - storey * 2.9;
    context.fillStyle = rightwards(context, 50 - half, 50 + half, [lighten(wall, 0.1), wall, darken(wall, 0.25)]);
    context.fillRect(50 - half, foot - 12, half * 2, 12);
    if (glowing) glow(context, 50, foot - 5, half * 1.2, window, 0.4);
    context.fillStyle = window;
    for (let pane = -1; pane <= 1; pane++) context.fillRect(50 + pane * half * 0.55 - 2, foot - 9, 4, 6);
    const reach = half * 1.62;
    const edge = foot - 11;
    context.fillStyle = rightwards(context, 50 - reach, 50 + reach, [lighten(roof, 0.18), roof, darken(roof, 0.3)]);
    context.beginPath();
    context.moveTo(50 - reach, edge - 2);
    context.quadraticCurveTo(50 - half * 0.9, edge - 2, 50 - half * 0.72, edge - 8.4);
    context.lineTo(50 + half * 0.72, edge - 8.4);
    context.quadraticCurveTo(50 + half * 0.9, edge - 2, 50 + reach, edge - 2);
    context.quadraticCurveTo(50, edge + 3.2, 50 - reach, edge - 2);
    context.fill();
  }
  strokeOutline(context, darken(roof, 0.3), 1, 'M50 12L50 0');
  for (let ring = 0; ring < 4; ring++)
    fillEllipse(context, mix(roof, '#e2b355', 0.6), 50, 9.5 - ring * 2.2, 2.2 - ring * 0.35, 0.6);
}

/** A lighthouse in a box of 100 by 100: the lamp is at (50, 17). @param {Context} context @param {{ wall: string, stripe: string, lamp: string }} paint */
export function paintLighthouse(context, { wall, stripe, lamp }) {
  const half = (/** @type {number} */ y) => 6.2 + ((y - 24) / 76) * 6;
  const band = (/** @type {string} */ tone, /** @type {number} */ top, /** @type {number} */ bottom) =>
    fillPolygon(context, rightwards(context, 38, 62, [lighten(tone, 0.12), tone, darken(tone, 0.34)]), [
      [50 - half(top), top],
      [50 + half(top), top],
      [50 + half(bottom), bottom],
      [50 - half(bottom), bottom],
    ]);
  for (let index = 0; index < 5; index++)
    band(index % 2 === 0 ? wall : stripe, 24 + index * 15.2, 24.2 + (index + 1) * 15.2);
  context.fillStyle = darken(stripe, 0.45);
  for (const y of [38, 62]) {
    context.beginPath();
    context.roundRect(48.4, y, 3.2, 6, 1.6);
    context.fill();
  }
  context.beginPath();
  context.roundRect(46.6, 89, 6.8, 11, [3.4, 3.4, 0, 0]);
  context.fill();
  context.fillRect(41, 22, 18, 2.6);
  context.fillStyle = fade(darken(stripe, 0.5), 0.9);
  for (let post = 0; post < 7; post++) context.fillRect(41.4 + post * 2.8, 18.6, 0.6, 4);
  context.fillRect(41, 18.2, 18, 0.7);
  context.fillStyle = lamp;
  context.fillRect(45, 12, 10, 10);
  context.fillStyle = darken(stripe, 0.5);
  for (const x of [45, 48, 51.2, 54.4]) context.fillRect(x, 12, 0.7, 10);
  fillPolygon(context, rightwards(context, 43, 57, [lighten(stripe, 0.1), darken(stripe, 0.25)]), [
    [43, 12.4],
    [50, 4],
    [57, 12.4],
  ]);
  fillEllipse(context, darken(stripe, 0.3), 50, 3.6, 1.1);
}
