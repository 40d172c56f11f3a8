import { fade, mix } from '../colour.js';
import { createSheet, downwards, glow } from '../draw.js';
import { createNoise2d } from '../noise.js';

/** @import { Context, Layer, Paint, Random, Scene } from '../types.d.ts' */

/** Reads the picture back small: colours for strokes, at little cost. @param {Context} context @param {Scene} scene @param {number} across pixels */
function readSmall(context, { layout }, across) {
  const scale = across / Math.max(layout.width, layout.height);
  const sheet = createSheet(layout.width * scale, layout.height * scale);
  sheet.drawImage(context.canvas, 0, 0, sheet.canvas.width, sheet.canvas.height);
  const { width, height, data } = sheet.getImageData(0, 0, sheet.canvas.width, sheet.canvas.height);
  return (/** @type {number} */ x, /** @type {number} */ y) => {
    const column = Math.max(0, Math.min(width - 1, Math.floor(x * scale)));
    const row = Math.max(0, Math.min(height - 1, Math.floor(y * scale)));
    const at = (row * width + column) * 4;
    return [data[at], data[at + 1], data[at + 2]];
  };
}

/** Strokes of a loaded brush that follow a slow swirl. @type {Paint} */
function paintBrushwork(context, scene, random) {
  const { width, height, unit } = scene.layout;
  const colourAt = readSmall(context, scene, 256);
  const noise = createNoise2d(random.fork('swirl'));
  const area = Math.min(2, (width * height) / (unit * 100) ** 2);
  context.lineCap = 'round';
  for (const [count, long, line] of [[1500, 5, 1.9], [2600, 3, 0.85]]) {
    for (let stroke = 0; stroke < count * area; stroke++) {
      const x = width * random.next();
      const y = height * random.next();
      const [red, green, blue] = colourAt(x, y);
      const tone = random.around(0, 26);
      const angle = noise(x / (unit * 30), y / (unit * 30)) * 2.6;
      const length = unit * long * random.between(0.5, 1.2);
      context.strokeStyle = `rgba(${Math.round(Math.max(0, Math.min(255, red + tone)))},${Math.round(Math.max(0, Math.min(255, green + tone)))},${Math.round(Math.max(0, Math.min(255, blue + tone * 0.8)))},0.82)`;
      context.lineWidth = unit * line * random.between(0.6, 1.2);
      context.beginPath();
      context.moveTo(x - (Math.cos(angle) * length) / 2, y - (Math.sin(angle) * length) / 2);
      context.quadraticCurveTo(x + Math.sin(angle) * length * 0.15, y, x + (Math.cos(angle) * length) / 2, y + (Math.sin(angle) * length) / 2);
      context.stroke();
    }
  }
}

/** Washes that bleed, and the white of the paper at the edge. @type {Paint} */
function paintWash(context, scene, random) {
  const { width, height, unit } = scene.layout;
  const colourAt = readSmall(context, scene, 200);
  for (let bloom = 0; bloom < 260; bloom++) {
    const x = width * random.next();
    const y = height * random.next();
    const [red, green, blue] = colourAt(x, y);
    const hex = `#${[red, green, blue].map((value) => Math.min(255, value + 26).toString(16).padStart(2, '0')).join('')}`;
    glow(context, x, y, unit * random.between(3, 12), hex, random.between(0.12, 0.4));
  }
  context.fillStyle = fade('#fbf6ec', 0.24);
  context.fillRect(0, 0, width, height);
  const paper = '#fbf7ef';
  for (let dab = 0; dab < 340; dab++) {
    const along = random.next();
    const side = random.integer(0, 3);
    const inward = unit * random.between(-3, 3.4);
    const x = side < 2 ? along * width : side === 2 ? inward : width - inward;
    const y = side < 2 ? (side === 0 ? inward : height - inward) : along * height;
    glow(context, x, y, unit * random.between(4, 10), paper, 0.75);
  }
}

/** Only light and dark stay, on a tinted paper. @param {string} shadow @param {string} light @returns {Paint} */
const inTwoTones = (shadow, light) => (context, { layout }) => {
  const { width, height } = layout;
  for (const [operation, style] of /** @type {const} */ ([['saturation', '#808080'], ['multiply', light], ['screen', shadow]])) {
    context.globalCompositeOperation = operation;
    context.fillStyle = style;
    context.fillRect(0, 0, width, height);
  }
};

/** Lines of a pen, close where the picture is dark. @type {Paint} */
function paintHatching(context, scene, random) {
  const { width, height, unit } = scene.layout;
  const colourAt = readSmall(context, scene, 256);
  context.fillStyle = fade('#f7f1e3', 0.72);
  context.fillRect(0, 0, width, height);
  context.strokeStyle = fade('#1f2230', 0.62);
  context.lineWidth = Math.max(0.6, unit * 0.13);
  const gap = Math.max(2.2, unit * 0.62);
  for (const [threshold, slope] of [[0.74, 0.55], [0.5, -0.6], [0.3, 0.05]]) {
    context.beginPath();
    for (let start = -height; start < width + height; start += gap * 1.7) {
      let drawing = false;
      for (let step = 0; step <= height; step += gap * 2) {
        const x = start + step * slope;
        if (x < -gap || x > width + gap) {
          drawing = false;
          continue;
        }
        const [red, green, blue] = colourAt(x, step);
        const dark = (red * 0.3 + green * 0.59 + blue * 0.11) / 255 < threshold;
        if (dark && drawing) context.lineTo(x + random.around(0, 0.5), step);
        else if (dark) context.moveTo(x, step);
        drawing = dark;
      }
    }
    context.stroke();
  }
}

/** @type {Paint} */
function paintPixels(context, { layout }) {
  const { width, height, unit } = layout;
  const cell = Math.max(2, Math.round(unit * 0.9));
  const sheet = createSheet(width / cell, height / cell);
  sheet.drawImage(context.canvas, 0, 0, sheet.canvas.width, sheet.canvas.height);
  const pixels = sheet.getImageData(0, 0, sheet.canvas.width, sheet.canvas.height);
  for (let at = 0; at < pixels.data.length; at++) if (at % 4 !== 3) pixels.data[at] = Math.round(pixels.data[at] / 22) * 22;
  sheet.putImageData(pixels, 0, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(sheet.canvas, 0, 0, sheet.canvas.width * cell, sheet.canvas.height * cell);
}

/** Faded ink of an old poster. @type {Paint} */
function paintFade(context, { layout, palette }) {
  context.globalCompositeOperation = 'soft-light';
  context.fillStyle = downwards(context, 0, layout.height, [fade('#f2c17a', 0.4), fade('#d98a5a', 0.4)]);
  context.fillRect(0, 0, layout.width, layout.height);
  context.globalCompositeOperation = 'source-over';
  context.strokeStyle = mix('#f4e6c8', palette.sky[3], 0.15);
  context.lineWidth = layout.unit * 3.4;
  context.strokeRect(0, 0, layout.width, layout.height);
}

/** @type {Record<string, Paint>} */
const MANNERS = {
  oil: paintBrushwork,
  watercolor: paintWash,
  ink: paintHatching,
  monochrome: inTwoTones('#0c0c10', '#f6f6f4'),
  sepia: inTwoTones('#2a1608', '#f4dfb8'),
  retro: paintFade,
  pixel: paintPixels,
};

/** @param {Scene} scene @returns {Layer[]} what the manner does to the finished picture */
export function styleLayers({ styles }) {
  return styles.flatMap((style) => {
    const paint = MANNERS[style];
    return paint ? [{ name: `style ${style}`, paint }] : [];
  });
}
