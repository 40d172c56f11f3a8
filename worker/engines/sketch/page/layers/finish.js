import { fade, mix } from '../colour.js';
import { createSheet, glow } from '../draw.js';

/** @import { Paint, Random } from '../types.d.ts' */

const GRAIN_TILE = 192;

/** @param {Random} random @param {number} strength 0 to 255 */
function grainTile(random, strength) {
  const sheet = createSheet(GRAIN_TILE, GRAIN_TILE);
  const pixels = sheet.createImageData(GRAIN_TILE, GRAIN_TILE);
  for (let at = 0; at < pixels.data.length; at += 4) {
    const white = random.next() < 0.5 ? 0 : 255;
    pixels.data[at] = white;
    pixels.data[at + 1] = white;
    pixels.data[at + 2] = white;
    // Grain on four pixels of ten looks as fine as on all, and the file is a third smaller.
    pixels.data[at + 3] = random.next() < 0.4 ? Math.floor(random.next() * strength) : 0;
  }
  sheet.putImageData(pixels, 0, 0);
  return sheet.canvas;
}

/** The grain of paper, which also hides the steps of long gradients. @type {Paint} */
export function paintGrain(context, { layout, styles }, random) {
  const strength = styles.includes('retro') ? 26 : styles.includes('watercolor') || styles.includes('ink') ? 24 : 13;
  const pattern = context.createPattern(grainTile(random, strength), 'repeat');
  if (!pattern) return;
  context.fillStyle = pattern;
  context.fillRect(0, 0, layout.width, layout.height);
}

/** @type {Paint} */
export function paintVignette(context, { layout, palette, kind, styles }) {
  const { width, height, unit } = layout;
  const soft = styles.includes('pastel') || styles.includes('minimal') || kind === 'interior' ? 0.5 : 1;
  const radius = Math.hypot(width, height) / 2;
  const gradient = context.createRadialGradient(
    width / 2,
    height * 0.46,
    radius * 0.5,
    width / 2,
    height * 0.5,
    radius * 1.04,
  );
  const dark = mix(palette.sky[0], '#0a0814', 0.55);
  gradient.addColorStop(0, fade(dark, 0));
  gradient.addColorStop(0.6, fade(dark, 0.1 * soft));
  gradient.addColorStop(1, fade(dark, 0.36 * soft));
  context.fillStyle = gradient;
  context.fillRect(0, 0, width, height);
  if (layout.sunY < layout.horizon && kind === 'landscape') {
    context.save();
    context.globalCompositeOperation = 'soft-light';
    glow(context, layout.sunX, layout.sunY, unit * 90, palette.sun, 0.35 * soft);
    context.restore();
  }
}
