import { fade, lighten, mix } from '../colour.js';
import { downwards, fillEllipse, glow } from '../draw.js';
import { createNoise } from '../noise.js';

/** @import { Paint, Random } from '../types.d.ts' */

/** @type {Paint} */
export function paintRain(context, { layout, palette, weather, strength }, random) {
  const { width, height, unit } = layout;
  const storm = weather.includes('storm') || weather.includes('wind');
  const slant = storm ? 0.34 : 0.12;
  const area = Math.min(2.2, (width * height) / (unit * 100) ** 2);
  for (const [count, long, share, line] of [
    [260, 4, 0.2, 0.1],
    [130, 8, 0.26, 0.16],
    [34, 14, 0.24, 0.24],
  ]) {
    context.strokeStyle = fade(lighten(mix(palette.sky[3], '#dfe8f2', 0.6), 0.3), share);
    context.lineWidth = Math.max(0.6, unit * line);
    context.beginPath();
    for (let drop = 0; drop < count * area * (0.7 + strength); drop++) {
      const x = random.between(-0.05, 1.15) * width;
      const y = random.between(-0.05, 1) * height;
      const length = unit * long * random.between(0.6, 1.3);
      context.moveTo(x, y);
      context.lineTo(x - length * slant, y + length);
    }
    context.stroke();
  }
}

/** @type {Paint} */
export function paintSnowfall(context, { layout, palette, strength }, random) {
  const { width, height, unit } = layout;
  const area = Math.min(2.2, (width * height) / (unit * 100) ** 2);
  const white = mix('#ffffff', palette.sky[3], 0.08);
  const count = 330 * area * (0.6 + strength);
  for (let flake = 0; flake < count; flake++) {
    const near = random.next() ** 5;
    const x = random.next() * width;
    const y = random.next() * height;
    const radius = unit * (0.16 + 0.85 * near);
    if (near > 0.45) glow(context, x, y, radius * 2.4, white, 0.42);
    else fillEllipse(context, fade(white, random.between(0.4, 0.95)), x, y, radius);
  }
}

/** Banks of mist, each at its own height. @type {Paint} */
export function paintFog(context, { layout, palette, strength }, random) {
  const { width, height, horizon, unit } = layout;
  const air = lighten(mix(palette.haze, palette.sky[3], 0.5), 0.2);
  const noise = createNoise(random.fork('fog'), 3);
  for (let bank = 0; bank < 7; bank++) {
    const y = horizon - unit * 14 + (height - horizon + unit * 10) * (bank / 7);
    const thick = unit * random.between(9, 17);
    context.fillStyle = downwards(context, y - thick, y + thick, [
      fade(air, 0),
      fade(air, 0.2 + 0.2 * strength),
      fade(air, 0),
    ]);
    context.fillRect(0, y - thick, width, thick * 2);
  }
  for (let wisp = 0; wisp < 26; wisp++) {
    const x = random.next() * width;
    const y = horizon + (height - horizon) * random.between(-0.25, 0.9) + noise(wisp) * unit * 4;
    glow(context, x, y, unit * random.between(18, 42), air, random.between(0.14, 0.34), 0.22);
  }
}

/** @type {Paint} */
export function paintLightning(context, { layout, palette }, random) {
  const { width, horizon, unit, focusX } = layout;
  const bolts = random.integer(1, 2);
  for (let bolt = 0; bolt < bolts; bolt++) {
    const x = focusX > width / 2 ? width * random.between(0.08, 0.4) : width * random.between(0.6, 0.92);
    glow(context, x, horizon * 0.2, unit * 46, mix(palette.sun, '#dfe6ff', 0.7), 0.5, 0.7);
    const path = new Path2D();
    growBolt(path, random, { x, y: horizon * 0.08, until: horizon, unit, branches: 3 });
    for (const [line, share] of [
      [2.6, 0.14],
      [1.1, 0.35],
      [0.42, 1],
    ]) {
      context.strokeStyle = fade('#f6f4ff', share);
      context.lineWidth = unit * line;
      context.lineJoin = 'round';
      context.stroke(path);
    }
  }
}

/** @param {Path2D} path @param {Random} random @param {{ x: number, y: number, until: number, unit: number, branches: number }} bolt */
function growBolt(path, random, { x, y, until, unit, branches }) {
  path.moveTo(x, y);
  while (y < until) {
    x += random.around(0, unit * 3.6);
    y += unit * random.between(1.6, 4.2);
    path.lineTo(x, Math.min(y, until));
    if (branches > 0 && random.chance(0.22)) {
      growBolt(path, random, { x, y, until: Math.min(until, y + unit * random.between(7, 15)), unit, branches: 0 });
      path.moveTo(x, y);
      branches -= 1;
    }
  }
}

/** Leaves or petals in the wind. @type {Paint} */
export function paintDrift(context, { layout, palette, season }, random) {
  const { width, height, unit } = layout;
  const hues = season === 'spring' ? ['#f9c7d6', '#ffe3ea', '#f2a6bf'] : ['#d9642b', '#e9a13b', '#b8452c'];
  for (let leaf = 0; leaf < 38; leaf++) {
    const hue = mix(random.pick(hues), palette.ambient, palette.ambientShare * 0.5);
    const size = unit * random.between(0.5, 1.2);
    fillEllipse(
      context,
      fade(hue, 0.9),
      random.next() * width,
      height * random.between(0.15, 1),
      size,
      size * 0.42,
      random.between(0, 3.2),
    );
  }
}

/** Small floating lights, such as fireflies. @type {Paint} */
export function paintMotes(context, { layout, palette, strength }, random) {
  const { width, height, horizon, unit } = layout;
  const hue = lighten(mix(palette.accent, '#fff0a8', 0.5), 0.2);
  for (let mote = 0; mote < 46 + 40 * strength; mote++) {
    const x = random.next() * width;
    const y = horizon * 0.7 + (height - horizon * 0.7) * random.next();
    const radius = unit * random.between(0.14, 0.42);
    glow(context, x, y, radius * 7, hue, random.between(0.35, 0.8));
    fillEllipse(context, lighten(hue, 0.6), x, y, radius);
  }
}
