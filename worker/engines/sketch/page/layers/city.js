import { darken, fade, lighten, mix } from '../colour.js';
import { downwards, fillEllipse, fillPolygon, glow, rightwards } from '../draw.js';
import { atDepth } from '../palette.js';

/** @import { Context, Paint, Random, Scene } from '../types.d.ts' */

/**
 * @typedef {{ x: number, foot: number, width: number, height: number, lit: string, shade: string, glass: string, glassShare: number, unit: number, futuristic: boolean, accent: string }} Tower
 */

/** @param {Scene} scene */
const isDark = ({ time, styles }) => time === 'night' || time === 'dusk' || styles.includes('neon');
/** @param {Scene} scene */
const isFuture = ({ moods, styles, things }) =>
  moods.includes('futuristic') || styles.includes('neon') || things.some(({ name }) => name === 'flyingcar');

/** @param {Context} context @param {Random} random @param {Tower} tower */
function paintTower(context, random, tower) {
  const { x, foot, width, height, lit, shade, unit } = tower;
  const top = foot - height;
  context.fillStyle = rightwards(context, x, x + width, [lit, mix(lit, shade, 0.5), shade]);
  context.fillRect(x, top, width, height);
  const crown = random.integer(0, 4);
  if (crown === 0)
    fillPolygon(context, mix(lit, shade, 0.4), [
      [x, top],
      [x + width * 0.5, top - width * random.between(0.4, 0.9)],
      [x + width, top],
    ]);
  else if (crown === 1)
    fillPolygon(context, mix(lit, shade, 0.4), [
      [x, top],
      [x, top - width * 0.45],
      [x + width, top + 1],
    ]);
  else if (crown === 2) {
    context.fillStyle = mix(lit, shade, 0.5);
    context.fillRect(x + width * 0.18, top - unit * 2.2, width * 0.64, unit * 2.3);
    context.fillRect(x + width * 0.34, top - unit * 4, width * 0.32, unit * 2);
  }
  if (crown < 3 && random.chance(0.45)) {
    context.fillStyle = shade;
    context.fillRect(x + width * 0.49, top - unit * random.between(5, 9), Math.max(0.8, unit * 0.22), unit * 9);
  }
  paintWindows(context, random, tower);
}

/** @param {Context} context @param {Random} random @param {Tower} tower */
function paintWindows(context, random, { x, foot, width, height, glass, glassShare, unit }) {
  const cell = Math.max(3, unit * 1.15);
  const columns = Math.max(1, Math.floor((width - cell * 0.4) / cell));
  const rows = Math.floor(height / (cell * 1.25));
  const inset = (width - columns * cell) / 2;
  const stripes = random.chance(0.25);
  context.fillStyle = glass;
  context.beginPath();
  for (let row = 1; row < rows; row++) {
    const y = foot - height + row * cell * 1.25;
    if (stripes) {
      if (random.chance(0.7)) context.rect(x + inset, y, columns * cell * random.between(0.4, 1), cell * 0.3);
      continue;
    }
    for (let column = 0; column < columns; column++) {
      if (random.next() < glassShare) context.rect(x + inset + (column + 0.24) * cell, y, cell * 0.52, cell * 0.72);
    }
  }
  context.fill();
}

/** A slender tower of a future city: tapered, with rings and a light at its top. @param {Context} context @param {Random} random @param {Tower} tower */
function paintSpire(context, random, tower) {
  const { x, foot, width, height, lit, shade, accent, unit } = tower;
  const middle = x + width / 2;
  const top = foot - height;
  const waist = width * random.between(0.18, 0.34);
  const outline = new Path2D(
    `M${x} ${foot}C${middle - waist} ${foot - height * 0.4} ${middle - waist} ${foot - height * 0.6} ${middle - waist * 0.55} ${top + height * 0.1}L${middle} ${top - unit * 6}L${middle + waist * 0.55} ${top + height * 0.1}C${middle + waist} ${foot - height * 0.6} ${middle + waist} ${foot - height * 0.4} ${x + width} ${foot}Z`,
  );
  context.fillStyle = rightwards(context, x, x + width, [lit, mix(lit, shade, 0.35), shade]);
  context.fill(outline);
  const deck = top + height * random.between(0.14, 0.34);
  fillEllipse(context, mix(lit, shade, 0.6), middle, deck, width * 0.62, width * 0.15);
  fillEllipse(context, lighten(lit, 0.15), middle, deck - width * 0.05, width * 0.62, width * 0.12);
  context.fillStyle = fade(accent, 0.9);
  context.fillRect(middle - width * 0.56, deck + width * 0.02, width * 1.12, Math.max(1, unit * 0.22));
  for (let line = 0; line < 7; line++)
    context.fillRect(
      middle - waist * 0.4,
      deck + height * (0.07 + line * 0.075),
      waist * 0.8 * random.between(0.4, 1),
      Math.max(0.8, unit * 0.26),
    );
  glow(context, middle, top - unit * 6, unit * 3.4, accent, 0.8);
}

/** @param {Context} context @param {Scene} scene @param {Random} random @param {{ foot: number, tall: number, depth: number, row: number }} block */
function paintBlock(context, scene, random, { foot, tall, depth, row }) {
  const { palette, layout } = scene;
  const { width, unit, focusX, sunX } = layout;
  const dark = isDark(scene);
  const future = isFuture(scene);
  const base = dark ? mix(palette.land, palette.sky[1], 0.25) : mix(palette.land, palette.sky[2], 0.42);
  let x = -unit * random.between(0, 6);
  while (x < width) {
    const wide = unit * random.between(5.5, 11) * (1 + row * 0.12);
    const near = Math.exp(-(((x + wide / 2 - focusX) / (width * 0.24)) ** 2));
    const hue = dark ? base : mix(base, random.pick(['#d9b08c', '#b9c4d0', '#cfa08a', '#9fb3bd']), 0.35);
    const lit = atDepth(palette, mix(hue, palette.sun, 0.2), depth);
    const shade = atDepth(palette, darken(hue, 0.22), depth);
    const neon = random.pick([palette.accent, palette.sun, lighten(palette.sky[3], 0.2)]);
    const glass = dark
      ? fade(scene.styles.includes('neon') ? neon : palette.accent, 0.95 - depth * 0.75)
      : fade(lighten(palette.sky[1], 0.25), 0.55 - depth * 0.4);
    const tower = {
      x,
      foot,
      width: wide,
      height: tall * random.between(0.4, 0.85) * (0.65 + 0.75 * near),
      lit: sunX < x ? lit : shade,
      shade: sunX < x ? shade : lit,
      glass,
      glassShare: dark ? 0.42 : 0.8,
      unit: unit * (1 - depth * 0.35),
      futuristic: future,
      accent: neon,
    };
    if (future && row > 0 && random.chance(0.3))
      paintSpire(context, random, { ...tower, height: tower.height * 1.3, width: wide * 1.15 });
    else paintTower(context, random, tower);
    if (dark && scene.styles.includes('neon') && row > 0 && random.chance(0.4)) paintSign(context, random, tower);
    x += wide * random.between(0.82, 1.25);
  }
}

/** A neon sign with invented letters. @param {Context} context @param {Random} random @param {Tower} tower */
function paintSign(context, random, { x, foot, width, height, accent, unit }) {
  const tall = unit * random.between(7, 13);
  const left = x + width * random.between(0.1, 0.6);
  const top = foot - height * random.between(0.5, 0.9);
  glow(context, left + unit, top + tall / 2, tall, accent, 0.4);
  context.fillStyle = fade(accent, 0.22);
  context.fillRect(left, top, unit * 2.2, tall);
  context.fillStyle = lighten(accent, 0.45);
  for (let y = top + unit * 0.6; y < top + tall - unit * 1.4; y += unit * 1.9) {
    for (let stroke = 0; stroke < 3; stroke++)
      context.fillRect(
        left + unit * random.between(0.4, 0.9),
        y + stroke * unit * 0.5,
        unit * random.between(0.5, 1),
        unit * 0.2,
      );
  }
}

/** @type {Paint} */
export function paintCity(context, scene, random) {
  const { palette, layout } = scene;
  const { width, horizon, unit, focusX } = layout;
  const dark = isDark(scene);
  const tall = Math.min(horizon * 0.82, unit * 62);
  const foot = horizon + unit;
  for (const [row, [depth, share]] of /** @type {const} */ ([
    [0.78, 0.72],
    [0.5, 0.86],
    [0.16, 0.62],
  ]).entries()) {
    paintBlock(context, scene, random.fork(`block ${row}`), { foot, tall: tall * share, depth, row });
    const air = dark ? mix(palette.haze, palette.sky[3], 0.4) : palette.sky[3];
    if (row < 2) {
      context.fillStyle = downwards(context, foot - unit * 32, foot, [fade(air, 0), fade(air, dark ? 0.3 : 0.5)]);
      context.fillRect(0, foot - unit * 32, width, unit * 32);
      if (dark) glow(context, focusX, foot, width * 0.5, palette.sky[3], 0.35, 0.4);
    }
  }
}

/** A wet street or a quay that reflects the city's lights. @type {Paint} */
export function paintStreet(context, scene) {
  const { palette, layout } = scene;
  const { width, height, horizon, unit, focusX } = layout;
  const dark = isDark(scene);
  const tone = dark ? darken(palette.land, 0.1) : mix(palette.ground, '#9aa0a6', 0.6);
  context.fillStyle = downwards(context, horizon, height, [
    mix(tone, palette.sky[3], dark ? 0.4 : 0.2),
    tone,
    darken(tone, 0.3),
  ]);
  context.fillRect(0, horizon + unit * 0.8, width, height);
  const lane = lighten(dark ? palette.accent : '#f4f1e6', 0.2);
  for (let dash = 0; dash < 7; dash++) {
    const at = (dash / 7) ** 1.8;
    const y = horizon + unit + (height - horizon) * at;
    const long = (height - horizon) * 0.02 + (height - horizon) * 0.12 * at;
    fillPolygon(context, fade(lane, 0.75), [
      [focusX - unit * (0.1 + 0.9 * at), y],
      [focusX + unit * (0.1 + 0.9 * at), y],
      [focusX + unit * (0.2 + 1.2 * at), y + long],
      [focusX - unit * (0.2 + 1.2 * at), y + long],
    ]);
  }
  for (const side of [-1, 1]) {
    fillPolygon(context, fade(darken(tone, 0.35), 0.55), [
      [focusX + side * unit * 5, horizon + unit],
      [focusX + side * width * 1.2, horizon + unit],
      [focusX + side * width * 1.2, height * 1.02],
      [focusX + side * unit * 40, height * 1.02],
    ]);
    fillPolygon(context, fade(lane, 0.3), [
      [focusX + side * unit * 5, horizon + unit],
      [focusX + side * unit * 5.3, horizon + unit],
      [focusX + side * unit * 41.5, height],
      [focusX + side * unit * 40, height],
    ]);
  }
  if (dark) glow(context, focusX, horizon + unit * 2, width * 0.5, palette.sky[3], 0.4, 0.5);
}
