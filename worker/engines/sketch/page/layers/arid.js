import { darken, fade, lighten, mix } from '../colour.js';
import { downwards, fillEllipse, fillPolygon, glow } from '../draw.js';
import { createNoise } from '../noise.js';
import { atDepth, inLight } from '../palette.js';
import { paintBand } from './ground.js';
import { paintAir } from './mountains.js';

/** @import { Context, Paint, Point, Random, Scene } from '../types.d.ts' */

/** @param {Scene} scene */
const sand = ({ palette, colours }) =>
  inLight(palette, mix(mix('#dfa763', palette.sky[3], 0.16), colours[0] ?? '#dfa763', 0.35));

/** Dunes: each a long crest with a lit side and a shaded side. @type {Paint} */
export function paintDunes(context, scene, random) {
  const { palette, layout } = scene;
  const { width, height, horizon, unit, sunX } = layout;
  const base = sand(scene);
  const rows = 6;
  for (let row = 0; row < rows; row++) {
    const at = row / (rows - 1);
    const depth = 0.72 * (1 - at) ** 1.3;
    const top = horizon + (height - horizon) * (0.02 + 0.66 * at ** 1.4);
    const rise = unit * (4 + 9 * at);
    const peakX = width * random.between(0.1, 0.9);
    const noise = createNoise(random.fork(`dune ${row}`), 1);
    const crest = (/** @type {number} */ x) =>
      top - rise * Math.exp(-(((x - peakX) / (width * 0.3)) ** 2)) - rise * 0.35 * noise(x / (unit * 34));
    const lit = atDepth(palette, mix(base, palette.sun, 0.3), depth);
    const shade = atDepth(palette, darken(mix(base, palette.land, 0.32), 0.1), depth);
    paintBand(
      context,
      width,
      height,
      unit,
      crest,
      downwards(context, top - rise, top + unit * (10 + 20 * at), [lit, mix(lit, shade, 0.4)]),
    );
    const away = sunX > peakX ? -1 : 1;
    const far = away > 0 ? width + unit : -unit;
    const reach = rise * (1.5 + at);
    /** @type {Point[]} */
    const lee = [];
    for (let step = 0; step <= 24; step++) {
      const x = peakX + (far - peakX) * (step / 24);
      lee.push([x, crest(x)]);
    }
    lee.push([far, top + reach]);
    const sway = unit * random.between(4, 9) * (0.5 + at);
    for (let step = 20; step >= 0; step--) {
      const share = step / 20;
      lee.push([
        peakX + away * (Math.sin(share * 3.6) * sway + share * share * sway * 1.6),
        crest(peakX) + (top + reach - crest(peakX)) * share,
      ]);
    }
    fillPolygon(
      context,
      downwards(context, top - rise, top + reach, [fade(shade, 0.95), fade(shade, 0.55), fade(shade, 0)]),
      lee,
    );
    paintSandLines(context, random, { from: top, at, tone: darken(base, 0.2), layout });
  }
}

/** @param {Context} context @param {Random} random @param {{ from: number, at: number, tone: string, layout: Scene['layout'] }} row */
function paintSandLines(context, random, { from, at, tone, layout }) {
  const { unit, width } = layout;
  if (at < 0.5) return;
  context.strokeStyle = fade(tone, 0.16);
  context.lineWidth = unit * 0.16;
  context.beginPath();
  for (let line = 0; line < 26; line++) {
    const x = random.next() * width;
    const y = from + unit * random.between(2, 30) * at;
    const long = unit * random.between(6, 18);
    context.moveTo(x, y);
    context.bezierCurveTo(x + long * 0.3, y - unit * 0.8, x + long * 0.6, y + unit * 0.8, x + long, y);
  }
  context.stroke();
}

/** Table mountains in bands of red stone. @type {Paint} */
export function paintCanyon(context, scene, random) {
  const { palette, layout } = scene;
  const { width, horizon, unit, sunX } = layout;
  const stone = inLight(palette, '#b9553a');
  for (const [row, depth] of [0.7, 0.45, 0.18].entries()) {
    const count = 3 + row;
    for (let index = 0; index < count; index++) {
      const x = width * ((index + random.between(0.2, 0.8)) / count);
      const height = unit * random.between(13, 27) * (1 - row * 0.14);
      paintButte(context, random, {
        x,
        foot: horizon + unit * (1 + row * 3),
        width: unit * random.between(9, 22),
        height,
        lit: atDepth(palette, mix(stone, palette.sun, 0.22), depth),
        shade: atDepth(palette, darken(stone, 0.3), depth),
        sunRight: sunX > x,
      });
    }
    paintAir(context, scene, unit * (13 - row * 4));
  }
}

/** @param {Context} context @param {Random} random @param {{ x: number, foot: number, width: number, height: number, lit: string, shade: string, sunRight: boolean }} butte */
function paintButte(context, random, { x, foot, width, height, lit, shade, sunRight }) {
  const layers = 7;
  /** @type {Point[]} */
  const left = [];
  /** @type {Point[]} */
  const right = [];
  for (let layer = 0; layer <= layers; layer++) {
    const at = layer / layers;
    const reach = (width / 2) * (at < 0.45 ? 0.82 + random.around(0, 0.08) : 0.85 + (at - 0.45) ** 1.6 * 2.6);
    const y = foot - height * (1 - at);
    left.push([x - reach, y]);
    right.push([x + reach * random.between(0.92, 1.08), y]);
  }
  const outline = [...left, ...right.toReversed()];
  fillPolygon(context, lit, outline);
  context.save();
  context.beginPath();
  for (const [px, py] of outline) context.lineTo(px, py);
  context.clip();
  for (let band = 0; band < 9; band++) {
    context.fillStyle = fade(band % 2 === 0 ? shade : lighten(lit, 0.25), random.between(0.12, 0.3));
    context.fillRect(x - width * 2, foot - height * (1 - band / 9), width * 4, height * random.between(0.03, 0.08));
  }
  const edge = x + (sunRight ? -1 : 1) * width * 0.08;
  fillPolygon(context, fade(shade, 0.78), [
    [edge, foot - height * 1.1],
    [edge + random.around(0, width * 0.1), foot - height * 0.5],
    [edge + (sunRight ? -1 : 1) * width * 0.1, foot],
    [x + (sunRight ? -3 : 3) * width, foot],
    [x + (sunRight ? -3 : 3) * width, foot - height * 1.1],
  ]);
  context.restore();
}

/** @type {Paint} */
export function paintVolcano(context, scene, random) {
  const { palette, layout } = scene;
  const { horizon, unit, focusX, sunX } = layout;
  const height = Math.min(horizon * 0.62, unit * 40);
  const foot = horizon + unit;
  const top = foot - height;
  const rock = atDepth(palette, palette.land, 0.22);
  const hot = '#ff6a2a';
  for (let puff = 0; puff < 34; puff++) {
    const at = puff / 34;
    const x = focusX + random.around(0, unit * (2 + 16 * at)) + at * unit * 10 * (sunX > focusX ? -1 : 1);
    glow(
      context,
      x,
      top - at * horizon * 0.42,
      unit * (3 + 9 * at),
      mix(at < 0.3 ? mix(palette.land, hot, 0.4) : palette.cloudShade, palette.land, 0.35),
      0.62,
    );
  }
  const slope = (/** @type {number} */ side, /** @type {number} */ at) =>
    /** @type {Point} */ ([
      focusX + side * (unit * 5 + height * 1.15 * at ** 1.7),
      top + height * at + random.around(0, unit * 0.5),
    ]);
  const steps = Array.from({ length: 15 }, (_, step) => step / 14);
  const left = steps.map((at) => slope(-1, at));
  const right = steps.map((at) => slope(1, at));
  fillPolygon(
    context,
    downwards(context, top, foot, [mix(rock, hot, 0.2), mix(rock, palette.sun, 0.1), mix(rock, palette.haze, 0.6)]),
    [...left.toReversed(), ...right],
  );
  fillPolygon(
    context,
    downwards(context, top, foot, [fade(darken(rock, 0.35), 0.8), fade(rock, 0.1)]),
    sunX > focusX ? [...left, [focusX, foot], [focusX - unit, top]] : [...right, [focusX, foot], [focusX + unit, top]],
  );
  glow(context, focusX, top, unit * 20, hot, 0.75);
  fillEllipse(context, '#ffd27a', focusX, top + unit * 0.4, unit * 5, unit * 1.1);
  for (let stream = 0; stream < 5; stream++)
    paintLava(context, random, {
      x: focusX + random.around(0, unit * 4),
      y: top,
      length: height * random.between(0.3, 0.8),
      unit,
    });
  for (let spark = 0; spark < 42; spark++)
    fillEllipse(
      context,
      fade(random.pick(['#ffb347', '#ffe08a', hot]), random.between(0.5, 1)),
      focusX + random.around(0, unit * 15),
      top - random.next() * unit * 17,
      unit * random.between(0.1, 0.34),
    );
  paintAir(context, scene, unit * 9);
}

/** @param {Context} context @param {Random} random @param {{ x: number, y: number, length: number, unit: number }} stream */
function paintLava(context, random, { x, y, length, unit }) {
  const drift = random.around(0, length * 0.5);
  for (const [width, tone] of /** @type {const} */ ([
    [1.5, '#ff5a1f'],
    [0.7, '#ffc14d'],
  ])) {
    context.strokeStyle = downwards(context, y, y + length, [fade(tone, 1), fade(tone, 0.9), fade(tone, 0)]);
    context.lineWidth = unit * width;
    context.lineCap = 'round';
    context.beginPath();
    context.moveTo(x, y);
    context.bezierCurveTo(x + drift * 0.2, y + length * 0.3, x + drift * 0.3, y + length * 0.6, x + drift, y + length);
    context.stroke();
  }
}
