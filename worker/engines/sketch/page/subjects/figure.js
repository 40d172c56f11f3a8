import { fade } from '../colour.js';
import { createSheet, fillEllipse, inBox, rightwards } from '../draw.js';

/** @import { Context, Scene } from '../types.d.ts' */

/** Room around a body's box for tails, wings and hats. */
const MARGIN = 0.3;

/**
 * A body in the light of the scene: painted apart, veiled by the air's colour, edged with light from the sun's side.
 * @param {Context} context @param {Scene} scene
 * @param {{ x: number, y: number, size: number, mirrored?: boolean, shadow?: boolean, veil?: number }} place foot and height in pixels
 * @param {(sheet: Context) => void} draw in a box of 100 by 100
 */
export function paintFigure(
  context,
  { palette, layout },
  { x, y, size, mirrored = false, shadow = true, veil = 1 },
  draw,
) {
  const pad = size * MARGIN;
  const sheet = createSheet(size + pad * 2, size + pad * 2);
  inBox(sheet, pad + size / 2, pad + size, size, mirrored, () => draw(sheet));
  sheet.globalCompositeOperation = 'source-atop';
  const whole = /** @type {const} */ ([0, 0, sheet.canvas.width, sheet.canvas.height]);
  sheet.fillStyle = fade(palette.ambient, palette.ambientShare * 0.62 * veil);
  sheet.fillRect(...whole);
  const sunRight = layout.sunX > x;
  const edge = [
    fade(palette.sun, 0.3 * veil),
    fade(palette.sun, 0),
    fade(palette.land, 0.1 * veil),
    fade(palette.land, 0.34 * veil),
  ];
  sheet.fillStyle = rightwards(sheet, pad, pad + size, sunRight ? edge.toReversed() : edge);
  sheet.fillRect(...whole);
  if (shadow) {
    fillEllipse(
      context,
      fade('#0a0810', 0.26),
      x + (sunRight ? -0.06 : 0.06) * size,
      y - size * 0.01,
      size * 0.4,
      size * 0.045,
    );
    fillEllipse(context, fade('#0a0810', 0.2), x, y - size * 0.01, size * 0.26, size * 0.03);
  }
  context.drawImage(sheet.canvas, x - size / 2 - pad, y - size - pad);
}
