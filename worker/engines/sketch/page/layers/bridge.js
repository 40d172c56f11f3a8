import { darken } from '../colour.js';
import { atDepth, inLight } from '../palette.js';

/** @import { Paint } from '../types.d.ts' */

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
    for (const level of [0.96, 0.66, 0.36])
      context.fillRect(x - unit * 1.6, deck - high * level, unit * 3.2, unit * 0.9);
    context.fillStyle = darken(steel, 0.35);
    context.fillRect(x - unit * 2.6, horizon - unit * 1.2, unit * 5.2, unit * 2.6);
  }
}
