import { darken, fade, lighten, mix } from '../colour.js';
import { downwards, fillPolygon, glow, rightwards } from '../draw.js';

/** @import { Context, Random } from '../types.d.ts' */

/**
 * @typedef {{ wall: string, shade: string, roof: string, window: string, glowing: boolean, flag: string, sunRight: boolean }} Masonry
 * @typedef {{ x: number, foot: number, width: number, height: number }} Shaft in the castle's own units
 */

/** @param {Context} context @param {Masonry} masonry @param {number} left @param {number} width */
function wallStyle(context, { wall, shade, sunRight }, left, width) {
  const tones = [lighten(wall, 0.12), wall, mix(wall, shade, 0.6), shade];
  return rightwards(context, left, left + width, sunRight ? tones.toReversed() : tones);
}

/** @param {Context} context @param {Masonry} masonry @param {Random} random @param {Shaft} shaft @param {boolean} pointed */
function paintTurret(context, masonry, random, { x, foot, width, height }, pointed) {
  const left = x - width / 2;
  const top = foot - height;
  context.fillStyle = wallStyle(context, masonry, left, width);
  context.fillRect(left, top, width, height);
  const cap = width * 1.24;
  context.fillStyle = wallStyle(context, masonry, x - cap / 2, cap);
  context.fillRect(x - cap / 2, top - width * 0.1, cap, width * 0.32);
  fillPolygon(context, fade(masonry.shade, 0.5), [
    [left, top + width * 0.22],
    [left + width, top + width * 0.22],
    [left + width, top + width * 0.34],
  ]);
  if (pointed) paintRoof(context, masonry, random, x, top - width * 0.1, cap * 1.06, width * random.between(1.5, 2.1));
  else
    for (let merlon = 0; merlon < 4; merlon++)
      context.fillRect(x - cap / 2 + (merlon * cap) / 3.6, top - width * 0.32, cap / 6, width * 0.26);
  paintOpenings(context, masonry, random, { x, foot, width, height });
}

/** @param {Context} context @param {Masonry} masonry @param {Random} random @param {number} x @param {number} y @param {number} width @param {number} height */
function paintRoof(context, { roof, flag, sunRight }, random, x, y, width, height) {
  const tones = [lighten(roof, 0.2), roof, darken(roof, 0.28)];
  fillPolygon(context, rightwards(context, x - width / 2, x + width / 2, sunRight ? tones.toReversed() : tones), [
    [x - width / 2, y],
    [x - width * 0.14, y - height * 0.62],
    [x, y - height],
    [x + width * 0.14, y - height * 0.62],
    [x + width / 2, y],
  ]);
  if (!random.chance(0.55)) return;
  const mast = y - height;
  context.fillStyle = darken(roof, 0.4);
  context.fillRect(x - 0.15, mast - 4, 0.3, 4.4);
  context.fillStyle = flag;
  context.beginPath();
  context.moveTo(x, mast - 4);
  context.quadraticCurveTo(x + 1.6, mast - 4.6, x + 3.4, mast - 3.3);
  context.quadraticCurveTo(x + 1.8, mast - 3.2, x, mast - 2.3);
  context.fill();
}

/** @param {Context} context @param {Masonry} masonry @param {Random} random @param {Shaft} shaft */
function paintOpenings(context, { window, glowing }, random, { x, foot, width, height }) {
  const size = Math.min(1.5, width * 0.2);
  for (let level = foot - height + width * 0.75; level < foot - size * 4; level += size * 4.6) {
    if (random.chance(0.35)) continue;
    if (glowing) glow(context, x, level, size * 4.5, window, 0.5);
    context.fillStyle = window;
    context.beginPath();
    context.roundRect(x - size / 2, level - size, size, size * 2.1, [size / 2, size / 2, 0, 0]);
    context.fill();
  }
}

/** @param {Context} context @param {Masonry} masonry @param {number} left @param {number} right @param {number} foot @param {number} height */
function paintWall(context, masonry, left, right, foot, height) {
  context.fillStyle = downwards(context, foot - height, foot, [
    mix(masonry.wall, masonry.shade, 0.2),
    mix(masonry.wall, masonry.shade, 0.55),
  ]);
  context.fillRect(left, foot - height, right - left, height);
  for (let x = left; x < right - 0.8; x += 2.4) context.fillRect(x, foot - height - 1.3, 1.4, 1.5);
  context.fillStyle = fade(masonry.shade, 0.3);
  for (let row = 0; row < height / 1.8; row++) {
    for (let stone = left + ((row * 2.7) % 4); stone < right - 2; stone += 5.3)
      context.fillRect(stone, foot - height + 1 + row * 1.8, 1.7, 0.55);
  }
}

/**
 * A castle in a box of 100 by 100, its foot at y = 100, its middle at x = 50.
 * @param {Context} context @param {Random} random @param {Masonry} masonry
 */
export function paintCastle(context, random, masonry) {
  const far = { ...masonry, wall: mix(masonry.wall, masonry.shade, 0.35) };
  for (const side of [-1, 1]) {
    paintTurret(
      context,
      far,
      random,
      { x: 50 + side * random.between(13, 17), foot: 84, width: 7, height: random.between(34, 50) },
      true,
    );
    if (random.chance(0.7))
      paintTurret(
        context,
        far,
        random,
        { x: 50 + side * random.between(24, 29), foot: 86, width: 5.4, height: random.between(24, 34) },
        true,
      );
  }
  paintWall(context, masonry, 34, 66, 88, 34);
  paintTurret(
    context,
    masonry,
    random,
    { x: 50 + random.around(0, 4), foot: 60, width: 10, height: random.between(26, 34) },
    true,
  );
  paintTurret(context, masonry, random, { x: 36, foot: 88, width: 7.6, height: random.between(34, 44) }, true);
  paintTurret(context, masonry, random, { x: 64.5, foot: 88, width: 8.2, height: random.between(38, 48) }, true);
  paintWall(context, masonry, 16, 84, 100, 17);
  for (const x of [16, 84])
    paintTurret(
      context,
      masonry,
      random,
      { x, foot: 101, width: 8.6, height: random.between(23, 28) },
      random.chance(0.7),
    );
  for (const x of [41, 59]) paintTurret(context, masonry, random, { x, foot: 101, width: 6, height: 25 }, true);
  paintGate(context, masonry);
}

/** @param {Context} context @param {Masonry} masonry */
function paintGate(context, { shade, window, glowing }) {
  if (glowing) glow(context, 50, 95, 14, window, 0.55);
  context.fillStyle = darken(shade, 0.45);
  context.beginPath();
  context.roundRect(45.6, 88, 8.8, 13, [4.4, 4.4, 0, 0]);
  context.fill();
  context.fillStyle = fade(glowing ? window : lighten(shade, 0.2), 0.55);
  context.beginPath();
  context.roundRect(46.8, 89.4, 6.4, 11.6, [3.2, 3.2, 0, 0]);
  context.fill();
  context.fillStyle = darken(shade, 0.5);
  for (let bar = 0; bar < 4; bar++) context.fillRect(47.6 + bar * 1.5, 89.4, 0.35, 11.6);
  for (let bar = 0; bar < 4; bar++) context.fillRect(46.8, 91.5 + bar * 2.3, 6.4, 0.35);
}
