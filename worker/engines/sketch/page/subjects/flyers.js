import { darken, fade, lighten, mix } from '../colour.js';
import { fillEllipse, fillOutline, fillPolygon, glow, rightwards, strokeOutline } from '../draw.js';

/** @import { Context, Random } from '../types.d.ts' */

/** All these draw in a box of 100 by 100. */

/** @param {Context} context @param {string} ink */
export function drawGull(context, ink) {
  fillOutline(
    context,
    ink,
    'M0 44C14 30 34 30 50 52C66 30 86 30 100 44C84 38 66 44 54 62C52 66 48 66 46 62C34 44 16 38 0 44Z',
  );
}

/** @param {Context} context @param {Random} random @param {{ hue: string, second: string, dark: string }} paint */
export function drawBalloon(context, random, { hue, second, dark }) {
  const hull = new Path2D('M50 0C78 0 90 20 88 36C86 54 66 68 58 78L42 78C34 68 14 54 12 36C10 20 22 0 50 0Z');
  context.save();
  context.clip(hull);
  const gores = 9;
  context.fillStyle = hue;
  context.fillRect(0, -2, 100, 84);
  for (let gore = 0; gore < gores; gore++) {
    const from = Math.cos(Math.PI * (gore / gores));
    const to = Math.cos(Math.PI * ((gore + 1) / gores));
    context.fillStyle = gore % 2 === 0 ? hue : second;
    context.beginPath();
    context.moveTo(50, -2);
    context.bezierCurveTo(50 - from * 52, 4, 50 - from * 52, 52, 50 - from * 9, 80);
    context.lineTo(50 - to * 9, 80);
    context.bezierCurveTo(50 - to * 52, 52, 50 - to * 52, 4, 50, -2);
    context.fill();
  }
  if (random.chance(0.6)) {
    context.fillStyle = fade(dark, 0.25);
    context.fillRect(0, 40, 100, 8);
  }
  context.fillStyle = rightwards(context, 10, 90, [fade('#ffffff', 0.35), fade('#ffffff', 0), fade(dark, 0.5)]);
  context.fillRect(0, 0, 100, 80);
  context.restore();
  strokeOutline(context, fade(dark, 0.8), 0.7, 'M43 78L45 89M57 78L55 89M50 78L50 89');
  context.fillStyle = rightwards(context, 43, 57, ['#a87446', '#6b4226']);
  context.beginPath();
  context.roundRect(43.5, 88, 13, 11, 2);
  context.fill();
}

/** @param {Context} context @param {{ hull: string, dark: string, trim: string }} paint nose to the right */
export function drawPlane(context, { hull, dark, trim }) {
  fillOutline(context, darken(hull, 0.3), 'M44 48L20 28L30 28L62 46Z');
  fillOutline(context, darken(trim, 0.1), 'M4 22L16 22L26 46L10 48Z');
  fillOutline(context, hull, 'M6 46C20 42 66 41 82 43C92 44 98 49 99 52C96 56 86 58 76 58L26 56C16 55 8 51 6 46Z');
  fillOutline(context, fade(dark, 0.32), 'M7 48C30 54 70 55 99 52C96 56 86 58 76 58L26 56C16 55 10 52 7 48Z');
  fillOutline(context, fade(dark, 0.85), 'M84 45L92 48L88 49.6L82 48.4Z');
  for (let window = 0; window < 11; window++) fillEllipse(context, fade(dark, 0.7), 28 + window * 4.6, 48, 1, 1.2);
  fillOutline(context, mix(hull, dark, 0.12), 'M46 52L64 53L34 80L25 80Z');
  fillOutline(context, mix(hull, dark, 0.2), 'M10 48L20 49L8 60L3 60Z');
}

/** @param {Context} context @param {{ hull: string, dark: string, trim: string }} paint nose up, flame below */
export function drawRocket(context, { hull, dark, trim }) {
  glow(context, 50, 88, 34, '#ffb14a', 0.8);
  fillOutline(context, '#ff8a3c', 'M40 76C36 90 46 96 50 110C54 96 64 90 60 76Z');
  fillOutline(context, '#ffe08a', 'M44 76C42 86 48 90 50 100C52 90 58 86 56 76Z');
  fillOutline(context, darken(trim, 0.1), 'M36 54C26 60 22 70 24 82L38 74ZM64 54C74 60 78 70 76 82L62 74Z');
  context.fillStyle = rightwards(context, 34, 66, [lighten(hull, 0.3), hull, darken(hull, 0.3)]);
  context.fill(new Path2D('M50 2C64 16 68 36 66 56C65 66 62 74 60 78L40 78C38 74 35 66 34 56C32 36 36 16 50 2Z'));
  fillOutline(context, trim, 'M50 2C56 8 60 15 62.5 22L37.5 22C40 15 44 8 50 2Z');
  fillEllipse(context, darken(trim, 0.2), 50, 37, 8.4);
  fillEllipse(context, mix(dark, '#7fd0e8', 0.6), 50, 37, 6.4);
  fillOutline(context, fade('#ffffff', 0.6), 'M45.6 36C46 33 48 31.8 50 31.6C48 33 46.8 34.6 46.6 37Z');
  fillOutline(context, trim, 'M48.4 58L51.6 58L51.6 86L48.4 86Z');
}

/** @param {Context} context @param {{ hull: string, light: string }} paint */
export function drawSaucer(context, { hull, light }) {
  const beam = context.createLinearGradient(0, 56, 0, 160);
  beam.addColorStop(0, fade(light, 0.55));
  beam.addColorStop(1, fade(light, 0));
  fillPolygon(context, beam, [
    [36, 56],
    [64, 56],
    [96, 160],
    [4, 160],
  ]);
  fillOutline(context, fade('#c9f4ff', 0.7), 'M30 42C32 18 68 18 70 42Z');
  context.fillStyle = rightwards(context, 0, 100, [lighten(hull, 0.35), hull, darken(hull, 0.35)]);
  context.beginPath();
  context.ellipse(50, 48, 50, 13, 0, 0, Math.PI * 2);
  context.fill();
  fillEllipse(context, fade('#ffffff', 0.3), 44, 44, 36, 5);
  for (let lamp = 0; lamp < 7; lamp++)
    fillEllipse(context, light, 14 + lamp * 12, 52 + Math.sin((lamp / 6) * Math.PI) * 5, 2.6);
}

/** @param {Context} context @param {{ hull: string, glass: string, light: string }} paint nose to the right */
export function drawFlyingCar(context, { hull, glass, light }) {
  const trail = context.createLinearGradient(-160, 0, 8, 0);
  trail.addColorStop(0, fade(light, 0));
  trail.addColorStop(1, fade(light, 0.85));
  fillPolygon(context, trail, [
    [-160, 54],
    [8, 49],
    [8, 58],
  ]);
  glow(context, 24, 70, 24, light, 0.75, 0.5);
  glow(context, 76, 70, 24, light, 0.75, 0.5);
  fillOutline(context, glass, 'M26 44C34 26 46 22 58 22C70 23 78 32 84 44Z');
  fillOutline(context, fade('#ffffff', 0.35), 'M33 42C40 29 48 26 56 26L50 42Z');
  fillOutline(context, hull, 'M2 54C4 44 20 42 30 42L78 42C90 43 98 50 100 57C98 64 86 66 78 66L18 66C8 65 3 61 2 54Z');
  fillOutline(context, darken(hull, 0.32), 'M2 56C30 60 70 60 100 57C98 64 86 66 78 66L18 66C8 65 3 61 2 56Z');
  fillEllipse(context, '#fff6d8', 96, 54, 3.4, 2.4);
  fillEllipse(context, light, 4.5, 54, 3, 2.6);
  for (const x of [24, 76]) fillEllipse(context, lighten(light, 0.5), x, 67, 10, 2.6);
}

/** @param {Context} context @param {{ body: string, wing: string }} paint head to the right */
export function drawDragon(context, { body, wing }) {
  fillOutline(
    context,
    darken(wing, 0.25),
    'M46 48C40 26 46 10 62 0C60 8 62 14 68 18C64 20 62 26 66 32C60 32 57 38 58 48Z',
  );
  strokeOutline(context, body, 3.4, 'M44 56C30 62 20 74 2 66');
  fillOutline(context, body, 'M0 60L12 66L2 74Z');
  fillOutline(
    context,
    body,
    'M32 56C40 46 56 44 66 46C74 40 80 32 86 31C88 26 90 24 91 24C91 28 92 30 94 32L100 37C96 41 90 40 87 40C82 46 78 54 70 58C60 64 42 64 32 56Z',
  );
  fillOutline(
    context,
    wing,
    'M52 50C36 36 22 28 2 26C10 32 12 38 10 44C18 42 23 46 24 53C31 49 36 52 38 58C42 52 48 53 54 56Z',
  );
  strokeOutline(
    context,
    darken(body, 0.2),
    1,
    'M53 51C36 38 22 30 4 27M52 52C38 46 24 43 11 44M52 53C42 50 32 50 24 53',
  );
  fillOutline(context, darken(body, 0.12), 'M44 60L40 72L44 71L50 61ZM62 58L62 70L66 69L68 58Z');
  fillEllipse(context, '#ffd75e', 91, 33.4, 1.3);
}

/** @param {Context} context @param {{ wing: string, dark: string }} paint */
export function drawButterfly(context, { wing, dark }) {
  for (const side of [-1, 1]) {
    context.save();
    context.translate(50, 50);
    context.scale(side, 1);
    fillOutline(context, dark, 'M1 -4C8 -34 34 -46 47 -38C52 -26 36 -2 2 2Z');
    fillOutline(context, wing, 'M4 -6C11 -30 32 -40 43 -35C46 -26 33 -5 4 -1Z');
    fillOutline(context, dark, 'M1 2C26 2 38 14 32 30C22 40 6 24 1 6Z');
    fillOutline(context, lighten(wing, 0.25), 'M4 6C24 6 33 15 28 27C21 34 8 22 4 8Z');
    for (const [x, y, radius] of [
      [40, -30, 2.2],
      [42, -22, 1.6],
      [27, 27, 1.8],
    ])
      fillEllipse(context, '#fff8ea', x, y, radius);
    context.restore();
  }
  fillEllipse(context, dark, 50, 50, 2.4, 15);
  strokeOutline(context, dark, 1, 'M50 36C48 26 42 20 38 19M50 36C52 26 58 20 62 19');
}

/** @param {Context} context @param {Random} random */
export function drawSkyLantern(context, random) {
  glow(context, 50, 55, 95, '#ffb454', 0.55);
  const hue = random.pick(['#ffb45a', '#ff9a4a', '#ffc56e']);
  const gradient = context.createLinearGradient(0, 10, 0, 92);
  gradient.addColorStop(0, darken(hue, 0.18));
  gradient.addColorStop(1, '#fff0b8');
  fillOutline(context, gradient, 'M26 14C36 6 64 6 74 14L68 90L32 90Z');
}
