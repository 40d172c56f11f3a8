import { darken, fade, lighten, mix } from '../colour.js';
import { downwards, fillEllipse, fillOutline, glow, inBox, rightwards, strokeOutline } from '../draw.js';

/** @import { Context, Paint, Random } from '../types.d.ts' */

const PETALS = ['#e5586a', '#f4a259', '#f6d365', '#c78be0', '#f7b2c4', '#fff2ea', '#7ea6e8'];

/** A table, a wall with light on it, a vase of flowers, fruit. @type {Paint} */
export function paintStillLife(context, scene, random) {
  const { layout, palette, colours } = scene;
  const { width, height, unit, sunX } = layout;
  const table = height * 0.7;
  const wall = colours[0]
    ? mix(colours[0], '#f3e7d8', 0.45)
    : random.pick(['#c9d3c4', '#e3c9b4', '#b9c8d4', '#d9c2c8', '#56606e']);
  context.fillStyle = rightwards(
    context,
    0,
    width,
    sunX < width / 2
      ? [lighten(wall, 0.25), wall, darken(wall, 0.22)]
      : [darken(wall, 0.22), wall, lighten(wall, 0.25)],
  );
  context.fillRect(0, 0, width, table);
  glow(context, sunX, height * 0.2, unit * 70, '#fff1d0', 0.42);
  const wood = random.pick(['#a9744a', '#8a5c42', '#c79a6b', '#5f4636']);
  context.fillStyle = downwards(context, table, height, [lighten(wood, 0.2), wood, darken(wood, 0.25)]);
  context.fillRect(0, table, width, height - table);
  for (let grain = 0; grain < 22; grain++) {
    context.fillStyle = fade(random.chance(0.5) ? darken(wood, 0.35) : lighten(wood, 0.3), 0.14);
    const y = table + (height - table) * random.next() ** 1.4;
    context.fillRect(
      random.between(-0.2, 0.8) * width,
      y,
      width * random.between(0.2, 0.7),
      Math.max(0.6, unit * 0.22),
    );
  }
  const x = width * 0.5 + (sunX < width / 2 ? -1 : 1) * unit * 7;
  paintVase(context, random.fork('vase'), { x, y: table + unit * 9, unit, hue: palette.accent, bloom: colours });
  paintFruit(context, random.fork('fruit'), {
    x: width - x,
    y: table + unit * 17,
    unit,
    away: sunX < width / 2 ? 1 : -1,
  });
}

/** @param {Context} context @param {Random} random @param {{ x: number, y: number, unit: number, hue: string, bloom: string[] }} vase */
function paintVase(context, random, { x, y, unit, hue, bloom }) {
  const glaze = mix(hue, random.pick(['#3f6f8a', '#e9e2d4', '#7a8f6a', '#35455c']), 0.7);
  fillEllipse(context, fade('#1c1210', 0.34), x + unit * 6, y, unit * 15, unit * 2.6);
  const heads = Array.from({ length: 15 }, () => ({
    x: x + random.around(0, unit * 19),
    y: y - unit * random.between(34, 58),
    size: unit * random.between(3.4, 6.6),
  })).sort((first, second) => first.y - second.y);
  for (const head of heads) {
    strokeOutline(
      context,
      '#4f7a4a',
      unit * 0.6,
      `M${x + random.around(0, unit * 2)} ${y - unit * 22}Q${x} ${head.y + unit * 12} ${head.x} ${head.y}`,
    );
  }
  for (let leaf = 0; leaf < 14; leaf++) {
    const angle = random.between(-2.9, -0.2);
    fillEllipse(
      context,
      random.pick(['#4f7a4a', '#6d9a5c', '#3d6546']),
      x + Math.cos(angle) * unit * 14,
      y - unit * 28 + Math.sin(angle) * unit * 13,
      unit * 6,
      unit * 2,
      angle,
    );
  }
  const hues = bloom.length > 0 ? [...bloom, ...bloom.map((tone) => lighten(tone, 0.4))] : PETALS;
  for (const head of heads) paintBloom(context, random, head, random.pick(hues));
  inBox(context, x, y, unit * 27, false, () => {
    fillOutline(
      context,
      rightwards(context, 22, 78, [lighten(glaze, 0.4), glaze, darken(glaze, 0.35)]),
      'M38 4L62 4C64 16 60 22 66 32C80 46 80 78 62 98L38 98C20 78 20 46 34 32C40 22 36 16 38 4Z',
    );
    fillEllipse(context, darken(glaze, 0.5), 50, 4, 12, 2.6);
    fillOutline(context, fade('#ffffff', 0.45), 'M34 40C28 50 28 66 33 76C31 64 32 50 38 38Z');
    strokeOutline(context, fade(lighten(glaze, 0.6), 0.6), 1.6, 'M26 52C40 58 60 58 74 52M25 62C40 68 60 68 75 62');
  });
}

/** @param {Context} context @param {Random} random @param {{ x: number, y: number, size: number }} head @param {string} hue */
function paintBloom(context, random, { x, y, size }, hue) {
  const petals = random.integer(6, 9);
  const turn = random.between(0, 1);
  for (const [ring, scale] of [
    [1, 1],
    [0.62, 0.72],
  ]) {
    for (let petal = 0; petal < petals; petal++) {
      const angle = turn + ring + (petal / petals) * Math.PI * 2;
      fillEllipse(
        context,
        ring === 1 ? darken(hue, 0.08 + 0.08 * Math.sin(angle)) : lighten(hue, 0.16),
        x + Math.cos(angle) * size * 0.52 * ring,
        y + Math.sin(angle) * size * 0.48 * ring,
        size * 0.46 * scale,
        size * 0.26 * scale,
        angle,
      );
    }
  }
  fillEllipse(context, '#f3c04c', x, y, size * 0.2);
  fillEllipse(context, '#b8772c', x + size * 0.04, y + size * 0.05, size * 0.1);
}

/** @param {Context} context @param {Random} random @param {{ x: number, y: number, unit: number, away: number }} fruit */
function paintFruit(context, random, { x, y, unit, away }) {
  const kinds = [
    ['#cf3a35', 5.6],
    ['#ee9a38', 5],
    ['#e8c63f', 4.6],
    ['#8fae48', 5.4],
    ['#b5333c', 5.2],
  ];
  const count = random.integer(3, 5);
  for (let index = 0; index < count; index++) {
    const [hue, radius] = /** @type {[string, number]} */ (kinds[(index + random.integer(0, 4)) % kinds.length]);
    const size = radius * unit;
    const cx = x + (index - count / 2 + 0.5) * unit * 10.4;
    const cy = y - size + (index % 2) * unit * 3;
    fillEllipse(context, fade('#1c1210', 0.35), cx + away * size * 0.5, cy + size * 0.92, size * 1.1, size * 0.2);
    const body = context.createRadialGradient(cx - away * size * 0.4, cy - size * 0.4, size * 0.1, cx, cy, size * 1.15);
    body.addColorStop(0, lighten(hue, 0.45));
    body.addColorStop(0.45, hue);
    body.addColorStop(1, darken(hue, 0.42));
    fillEllipse(context, body, cx, cy, size, size * 0.95);
    strokeOutline(
      context,
      '#5a3d28',
      unit * 0.5,
      `M${cx} ${cy - size * 0.86}Q${cx + unit * 0.4} ${cy - size * 1.2} ${cx + unit * 1.4} ${cy - size * 1.34}`,
    );
    if (index % 2 === 0) fillEllipse(context, '#5f8f4a', cx + unit * 2.4, cy - size * 1.16, unit * 2, unit * 0.8, -0.4);
    fillEllipse(
      context,
      fade('#ffffff', 0.5),
      cx - away * size * 0.36,
      cy - size * 0.42,
      size * 0.16,
      size * 0.1,
      -0.6,
    );
  }
}
