import { darken, fade, lighten, mix } from '../colour.js';
import { downwards, fillEllipse, fillPolygon, fillSmooth, glow, ramp, rightwards } from '../draw.js';
import { createNoise } from '../noise.js';

/** @import { Context, Paint, Point, Random, Scene } from '../types.d.ts' */

/** Wall, second colour, wood, textile: sets that belong together. */
const ROOMS = [
  ['#f3dfd6', '#c9b6d9', '#d9b38c', '#e79aa8'],
  ['#e4ecdf', '#9fbfa5', '#cda678', '#e6b48a'],
  ['#dfe7f2', '#a7b9dd', '#d8b78f', '#f0b7a4'],
  ['#f5e8d3', '#d99f7a', '#b98256', '#6f9a94'],
];

/** @typedef {{ wall: string, second: string, wood: string, textile: string, floor: number, left: number, right: number }} Room */

/** @param {Scene} scene @param {Random} random @returns {Room} */
function furnish(scene, random) {
  const { layout, palette, styles, colours } = scene;
  const [wall, second, wood, textile] = random.pick(ROOMS);
  const pale = styles.includes('pastel') || styles.includes('minimal') ? 0.12 : 0;
  const dim = (/** @type {string} */ hex) => mix(lighten(hex, pale), palette.ambient, palette.ambientShare * 0.8);
  const room = Math.min(layout.width, layout.height * 1.25);
  return {
    wall: dim(colours[0] ? mix(wall, colours[0], 0.4) : wall),
    second: dim(colours[1] ?? second),
    wood: dim(wood),
    textile: dim(textile),
    floor: layout.height * 0.73,
    left: (layout.width - room) / 2,
    right: (layout.width + room) / 2,
  };
}

/** @type {Paint} */
export function paintRoomShell(context, scene, random) {
  const { layout, palette } = scene;
  const { width, height, unit } = layout;
  const { wall, second, wood, floor } = furnish(scene, random.fork('room'));
  context.fillStyle = rightwards(context, 0, width, [darken(wall, 0.05), lighten(wall, 0.12), darken(wall, 0.07)]);
  context.fillRect(0, 0, width, floor);
  context.fillStyle = fade(mix(wall, second, 0.5), 0.55);
  context.fillRect(0, floor * 0.68, width, floor * 0.32);
  context.fillStyle = lighten(wall, 0.45);
  context.fillRect(0, floor * 0.68 - unit * 0.5, width, unit * 0.9);
  context.fillStyle = downwards(context, floor, height, [mix(wood, wall, 0.25), wood, darken(wood, 0.14)]);
  context.fillRect(0, floor, width, height - floor);
  context.strokeStyle = fade(darken(wood, 0.4), 0.22);
  context.lineWidth = Math.max(0.6, unit * 0.16);
  context.beginPath();
  for (let board = -14; board <= 14; board++) {
    context.moveTo(width / 2 + board * unit * 8, floor);
    context.lineTo(width / 2 + board * unit * 15, height);
  }
  context.stroke();
  context.fillStyle = lighten(wall, 0.55);
  context.fillRect(0, floor - unit * 2.2, width, unit * 2.2);
  context.fillStyle = fade(darken(wood, 0.5), 0.22);
  context.fillRect(0, floor, width, unit * 0.6);
  glow(context, layout.width * 0.5, 0, unit * 80, palette.sun, 0.22);
}

/** The window and the world in it. @type {Paint} */
export function paintRoomWindow(context, scene, random) {
  const { layout, palette } = scene;
  const { unit } = layout;
  const { floor, left, right, textile, second, wall } = furnish(scene, random.fork('room'));
  const wide = unit * 32;
  const tall = unit * 36;
  const x = left + (right - left) * 0.42 - wide / 2 + unit * 4;
  const y = Math.max(unit * 9, floor * 0.42 - tall / 2);
  context.save();
  context.beginPath();
  context.roundRect(x, y, wide, tall, unit);
  context.clip();
  context.fillStyle = downwards(context, y, y + tall, ramp(palette.sky, 10));
  context.fillRect(x, y, wide, tall);
  glow(context, x + wide * 0.7, y + tall * 0.35, unit * 22, palette.sun, 0.7);
  fillEllipse(context, lighten(palette.sun, 0.3), x + wide * 0.7, y + tall * 0.34, unit * 3);
  for (let ridge = 0; ridge < 3; ridge++) {
    const noise = createNoise(random.fork(`view ${ridge}`), 3);
    const tone = mix(mix(palette.haze, palette.foliage, 0.3 + ridge * 0.3), wall, 0.15);
    /** @type {Point[]} */
    const points = [[x, y + tall]];
    for (let step = 0; step <= 16; step++) points.push([x + (wide * step) / 16, y + tall * (0.62 + ridge * 0.12) - unit * 4 * noise(step / 5)]);
    points.push([x + wide, y + tall]);
    fillPolygon(context, tone, points);
  }
  context.restore();
  const frame = lighten(wall, 0.75);
  context.strokeStyle = frame;
  context.lineWidth = unit * 1.5;
  context.strokeRect(x, y, wide, tall);
  context.lineWidth = unit * 0.8;
  context.beginPath();
  context.moveTo(x + wide / 2, y);
  context.lineTo(x + wide / 2, y + tall);
  context.moveTo(x, y + tall * 0.42);
  context.lineTo(x + wide, y + tall * 0.42);
  context.stroke();
  context.fillStyle = frame;
  context.fillRect(x - unit * 2.4, y + tall, wide + unit * 4.8, unit * 1.8);
  paintCurtains(context, { x, y, wide, tall, unit, tone: mix(textile, second, 0.4) });
  fillPolygon(context, fade(palette.sun, 0.16), [[x, floor + unit * 3], [x + wide, floor + unit * 3], [x + wide - unit * 8, floor + unit * 22], [x - unit * 15, floor + unit * 22]]);
}

/** @param {Context} context @param {{ x: number, y: number, wide: number, tall: number, unit: number, tone: string }} curtains */
function paintCurtains(context, { x, y, wide, tall, unit, tone }) {
  context.fillStyle = darken(tone, 0.4);
  context.fillRect(x - unit * 6, y - unit * 2.6, wide + unit * 12, unit * 0.7);
  for (const side of [0, 1]) {
    const edge = side === 0 ? x - unit * 5 : x + wide + unit * 5;
    const inward = side === 0 ? 1 : -1;
    const style = rightwards(context, edge, edge + inward * unit * 10, [darken(tone, 0.08), lighten(tone, 0.2), darken(tone, 0.06), lighten(tone, 0.14), darken(tone, 0.1)]);
    fillSmooth(context, style, [[edge, y - unit * 2.4], [edge + inward * unit * 10, y - unit * 2.4], [edge + inward * unit * 8.6, y + tall * 0.5], [edge + inward * unit * 5, y + tall * 0.8], [edge + inward * unit * 7, y + tall + unit * 7], [edge - inward * unit, y + tall + unit * 7]]);
  }
}

/** Bed or sofa at the right, desk at the left, as the words ask. @type {Paint} */
export function paintFurniture(context, scene, random) {
  const { places, without } = scene;
  const room = furnish(scene, random.fork('room'));
  const { unit } = scene.layout;
  paintRug(context, scene, room);
  if (!without.includes('desk')) paintDesk(context, scene, room);
  if (places.includes('sofa') && !places.includes('bed')) paintSofa(context, scene, room);
  else if (!without.includes('bed')) paintBed(context, scene, room);
  paintWallArt(context, random.fork('art'), { x: room.right - unit * 33, y: room.floor * 0.25, unit, room, accent: scene.palette.accent });
  if (!without.includes('plant')) paintPlant(context, random.fork('plant'), { x: room.right - unit * 3, y: room.floor + unit * 4, unit, tone: scene.palette.foliage, pot: room.textile });
}

/** @param {Context} context @param {Scene} scene @param {Room} room */
function paintRug(context, { layout }, { second, textile, floor, left, right }) {
  const { unit } = layout;
  const x = left + (right - left) * 0.44;
  const y = floor + (layout.height - floor) * 0.58;
  for (const [scale, tone] of /** @type {const} */ ([[1, mix(second, '#ffffff', 0.25)], [0.86, textile], [0.78, mix(second, '#ffffff', 0.45)], [0.4, mix(textile, '#ffffff', 0.3)]])) fillEllipse(context, tone, x, y, unit * 30 * scale, unit * 7.4 * scale);
}

/** @param {Context} context @param {Scene} scene @param {Room} room */
function paintBed(context, { layout }, { wood, textile, second, floor, right }) {
  const { unit } = layout;
  const x = right - unit * 48;
  const wide = unit * 46;
  const seat = floor - unit * 6;
  context.fillStyle = fade('#2a1c1c', 0.16);
  context.fillRect(x + unit, floor + unit * 11, wide, unit * 2.4);
  context.fillStyle = rightwards(context, x + wide - unit * 4, x + wide, [wood, darken(wood, 0.2)]);
  context.beginPath();
  context.roundRect(x + wide - unit * 4, seat - unit * 16, unit * 4.4, unit * 33, unit);
  context.fill();
  context.fillStyle = darken(wood, 0.08);
  context.fillRect(x, floor + unit * 4, wide, unit * 5);
  for (const leg of [x + unit, x + wide - unit * 4]) context.fillRect(leg, floor + unit * 8, unit * 2.4, unit * 4.4);
  context.fillStyle = downwards(context, seat, floor + unit * 5, ['#fffaf4', mix(second, '#ffffff', 0.6)]);
  context.beginPath();
  context.roundRect(x, seat, wide - unit * 3, unit * 11, unit * 2);
  context.fill();
  fillSmooth(context, downwards(context, seat - unit * 2, floor + unit * 9, [lighten(textile, 0.25), textile, darken(textile, 0.12)]), [[x - unit, seat - unit], [x + wide * 0.3, seat - unit * 2.6], [x + wide * 0.6, seat - unit * 1.4], [x + wide * 0.66, seat + unit * 3], [x + wide * 0.64, floor + unit * 8], [x + wide * 0.3, floor + unit * 9], [x - unit * 1.4, floor + unit * 8]]);
  context.strokeStyle = fade(darken(textile, 0.35), 0.28);
  context.lineWidth = unit * 0.4;
  context.beginPath();
  for (const fold of [0.14, 0.32, 0.5]) {
    context.moveTo(x + wide * fold, seat - unit);
    context.quadraticCurveTo(x + wide * (fold + 0.04), seat + unit * 6, x + wide * (fold - 0.02), floor + unit * 7);
  }
  context.stroke();
  for (const [shift, tone] of /** @type {const} */ ([[0.8, mix(second, '#ffffff', 0.5)], [0.72, '#fff7f0']])) {
    fillSmooth(context, downwards(context, seat - unit * 8, seat + unit * 2, [lighten(tone, 0.3), darken(tone, 0.08)]), [[x + wide * shift - unit * 5, seat + unit], [x + wide * shift - unit * 4, seat - unit * 6.6], [x + wide * shift + unit * 5, seat - unit * 7.4], [x + wide * shift + unit * 6, seat + unit]]);
  }
}

/** @param {Context} context @param {Scene} scene @param {Room} room */
function paintSofa(context, { layout }, { textile, second, floor, right, wood }) {
  const { unit } = layout;
  const x = right - unit * 50;
  const block = (/** @type {number} */ left, /** @type {number} */ top, /** @type {number} */ wide, /** @type {number} */ tall, /** @type {string} */ tone) => {
    context.fillStyle = downwards(context, top, top + tall, [lighten(tone, 0.16), darken(tone, 0.1)]);
    context.beginPath();
    context.roundRect(left, top, wide, tall, unit * 2.4);
    context.fill();
  };
  context.fillStyle = darken(wood, 0.2);
  for (const leg of [4, 42]) context.fillRect(x + unit * leg, floor + unit * 7, unit * 2, unit * 4);
  block(x + unit * 3, floor - unit * 17, unit * 42, unit * 20, textile);
  block(x + unit * 4, floor - unit * 4, unit * 20, unit * 12, lighten(textile, 0.08));
  block(x + unit * 24, floor - unit * 4, unit * 20, unit * 12, lighten(textile, 0.08));
  block(x, floor - unit * 10, unit * 6, unit * 18, darken(textile, 0.06));
  block(x + unit * 42, floor - unit * 10, unit * 6, unit * 18, darken(textile, 0.06));
  block(x + unit * 8, floor - unit * 13, unit * 10, unit * 10, second);
  block(x + unit * 32, floor - unit * 12, unit * 9, unit * 9, mix(second, '#ffffff', 0.5));
}

/** @param {Context} context @param {Scene} scene @param {Room} room */
function paintDesk(context, { layout, palette }, { wood, floor, left, second, textile }) {
  const { unit } = layout;
  const x = left + unit * 3;
  const top = floor - unit * 15;
  context.fillStyle = darken(wood, 0.24);
  for (const leg of [2, 25]) context.fillRect(x + unit * leg, top, unit * 1.4, unit * 21);
  context.fillStyle = mix(wood, '#ffffff', 0.35);
  context.fillRect(x + unit * 17, top + unit * 2, unit * 10, unit * 8);
  fillEllipse(context, darken(wood, 0.3), x + unit * 22, top + unit * 6, unit * 0.7);
  context.fillStyle = downwards(context, top - unit, top + unit * 2, [lighten(wood, 0.25), wood]);
  context.beginPath();
  context.roundRect(x, top - unit, unit * 29, unit * 2.4, unit * 0.6);
  context.fill();
  context.fillStyle = '#3a3f52';
  context.beginPath();
  context.roundRect(x + unit * 7, top - unit * 11.4, unit * 14, unit * 9, unit * 0.7);
  context.fill();
  context.fillStyle = downwards(context, top - unit * 11, top - unit * 3, [lighten(palette.sky[1], 0.3), lighten(palette.sky[3], 0.2)]);
  context.fillRect(x + unit * 7.7, top - unit * 10.7, unit * 12.6, unit * 7.6);
  context.fillStyle = '#d8dbe4';
  context.fillRect(x + unit * 13, top - unit * 2.6, unit * 2, unit * 1.8);
  for (const [index, tone] of [textile, second, '#f4d9a0', mix(textile, second, 0.5)].entries()) {
    context.fillStyle = tone;
    context.fillRect(x + unit * (23 + index * 1.3), top - unit * (6 + (index % 3)), unit * 1.1, unit * (5 + (index % 3)));
  }
  paintDeskLamp(context, x + unit * 3, top - unit, unit, textile);
  paintChair(context, x + unit * 12, floor, unit, second, wood);
}

/** @param {Context} context @param {number} x @param {number} y @param {number} unit @param {string} tone */
function paintDeskLamp(context, x, y, unit, tone) {
  context.strokeStyle = '#54506a';
  context.lineWidth = unit * 0.6;
  context.lineJoin = 'round';
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(x - unit, y - unit * 6);
  context.lineTo(x + unit * 3, y - unit * 11);
  context.stroke();
  fillEllipse(context, '#54506a', x, y - unit * 0.2, unit * 1.8, unit * 0.6);
  glow(context, x + unit * 4.4, y - unit * 9, unit * 12, '#ffe7a8', 0.65);
  fillPolygon(context, tone, [[x + unit * 2, y - unit * 12], [x + unit * 4.6, y - unit * 12.4], [x + unit * 7, y - unit * 9], [x + unit * 2, y - unit * 8.6]]);
}

/** @param {Context} context @param {number} x @param {number} floor @param {number} unit @param {string} tone @param {string} wood */
function paintChair(context, x, floor, unit, tone, wood) {
  context.fillStyle = darken(wood, 0.3);
  for (const leg of [0.4, 8.4]) context.fillRect(x + unit * leg, floor - unit * 2, unit, unit * 11);
  context.fillStyle = downwards(context, floor - unit * 15, floor, [lighten(tone, 0.25), darken(tone, 0.06)]);
  context.beginPath();
  context.roundRect(x, floor - unit * 15, unit * 10, unit * 12, unit * 2.4);
  context.fill();
  context.beginPath();
  context.roundRect(x - unit * 0.6, floor - unit * 3, unit * 11.2, unit * 3, unit * 1.4);
  context.fill();
}

/** @param {Context} context @param {Random} random @param {{ x: number, y: number, unit: number, room: Room, accent: string }} place */
function paintWallArt(context, random, { x, y, unit, room, accent }) {
  for (const [shift, drop, wide, tall] of [[0, 0, 11, 14], [13.5, 1, 9, 9], [13.5, 12.5, 9, 6]]) {
    const left = x + shift * unit;
    const top = y + drop * unit;
    context.fillStyle = fade('#3a2a2a', 0.14);
    context.fillRect(left + unit * 0.5, top + unit * 0.6, wide * unit, tall * unit);
    context.fillStyle = '#fffaf3';
    context.fillRect(left, top, wide * unit, tall * unit);
    context.save();
    context.beginPath();
    context.rect(left + unit, top + unit, (wide - 2) * unit, (tall - 2) * unit);
    context.clip();
    context.fillStyle = mix(room.second, '#ffffff', 0.55);
    context.fillRect(left, top, wide * unit, tall * unit);
    fillEllipse(context, mix(accent, '#ffffff', 0.3), left + wide * unit * random.between(0.35, 0.65), top + tall * unit * 0.42, unit * 2.4);
    fillEllipse(context, room.textile, left + wide * unit * 0.3, top + tall * unit, wide * unit * 0.5, tall * unit * 0.34);
    fillEllipse(context, mix(room.second, '#4a5a7a', 0.35), left + wide * unit * 0.85, top + tall * unit, wide * unit * 0.5, tall * unit * 0.26);
    context.restore();
  }
}

/** @param {Context} context @param {Random} random @param {{ x: number, y: number, unit: number, tone: string, pot: string }} plant */
export function paintPlant(context, random, { x, y, unit, tone, pot }) {
  for (let leaf = 0; leaf < 11; leaf++) {
    const angle = -Math.PI / 2 + (leaf / 10 - 0.5) * 2.3 + random.around(0, 0.12);
    const length = unit * random.between(11, 19);
    const tipX = x + Math.cos(angle) * length;
    const tipY = y - unit * 9 + Math.sin(angle) * length;
    context.fillStyle = leaf % 2 === 0 ? darken(tone, 0.1) : lighten(tone, 0.16);
    context.beginPath();
    context.moveTo(x, y - unit * 8);
    context.quadraticCurveTo((x + tipX) / 2 - unit * 3.4, (y - unit * 9 + tipY) / 2 - unit * 2, tipX, tipY);
    context.quadraticCurveTo((x + tipX) / 2 + unit * 3, (y - unit * 9 + tipY) / 2 + unit * 2, x, y - unit * 8);
    context.fill();
  }
  fillPolygon(context, rightwards(context, x - unit * 4.6, x + unit * 4.6, [lighten(pot, 0.25), pot, darken(pot, 0.2)]), [[x - unit * 4.8, y - unit * 9], [x + unit * 4.8, y - unit * 9], [x + unit * 3.6, y], [x - unit * 3.6, y]]);
}
