import { darken, fade, lighten, mix } from '../colour.js';
import { downwards, fillEllipse, fillPolygon, fillSmooth, glow } from '../draw.js';
import { createNoise } from '../noise.js';
import { atDepth, inLight } from '../palette.js';
import { paintTree } from './forest.js';
import { paintBand } from './ground.js';
import { paintFarRange } from './mountains.js';

/** @import { Context, Paint, Point, Random, Scene } from '../types.d.ts' */

/**
 * A ribbon that winds from the horizon to the beholder: a river or a road.
 * @param {Scene} scene @param {Random} random @param {number} widest pixels at the lower edge
 * @returns {{ left: Point[], right: Point[], middle: Point[] }}
 */
function ribbon({ layout }, random, widest) {
  const { width, height, horizon, focusX, unit } = layout;
  const noise = createNoise(random.fork('ribbon'), 2);
  const end = width * random.between(0.35, 0.65);
  /** @type {Point[]} */
  const left = [];
  /** @type {Point[]} */
  const right = [];
  /** @type {Point[]} */
  const middle = [];
  for (let step = 0; step <= 46; step++) {
    const at = step / 46;
    const near = at ** 2.1;
    const y = horizon + unit + (height * 1.03 - horizon) * near;
    const bend = (Math.sin(at * 9 + noise(3) * 6) + noise(at * 5)) * width * 0.085 * Math.sin(Math.PI * Math.min(1, at * 1.05)) * (0.4 + at);
    const x = focusX + (end - focusX) * at + bend;
    const half = unit * 0.3 + widest * 0.5 * near;
    left.push([x - half, y]);
    right.push([x + half, y]);
    middle.push([x, y]);
  }
  return { left, right, middle };
}

/** @type {Paint} */
export function paintRiver(context, scene, random) {
  const { palette, layout } = scene;
  const { horizon, height, unit } = layout;
  const { left, right, middle } = ribbon(scene, random, unit * 44);
  const edge = atDepth(palette, darken(palette.ground, 0.3), 0.15);
  const grown = (/** @type {Point[]} */ points, /** @type {number} */ side) => points.map(([x, y], index) => /** @type {Point} */ ([x + side * unit * 1.6 * (index / 46) ** 2, y]));
  fillPolygon(context, edge, [...grown(left, -1), ...grown(right, 1).toReversed()]);
  fillPolygon(context, downwards(context, horizon, height, [palette.sky[3], mix(palette.water, palette.sky[2], 0.6), palette.water, darken(palette.water, 0.2)]), [...left, ...right.toReversed()]);
  const light = lighten(palette.sky[3], 0.3);
  for (let streak = 0; streak < 90; streak++) {
    const index = random.integer(4, 46);
    const [x, y] = middle[index];
    const half = (right[index][0] - left[index][0]) / 2;
    fillEllipse(context, fade(light, random.between(0.15, 0.5)), x + random.around(0, half * 0.8), y, half * random.between(0.06, 0.22), Math.max(0.5, unit * 0.16 * (index / 46)));
  }
}

/** @type {Paint} */
export function paintRoad(context, scene, random) {
  const { palette, layout, things } = scene;
  const { horizon, height, unit } = layout;
  const paved = things.some((thing) => thing.name === 'car');
  const { left, right, middle } = ribbon(scene, random, unit * (paved ? 46 : 34));
  const tone = paved ? mix(palette.land, '#5c5f68', 0.5) : inLight(palette, '#cbb089');
  fillPolygon(context, downwards(context, horizon, height, [atDepth(palette, tone, 0.7), tone, darken(tone, 0.12)]), [...left, ...right.toReversed()]);
  for (const line of [left, right]) {
    const inner = line.map(([x, y], index) => /** @type {Point} */ ([x + (line === left ? 1 : -1) * unit * 1.2 * (index / 46) ** 2, y]));
    fillPolygon(context, paved ? fade('#f4efe0', 0.6) : fade(darken(tone, 0.3), 0.3), [...line, ...inner.toReversed()]);
  }
  if (!paved) return;
  for (let index = 6; index < 45; index += 3) {
    const half = unit * 0.9 * (index / 46) ** 2;
    fillPolygon(context, fade('#f6dc8a', 0.9), [[middle[index][0] - half, middle[index][1]], [middle[index][0] + half, middle[index][1]], [middle[index + 1][0] + half * 1.1, middle[index + 1][1]], [middle[index + 1][0] - half * 1.1, middle[index + 1][1]]]);
  }
}

/** A cliff with a fall of water, its pool at the foot. @type {Paint} */
export function paintWaterfall(context, scene, random) {
  const { palette, layout } = scene;
  const { horizon, unit, focusX, width } = layout;
  const top = horizon - unit * 34;
  const foot = horizon + unit * 7;
  const rock = atDepth(palette, mix(palette.land, '#6d6a70', 0.35), 0.12);
  for (const side of [-1, 1]) {
    const noise = createNoise(random.fork(`cliff ${side}`), 4);
    /** @type {Point[]} */
    const outline = [[focusX + side * unit * 5, foot]];
    for (let step = 0; step <= 12; step++) outline.push([focusX + side * (unit * 5 + unit * 1.6 * noise(step)), foot - ((foot - top) * step) / 12]);
    for (let step = 1; step <= 14; step++) outline.push([focusX + side * unit * (5 + step * 6), top - unit * 7 * noise(step / 2 + 40) + (step / 14) ** 2 * unit * 16]);
    outline.push([focusX + side * width, foot + unit * 4]);
    fillPolygon(context, downwards(context, top, foot, [mix(palette.foliage, rock, 0.25), mix(rock, palette.sun, 0.12), darken(rock, 0.2)]), outline);
    for (let ledge = 0; ledge < 26; ledge++) {
      const x = focusX + side * unit * random.between(6, 46);
      const y = top + (foot - top) * random.between(0.12, 0.9);
      fillPolygon(context, fade(random.chance(0.5) ? darken(rock, 0.3) : mix(rock, palette.sun, 0.28), 0.5), [[x, y], [x + unit * random.between(3, 8), y + unit], [x + unit * random.between(1, 6), y + unit * random.between(3, 9)]]);
    }
    for (let index = 0; index < 9; index++) paintTree(context, scene, random, { x: focusX + side * unit * (8 + index * 5), y: top + unit * (2 + (index / 9) ** 2 * 11), size: unit * random.between(9, 15), depth: 0.2 });
  }
  const water = mix('#ffffff', palette.sky[2], 0.25);
  context.fillStyle = downwards(context, top, foot, [mix(water, palette.water, 0.3), water, '#ffffff']);
  context.fillRect(focusX - unit * 5.6, top + unit * 0.5, unit * 11.2, foot - top);
  for (let thread = 0; thread < 80; thread++) {
    const x = focusX + random.between(-5.4, 5.2) * unit;
    const y = top + (foot - top) * random.between(0, 0.7);
    context.fillStyle = fade(random.chance(0.55) ? mix(palette.water, palette.sky[1], 0.4) : '#ffffff', random.between(0.15, 0.5));
    context.fillRect(x, y, unit * random.between(0.12, 0.5), (foot - top) * random.between(0.1, 0.4));
  }
  for (let spray = 0; spray < 16; spray++) glow(context, focusX + random.around(0, unit * 9), foot - unit * random.between(0, 3), unit * random.between(4, 9), lighten(water, 0.4), 0.34);
}

/** @type {Paint} */
export function paintBridge(context, { palette, layout, places }) {
  const { width, horizon, unit } = layout;
  const steel = atDepth(palette, inLight(palette, places.includes('city') ? '#8a96a8' : '#b8503c'), 0.12);
  const deck = horizon - unit * 7;
  const towers = [0.27, 0.73].map((share) => share * width);
  const high = Math.min(unit * 34, horizon * 0.6);
  const stroke = (/** @type {number} */ line) => {
    context.strokeStyle = steel;
    context.lineWidth = Math.max(0.8, unit * line);
  };
  const cable = (/** @type {number} */ from, /** @type {number} */ to, /** @type {number} */ sagTop) => {
    stroke(0.5);
    context.beginPath();
    context.moveTo(from, sagTop);
    context.quadraticCurveTo((from + to) / 2, deck + high * 0.72, to, deck - high * 0.92);
    context.stroke();
  };
  cable(-width * 0.2, towers[0], deck - unit * 3);
  cable(width * 1.2, towers[1], deck - unit * 3);
  stroke(0.5);
  context.beginPath();
  context.moveTo(towers[0], deck - high * 0.92);
  context.quadraticCurveTo(width / 2, deck + high * 0.78, towers[1], deck - high * 0.92);
  context.stroke();
  stroke(0.16);
  context.beginPath();
  for (let x = towers[0]; x < towers[1]; x += unit * 2.3) {
    const at = (x - towers[0]) / (towers[1] - towers[0]);
    context.moveTo(x, deck);
    context.lineTo(x, deck - high * 0.92 + high * 1.7 * 2 * at * (1 - at));
  }
  context.stroke();
  context.fillStyle = darken(steel, 0.15);
  context.fillRect(0, deck, width, unit * 1.5);
  for (const x of towers) {
    context.fillStyle = steel;
    for (const side of [-1.6, 0.7]) context.fillRect(x + side * unit, deck - high, unit * 0.95, high + unit * 9);
    for (const level of [0.96, 0.66, 0.36]) context.fillRect(x - unit * 1.6, deck - high * level, unit * 3.2, unit * 0.9);
    context.fillStyle = darken(steel, 0.35);
    context.fillRect(x - unit * 2.6, horizon - unit * 1.2, unit * 5.2, unit * 2.6);
  }
}

/** @type {Paint} */
export function paintIsland(context, scene, random) {
  const { palette, layout } = scene;
  const { horizon, unit, focusX } = layout;
  const foot = horizon + unit * 5;
  const beach = inLight(palette, '#ecd3a0');
  fillEllipse(context, beach, focusX, foot, unit * 25, unit * 2.6);
  /** @type {Point[]} */
  const outline = [[focusX - unit * 22, foot]];
  const noise = createNoise(random, 3);
  for (let at = -1; at <= 1.01; at += 0.1) outline.push([focusX + at * unit * 20, foot - unit * (1 + 11 * (1 - at * at) * (0.8 + 0.4 * noise(at * 3 + 9)))]);
  outline.push([focusX + unit * 22, foot]);
  fillSmooth(context, downwards(context, foot - unit * 13, foot, [mix(palette.foliage, palette.sun, 0.25), palette.foliage, darken(palette.foliage, 0.2)]), outline);
  for (let index = 0; index < 7; index++) {
    const at = (index / 6) * 2 - 1;
    paintTree(context, scene, random, { x: focusX + at * unit * 15, y: foot - unit * 9 * (1 - at * at), size: unit * random.between(11, 18), depth: 0.1, kind: scene.places.includes('pine') ? 'pine' : 'palm' });
  }
}

/** Land that has let go of the land. @type {Paint} */
export function paintFloatingIslands(context, scene, random) {
  const { palette, layout } = scene;
  const { horizon, unit, focusX, width, sunX } = layout;
  const isles = [{ x: width - focusX * 0.8, y: horizon * 0.34, size: 13, depth: 0.5 }, { x: focusX + (focusX > width / 2 ? -1 : 1) * width * 0.32, y: horizon * 0.66, size: 10, depth: 0.35 }, { x: focusX, y: horizon * 0.6, size: 25, depth: 0.12 }];
  for (const isle of isles) {
    const half = isle.size * unit;
    const rock = atDepth(palette, mix(palette.land, '#7a6580', 0.45), isle.depth);
    /** @type {Point[]} */
    const under = [[isle.x - half, isle.y]];
    for (let step = 1; step < 14; step++) {
      const at = (step / 14) * 2 - 1;
      under.push([isle.x + at * half, isle.y + half * 1.15 * (1 - Math.abs(at)) ** 0.85 * random.between(0.72, 1.1)]);
    }
    under.push([isle.x + half, isle.y]);
    fillPolygon(context, downwards(context, isle.y, isle.y + half * 1.2, [mix(rock, palette.sun, 0.22), rock, mix(rock, palette.haze, 0.5)]), under);
    fillPolygon(context, fade(darken(rock, 0.35), 0.5), sunX > isle.x ? [...under.slice(0, 8), [isle.x, isle.y]] : [...under.slice(7), [isle.x, isle.y]]);
    const grass = atDepth(palette, palette.ground, isle.depth);
    fillEllipse(context, darken(grass, 0.2), isle.x, isle.y + half * 0.05, half * 1.02, half * 0.17);
    fillEllipse(context, mix(grass, palette.sun, 0.2), isle.x, isle.y, half, half * 0.13);
    for (let index = 0; index < 6; index++) paintTree(context, scene, random, { x: isle.x + random.around(0, half * 0.75), y: isle.y + half * 0.05, size: half * random.between(0.3, 0.62), depth: isle.depth, kind: random.chance(0.5) ? 'pine' : 'broadleaf' });
    context.fillStyle = downwards(context, isle.y, isle.y + half * 2.4, [fade('#ffffff', 0.75 * (1 - isle.depth)), fade('#ffffff', 0)]);
    context.fillRect(isle.x + half * 0.3, isle.y + half * 0.08, half * 0.09, half * 2.3);
  }
}

/** @type {Paint} */
export function paintBeach(context, scene, random) {
  const { palette, layout } = scene;
  const { width, height, horizon, unit } = layout;
  const sand = inLight(palette, '#edd3a2');
  const lean = random.pick([-1, 1]);
  const shore = (/** @type {number} */ x, /** @type {number} */ shift) => horizon + (height - horizon) * (0.56 + shift) + lean * (x / width - 0.5) * unit * 15 + Math.sin((x / width) * 7 + shift * 20) * unit * 1.5;
  for (const [shift, tone] of /** @type {const} */ ([[-0.07, fade('#ffffff', 0.5)], [-0.045, fade(mix(palette.water, '#ffffff', 0.4), 0.7)], [-0.02, fade('#ffffff', 0.85)], [0, darken(mix(sand, palette.water, 0.25), 0.14)]])) {
    paintBand(context, width, height, unit, (x) => shore(x, shift), tone);
  }
  paintBand(context, width, height, unit, (x) => shore(x, 0.06), downwards(context, horizon + (height - horizon) * 0.55, height, [mix(sand, palette.sun, 0.3), sand, darken(sand, 0.14)]));
  for (let grain = 0; grain < 120; grain++) {
    const x = random.next() * width;
    const y = shore(x, 0.09) + random.next() * (height - shore(x, 0.09));
    fillEllipse(context, fade(random.chance(0.5) ? darken(sand, 0.25) : '#ffffff', 0.3), x, y, unit * random.between(0.1, 0.5), unit * 0.1);
  }
}

/** @type {Paint} */
export function paintIcebergs(context, scene, random) {
  const { palette, layout } = scene;
  const { horizon, unit, focusX, width, sunX } = layout;
  paintFarRange(context, scene, random.fork('shelf'), 0.9, unit * 7);
  const ice = inLight(palette, '#eef7fb');
  for (const [x, size] of [[width - focusX, 13], [focusX * 0.5 + width * 0.1, 9], [focusX, 30]]) {
    const foot = horizon + unit * (size > 20 ? 5 : 1.5);
    const heights = [0.1, 0.55, 0.42, 1, 0.7, 0.5, 0.62, 0.12].map((height) => height * random.between(0.8, 1.1) * size * unit);
    const points = heights.map((height, index) => /** @type {Point} */ ([x + (index / 7 - 0.5) * size * unit * 1.9, foot - height]));
    fillPolygon(context, downwards(context, foot - size * unit, foot, [ice, mix(ice, palette.water, 0.3)]), [...points, [x + size * unit * 0.9, foot + unit * 1.5], [x - size * unit * 0.9, foot + unit * 1.5]]);
    for (let index = 1; index < 7; index++) {
      const [px, py] = points[index];
      const dark = sunX > px === index % 2 > 0;
      fillPolygon(context, fade(dark ? mix(palette.water, ice, 0.35) : '#ffffff', dark ? 0.5 : 0.55), [[px, py], [points[index + 1][0], points[index + 1][1]], [px + random.around(0, unit * 4), foot + unit]]);
    }
    context.fillStyle = fade(mix(palette.water, '#bff3f2', 0.6), 0.75);
    context.fillRect(x - size * unit * 0.9, foot + unit * 0.5, size * unit * 1.8, unit);
  }
}

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
  fillSmooth(context, downwards(context, y - size, y, [lighten(hue, 0.75), mix(hue, '#efe2ee', 0.5)]), [[x - size * 0.1, y], [x - size * 0.08, y - size * 0.7], [x + size * 0.08, y - size * 0.7], [x + size * 0.13, y]]);
  context.fillStyle = downwards(context, y - size, y - size * 0.5, [lighten(hue, 0.4), hue, darken(hue, 0.25)]);
  context.beginPath();
  context.moveTo(x - size * 0.46, y - size * 0.55);
  context.bezierCurveTo(x - size * 0.4, y - size * 1.12, x + size * 0.4, y - size * 1.12, x + size * 0.46, y - size * 0.55);
  context.quadraticCurveTo(x, y - size * 0.43, x - size * 0.46, y - size * 0.55);
  context.fill();
  for (const [shift, level, spot] of [[-0.2, 0.7, 0.06], [0.05, 0.82, 0.07], [0.22, 0.66, 0.05]]) fillEllipse(context, fade('#ffffff', 0.8), x + shift * size, y - level * size, spot * size, spot * size * 0.75);
}

/** @param {Context} context @param {Random} random @param {number} x @param {number} y @param {number} size @param {string} hue */
function paintCrystal(context, random, x, y, size, hue) {
  for (let shard = -1; shard <= 1; shard++) {
    const tip = /** @type {Point} */ ([x + shard * size * 0.5, y - size * (shard === 0 ? 1.25 : random.between(0.6, 0.9))]);
    const foot = x + shard * size * 0.2;
    fillPolygon(context, lighten(hue, 0.35), [[foot - size * 0.16, y], [tip[0] - size * 0.12, tip[1] + size * 0.22], tip, [foot, y]]);
    fillPolygon(context, darken(hue, 0.18), [[foot + size * 0.17, y], [tip[0] + size * 0.1, tip[1] + size * 0.25], tip, [foot, y]]);
  }
}
