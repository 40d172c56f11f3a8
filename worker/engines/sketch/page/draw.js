import { fade, mix } from './colour.js';

/** @import { Context, Point } from './types.d.ts' */

/**
 * @param {Context} context
 * @param {string | CanvasGradient | CanvasPattern} style
 * @param {Point[]} points
 */
export function fillPolygon(context, style, points) {
  context.fillStyle = style;
  context.beginPath();
  for (const [x, y] of points) context.lineTo(x, y);
  context.fill();
}

/**
 * A closed shape through rounded corners.
 * @param {Context} context
 * @param {string | CanvasGradient} style
 * @param {Point[]} points
 */
export function fillSmooth(context, style, points) {
  context.fillStyle = style;
  context.beginPath();
  const last = points.at(-1);
  if (!last) return;
  let [fromX, fromY] = last;
  for (let index = 0; index <= points.length; index++) {
    const [x, y] = points[index % points.length];
    if (index === 0) context.moveTo((fromX + x) / 2, (fromY + y) / 2);
    else context.quadraticCurveTo(fromX, fromY, (fromX + x) / 2, (fromY + y) / 2);
    [fromX, fromY] = [x, y];
  }
  context.fill();
}

/**
 * @param {Context} context @param {string | CanvasGradient} style
 * @param {number} x @param {number} y @param {number} radiusX @param {number} [radiusY] @param {number} [angle] radians
 */
export function fillEllipse(context, style, x, y, radiusX, radiusY = radiusX, angle = 0) {
  context.fillStyle = style;
  context.beginPath();
  context.ellipse(x, y, Math.max(0, radiusX), Math.max(0, radiusY), angle, 0, Math.PI * 2);
  context.fill();
}

/**
 * An outline in the SVG path language, in the caller's coordinates.
 * @param {Context} context @param {string | CanvasGradient} style @param {string} outline
 */
export function fillOutline(context, style, outline) {
  context.fillStyle = style;
  context.fill(new Path2D(outline));
}

/**
 * @param {Context} context @param {string | CanvasGradient} style @param {number} lineWidth @param {string} outline
 */
export function strokeOutline(context, style, lineWidth, outline) {
  context.strokeStyle = style;
  context.lineWidth = lineWidth;
  context.lineCap = 'round';
  context.lineJoin = 'round';
  context.stroke(new Path2D(outline));
}

/**
 * A gradient downwards with the colours at equal distances.
 * @param {Context} context @param {number} top @param {number} bottom @param {string[]} colours any CSS colours
 */
export function downwards(context, top, bottom, colours) {
  const gradient = context.createLinearGradient(0, top, 0, bottom);
  for (const [index, colour] of colours.entries())
    gradient.addColorStop(index / Math.max(1, colours.length - 1), colour);
  return gradient;
}

/**
 * @param {Context} context @param {number} left @param {number} right @param {string[]} colours any CSS colours
 */
export function rightwards(context, left, right, colours) {
  const gradient = context.createLinearGradient(left, 0, right, 0);
  for (const [index, colour] of colours.entries())
    gradient.addColorStop(index / Math.max(1, colours.length - 1), colour);
  return gradient;
}

/**
 * Steps between `#rrggbb` colours, mixed in OKLab, because plain canvas gradients turn grey in between.
 * @param {readonly string[]} colours @param {number} steps
 * @returns {string[]}
 */
export function ramp(colours, steps) {
  return Array.from({ length: steps }, (_, index) => {
    const at = (index / (steps - 1)) * (colours.length - 1);
    const from = Math.min(colours.length - 2, Math.floor(at));
    return mix(colours[from] ?? '#000000', colours[from + 1] ?? '#000000', at - from);
  });
}

/**
 * Light that falls off softly.
 * @param {Context} context @param {number} x @param {number} y @param {number} radius
 * @param {string} hex @param {number} opacity @param {number} [flatness] height to width
 */
export function glow(context, x, y, radius, hex, opacity, flatness = 1) {
  context.save();
  context.translate(x, y);
  context.scale(1, flatness);
  const gradient = context.createRadialGradient(0, 0, 0, 0, 0, radius);
  for (const [stop, share] of [
    [0, 1],
    [0.2, 0.7],
    [0.45, 0.32],
    [0.7, 0.1],
    [1, 0],
  ]) {
    gradient.addColorStop(stop, fade(hex, opacity * share));
  }
  context.fillStyle = gradient;
  context.fillRect(-radius, -radius, radius * 2, radius * 2);
  context.restore();
}

/**
 * Draws in a box of 100 by 100 whose bottom centre is at (x, y), `size` pixels high.
 * @param {Context} context @param {number} x @param {number} y @param {number} size
 * @param {boolean} mirrored @param {() => void} draw
 */
export function inBox(context, x, y, size, mirrored, draw) {
  context.save();
  context.translate(x, y);
  context.scale(((mirrored ? -1 : 1) * size) / 100, size / 100);
  context.translate(-50, -100);
  draw();
  context.restore();
}

/** @param {number} width @param {number} height @returns {OffscreenCanvasRenderingContext2D} a small sheet on the processor */
export function createSheet(width, height) {
  const sheet = new OffscreenCanvas(Math.max(1, Math.ceil(width)), Math.max(1, Math.ceil(height)));
  const context = sheet.getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('this browser has no 2D canvas');
  return context;
}
