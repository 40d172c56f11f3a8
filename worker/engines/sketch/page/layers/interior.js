import { darken, fade, lighten, mix } from '../colour.js';
import { downwards, fillEllipse, fillPolygon, glow, ramp, rightwards } from '../draw.js';
import { createNoise } from '../noise.js';
import { createRandom } from '../random.js';

import { paintFairyLights, paintPlant, paintWallArt } from './decor.js';
import { paintBed, paintDesk, paintRug, paintSofa } from './furniture.js';

/** @import { Context, Paint, Point, Room, Scene } from '../types.d.ts' */

/** Matching colours of wall, decoration, wood and textile. */
const ROOMS = [
  ['#f3dfd6', '#c9b6d9', '#d9b38c', '#e79aa8'],
  ['#d6e6d2', '#8fb89a', '#cda678', '#e6a884'],
  ['#cfdcf0', '#93a9d8', '#d8b78f', '#f0b7a4'],
  ['#f5e3c4', '#d99f7a', '#b98256', '#6f9a94'],
  ['#e6d5ee', '#a890d0', '#c9a58a', '#f2a9c0'],
  ['#c6e2df', '#7fb5b8', '#d6ad84', '#f3c27a'],
  ['#f6cfc2', '#e58f7f', '#b88a6a', '#7f9fc4'],
  ['#eee9d8', '#b9b48a', '#9f7656', '#c9795f'],
];

/** The same room for each of its layers. @param {Scene} scene @returns {Room} */
function furnish(scene) {
  const random = createRandom(`${scene.key}/room`);
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

/** Half of all rooms are mirrored. @param {Context} context @param {Scene} scene */
function face(context, { key, layout }) {
  if (createRandom(`${key}/facing`).chance(0.5)) return;
  context.translate(layout.width, 0);
  context.scale(-1, 1);
}

/** @type {Paint} */
export function paintRoomShell(context, scene) {
  const { layout, palette } = scene;
  const { width, height, unit } = layout;
  const { wall, second, wood, floor } = furnish(scene);
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

/** The window and the view through it. @type {Paint} */
export function paintRoomWindow(context, scene, random) {
  face(context, scene);
  const { layout, palette } = scene;
  const { unit } = layout;
  const { floor, left, right, textile, wall } = furnish(scene);
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
    for (let step = 0; step <= 16; step++)
      points.push([x + (wide * step) / 16, y + tall * (0.62 + ridge * 0.12) - unit * 4 * noise(step / 5)]);
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
  paintCurtains(context, { x, y, wide, tall, unit, tone: lighten(textile, 0.22) });
  fillPolygon(context, fade(palette.sun, 0.16), [
    [x, floor + unit * 3],
    [x + wide, floor + unit * 3],
    [x + wide - unit * 8, floor + unit * 22],
    [x - unit * 15, floor + unit * 22],
  ]);
}

/** @param {Context} context @param {{ x: number, y: number, wide: number, tall: number, unit: number, tone: string }} curtains */
function paintCurtains(context, { x, y, wide, tall, unit, tone }) {
  context.fillStyle = darken(tone, 0.4);
  context.fillRect(x - unit * 6, y - unit * 2.6, wide + unit * 12, unit * 0.7);
  for (const side of [0, 1]) {
    const edge = side === 0 ? x - unit * 5 : x + wide + unit * 5;
    const inward = side === 0 ? 1 : -1;
    const style = rightwards(context, edge, edge + inward * unit * 10, [
      darken(tone, 0.08),
      lighten(tone, 0.2),
      darken(tone, 0.06),
      lighten(tone, 0.14),
      darken(tone, 0.1),
    ]);
    context.fillStyle = style;
    context.beginPath();
    context.moveTo(edge - inward * unit, y - unit * 2.2);
    context.lineTo(edge + inward * unit * 11, y - unit * 2.2);
    context.bezierCurveTo(
      edge + inward * unit * 11,
      y + tall * 0.4,
      edge + inward * unit * 7,
      y + tall * 0.6,
      edge + inward * unit * 4,
      y + tall * 0.72,
    );
    context.bezierCurveTo(
      edge + inward * unit * 6,
      y + tall * 0.9,
      edge + inward * unit * 6.4,
      y + tall,
      edge + inward * unit * 6.6,
      y + tall + unit * 8,
    );
    context.lineTo(edge - inward * unit * 1.4, y + tall + unit * 8);
    context.closePath();
    context.fill();
    context.fillStyle = darken(tone, 0.2);
    context.fillRect(
      Math.min(edge - inward * unit * 0.6, edge + inward * unit * 4.6),
      y + tall * 0.7,
      unit * 5.2,
      unit * 1.3,
    );
  }
}

/** Bed or sofa at the right and desk at the left, as the prompt names them. @type {Paint} */
export function paintFurniture(context, scene, random) {
  face(context, scene);
  const { places, without } = scene;
  const room = furnish(scene);
  const { unit } = scene.layout;
  paintFairyLights(context, scene, room);
  paintRug(context, scene, room);
  if (!without.includes('desk')) paintDesk(context, scene, room);
  if (places.includes('sofa') && !places.includes('bed')) paintSofa(context, scene, room);
  else if (!without.includes('bed')) paintBed(context, scene, room);
  paintWallArt(context, random.fork('art'), {
    x: room.right - unit * 33,
    y: room.floor * 0.25,
    unit,
    room,
    accent: scene.palette.accent,
  });
  if (!without.includes('plant'))
    paintPlant(context, random.fork('plant'), {
      x: room.left + (room.right - room.left) * 0.415,
      y: room.floor + unit * 3.4,
      unit: unit * 0.9,
      tone: scene.palette.foliage,
      pot: room.textile,
    });
}
