import { darken, fade, lighten, mix } from '../colour.js';
import { downwards, fillEllipse, fillOutline, glow, rightwards, strokeOutline } from '../draw.js';

/** @import { Context, Random } from '../types.d.ts' */

/** @param {Context} context @param {number} x @param {number} y @param {number} width @param {number} height @param {number} radius @param {string} tone */
function plate(context, x, y, width, height, radius, tone) {
  context.fillStyle = rightwards(context, x, x + width, [lighten(tone, 0.3), tone, darken(tone, 0.24)]);
  context.beginPath();
  context.roundRect(x, y, width, height, radius);
  context.fill();
  context.strokeStyle = fade(darken(tone, 0.55), 0.55);
  context.lineWidth = 0.7;
  context.stroke();
}

/** A robot that waves, in a box of 100 by 100. @param {Context} context @param {Random} random @param {{ hull: string, trim: string, light: string }} paint */
export function drawRobot(context, random, { hull, trim, light }) {
  const steel = mix(hull, '#5b6270', 0.6);
  for (const x of [37, 55]) {
    plate(context, x + 1.5, 80, 5, 12, 2, steel);
    plate(context, x - 2, 91, 12, 7.6, 3.4, hull);
  }
  drawArms(context, hull, steel, light);
  plate(context, 32, 55, 36, 29, 9, hull);
  plate(context, 45, 49, 10, 8, 2, steel);
  context.fillStyle = fade(darken(hull, 0.35), 0.5);
  context.beginPath();
  context.roundRect(38.5, 61, 23, 16, 4);
  context.fill();
  fillEllipse(context, darken(trim, 0.3), 45.5, 69, 5.2);
  glow(context, 45.5, 69, 10, light, 0.7);
  fillEllipse(context, light, 45.5, 69, 3.2);
  for (let bar = 0; bar < 3; bar++) {
    context.fillStyle = [trim, light, lighten(hull, 0.4)][bar] ?? trim;
    context.fillRect(53, 64 + bar * 3.6, random.between(4, 7), 1.8);
  }
  drawHead(context, { hull, trim, light, steel });
}

/** @param {Context} context @param {{ hull: string, trim: string, light: string, steel: string }} paint */
function drawHead(context, { hull, trim, light, steel }) {
  strokeOutline(context, steel, 1.6, 'M50 18L50 8');
  glow(context, 50, 6.5, 9, light, 0.8);
  fillEllipse(context, trim, 50, 6.5, 3);
  for (const x of [22, 72.6]) plate(context, x, 28, 5.6, 14, 2.4, trim);
  plate(context, 26, 16, 48, 36, 13, hull);
  context.fillStyle = downwards(context, 24, 46, ['#141827', '#232b42']);
  context.beginPath();
  context.roundRect(31, 23, 38, 22, 9.5);
  context.fill();
  for (const x of [41, 59]) {
    glow(context, x, 33.5, 10, light, 0.75);
    fillEllipse(context, light, x, 33.5, 4.4, 5);
    fillEllipse(context, '#ffffff', x + 1.3, 31.6, 1.3);
  }
  strokeOutline(context, light, 1.2, 'M46 40.4C48 42.4 52 42.4 54 40.4');
  fillOutline(context, fade('#ffffff', 0.16), 'M36 24L52 24L40 44L34 43C32 40 31 34 32 30Z');
  for (const x of [31.4, 68.6]) fillEllipse(context, fade(darken(hull, 0.5), 0.6), x, 48.4, 0.9);
}

/** @param {Context} context @param {string} hull @param {string} steel @param {string} light */
function drawArms(context, hull, steel, light) {
  strokeOutline(context, steel, 4.4, 'M33 61C24 64 21 70 22 77');
  strokeOutline(context, steel, 4.4, 'M67 61C77 60 82 54 83 46');
  fillEllipse(context, hull, 32, 61, 5);
  fillEllipse(context, hull, 68, 61, 5);
  for (const [x, y] of [
    [22, 79],
    [83, 44],
  ]) {
    fillEllipse(context, hull, x, y, 5);
    fillEllipse(context, fade(light, 0.8), x, y, 1.7);
  }
  strokeOutline(
    context,
    steel,
    2.4,
    'M80 40L77 35M83.4 39L83.6 33M86.6 41L90 36M19 82L16 86M22 83.6L22 88M25 82L28 85',
  );
}
