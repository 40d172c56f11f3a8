import { darken, fade, lighten, mix } from '../colour.js';
import { downwards, fillEllipse, fillPolygon, glow, rightwards } from '../draw.js';

/**
 * @import { Context, Room, Scene } from '../types.d.ts'
 */

/** @param {Context} context @param {Scene} scene @param {Room} room */
export function paintRug(context, { layout }, { second, textile, floor, left, right }) {
  const { unit } = layout;
  const x = left + (right - left) * 0.44;
  const y = floor + (layout.height - floor) * 0.58;
  for (const [scale, tone] of /** @type {const} */ ([
    [1, mix(second, '#ffffff', 0.25)],
    [0.86, textile],
    [0.78, mix(second, '#ffffff', 0.45)],
    [0.4, mix(textile, '#ffffff', 0.3)],
  ]))
    fillEllipse(context, tone, x, y, unit * 30 * scale, unit * 7.4 * scale);
}

/** @param {Context} context @param {Scene} scene @param {Room} room */
export function paintBed(context, { layout }, { wood, textile, second, floor, right }) {
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
  for (const [shift, lift, tone] of /** @type {const} */ ([
    [0.7, 5.4, mix(second, '#ffffff', 0.45)],
    [0.76, 4.2, '#fff8f1'],
  ])) {
    context.save();
    context.translate(x + wide * shift, seat - unit * lift);
    context.rotate(0.16);
    context.fillStyle = downwards(context, 0, unit * 8, [lighten(tone, 0.3), darken(tone, 0.1)]);
    context.beginPath();
    context.roundRect(-unit * 4, 0, unit * 12, unit * 7, unit * 3);
    context.fill();
    context.restore();
  }
  paintBlanket(context, { x, edge: x + wide * 0.62, seat, floor, unit, textile });
}

/** @param {Context} context @param {{ x: number, edge: number, seat: number, floor: number, unit: number, textile: string }} blanket */
function paintBlanket(context, { x, edge, seat, floor, unit, textile }) {
  context.fillStyle = downwards(context, seat - unit * 2, floor + unit * 9, [
    lighten(textile, 0.28),
    textile,
    darken(textile, 0.14),
  ]);
  context.beginPath();
  context.moveTo(x - unit, seat + unit * 2);
  context.quadraticCurveTo(x - unit, seat - unit * 1.6, x + unit * 3, seat - unit * 1.6);
  context.lineTo(edge - unit * 2, seat - unit * 2);
  context.quadraticCurveTo(edge + unit, seat - unit * 2, edge, seat + unit * 2);
  context.lineTo(edge - unit * 0.6, floor + unit * 7);
  for (let wave = 0; wave < 5; wave++)
    context.quadraticCurveTo(
      edge - (wave + 0.5) * ((edge - x) / 5),
      floor + unit * (wave % 2 === 0 ? 9 : 6.6),
      edge - (wave + 1) * ((edge - x) / 5),
      floor + unit * 7.4,
    );
  context.closePath();
  context.fill();
  context.fillStyle = lighten(textile, 0.5);
  context.beginPath();
  context.roundRect(edge - unit * 6, seat - unit * 2.2, unit * 6.4, unit * 9, [unit, unit * 2, unit, unit]);
  context.fill();
  context.strokeStyle = fade(darken(textile, 0.35), 0.22);
  context.lineWidth = unit * 0.4;
  context.beginPath();
  for (const fold of [0.19, 0.45, 0.68]) {
    context.moveTo(x + (edge - x) * fold, seat - unit);
    context.quadraticCurveTo(
      x + (edge - x) * (fold + 0.03),
      seat + unit * 6,
      x + (edge - x) * (fold - 0.02),
      floor + unit * 6,
    );
  }
  context.stroke();
}

/** @param {Context} context @param {Scene} scene @param {Room} room */
export function paintSofa(context, { layout }, { textile, second, floor, right, wood }) {
  const { unit } = layout;
  const x = right - unit * 50;
  const block = (
    /** @type {number} */ left,
    /** @type {number} */ top,
    /** @type {number} */ wide,
    /** @type {number} */ tall,
    /** @type {string} */ tone,
  ) => {
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
export function paintDesk(context, { layout, palette }, { wood, floor, left, second, textile }) {
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
  context.fillStyle = downwards(context, top - unit * 11, top - unit * 3, [
    lighten(palette.sky[1], 0.3),
    lighten(palette.sky[3], 0.2),
  ]);
  context.fillRect(x + unit * 7.7, top - unit * 10.7, unit * 12.6, unit * 7.6);
  context.fillStyle = '#d8dbe4';
  context.fillRect(x + unit * 13, top - unit * 2.6, unit * 2, unit * 1.8);
  for (const [index, tone] of [textile, second, '#f4d9a0', mix(textile, second, 0.5)].entries()) {
    context.fillStyle = tone;
    context.fillRect(
      x + unit * (23 + index * 1.3),
      top - unit * (6 + (index % 3)),
      unit * 1.1,
      unit * (5 + (index % 3)),
    );
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
  fillPolygon(context, tone, [
    [x + unit * 2, y - unit * 12],
    [x + unit * 4.6, y - unit * 12.4],
    [x + unit * 7, y - unit * 9],
    [x + unit * 2, y - unit * 8.6],
  ]);
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
