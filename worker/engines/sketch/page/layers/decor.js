import { darken, fade, lighten, mix } from '../colour.js';
import { fillEllipse, fillPolygon, glow, rightwards } from '../draw.js';

/**
 * @import { Context, Random, Room, Scene } from '../types.d.ts'
 */

/** A string of little lamps along the wall. @param {Context} context @param {Scene} scene @param {Room} room */
export function paintFairyLights(context, { layout }, { left, right }) {
  const { unit } = layout;
  const spans = 5;
  const wide = (right - left) / spans;
  const sag = (/** @type {number} */ at) => unit * 3 + 4 * unit * 4 * at * (1 - at) * 0.5;
  context.strokeStyle = fade('#7a6a6a', 0.5);
  context.lineWidth = Math.max(0.6, unit * 0.14);
  context.beginPath();
  for (let step = 0; step <= spans * 12; step++) {
    const at = (step % 12) / 12;
    context[step === 0 ? 'moveTo' : 'lineTo'](left + (step / 12) * wide, sag(at));
  }
  context.stroke();
  for (let bulb = 1; bulb < spans * 6; bulb++) {
    const x = left + (bulb / 6) * wide;
    const y = sag((bulb % 6) / 6) + unit * 0.6;
    glow(context, x, y, unit * 4, '#ffe3a0', 0.6);
    fillEllipse(context, '#fff6d8', x, y, unit * 0.5, unit * 0.65);
  }
}

/** @param {Context} context @param {Random} random @param {{ x: number, y: number, unit: number, room: Room, accent: string }} place */
export function paintWallArt(context, random, { x, y, unit, room, accent }) {
  for (const [shift, drop, wide, tall] of [
    [0, 0, 11, 14],
    [13.5, 1, 9, 9],
    [13.5, 12.5, 9, 6],
  ]) {
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
    fillEllipse(
      context,
      mix(accent, '#ffffff', 0.3),
      left + wide * unit * random.between(0.35, 0.65),
      top + tall * unit * 0.42,
      unit * 2.4,
    );
    fillEllipse(
      context,
      room.textile,
      left + wide * unit * 0.3,
      top + tall * unit,
      wide * unit * 0.5,
      tall * unit * 0.34,
    );
    fillEllipse(
      context,
      mix(room.second, '#4a5a7a', 0.35),
      left + wide * unit * 0.85,
      top + tall * unit,
      wide * unit * 0.5,
      tall * unit * 0.26,
    );
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
  fillPolygon(
    context,
    rightwards(context, x - unit * 4.6, x + unit * 4.6, [lighten(pot, 0.25), pot, darken(pot, 0.2)]),
    [
      [x - unit * 4.8, y - unit * 9],
      [x + unit * 4.8, y - unit * 9],
      [x + unit * 3.6, y],
      [x - unit * 3.6, y],
    ],
  );
}
