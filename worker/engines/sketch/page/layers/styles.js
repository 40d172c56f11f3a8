import { fade, mix } from '../colour.js';
import { createSheet, downwards, glow } from '../draw.js';
import { createNoise, createNoise2d } from '../noise.js';
import { createRandom } from '../random.js';

/** @import { Context, Layer, Paint, Random, Scene } from '../types.d.ts' */

/** Reads a small copy of the picture, from which strokes take their colours. @param {Context} context @param {Scene} scene @param {number} across pixels */
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

/**
 * Brush strokes that follow a slow swirl.
 * @param {number} count @param {number} long @param {number} line lengths in hundredths of the shorter side
 * @returns {Paint}
 */
const inStrokes = (count, long, line) => (context, scene, random) => {
  const { width, height, unit } = scene.layout;
  const colourAt = readSmall(context, scene, 384);
  const noise = createNoise2d(createRandom(`${scene.key}/swirl`));
  // The strokes of a landscape would hide a face.
  const fine = scene.kind === 'landscape' ? 1 : 0.5;
  const strokes = (count / fine) * Math.min(1.6, (width * height) / (unit * 100) ** 2);
  context.lineCap = 'round';
  for (let stroke = 0; stroke < strokes; stroke++) {
    const x = width * random.next();
    const y = height * random.next();
    const tone = random.around(0, 26);
    const [red, green, blue] = colourAt(x, y).map((value) => Math.round(Math.max(0, Math.min(255, value + tone))));
    const angle = noise(x / (unit * 30), y / (unit * 30)) * 2.6;
    const length = unit * long * fine * random.between(0.5, 1.2);
    const [across, down] = [(Math.cos(angle) * length) / 2, (Math.sin(angle) * length) / 2];
    context.strokeStyle = `rgba(${red},${green},${blue},0.82)`;
    context.lineWidth = unit * line * fine * random.between(0.6, 1.2);
    context.beginPath();
    context.moveTo(x - across, y - down);
    context.quadraticCurveTo(x + down * 0.3, y, x + across, y + down);
    context.stroke();
  }
};

/** Watercolour washes, with white paper at the edge. @type {Paint} */
function paintWash(context, scene, random) {
  const { width, height, unit } = scene.layout;
  const colourAt = readSmall(context, scene, 200);
  for (let bloom = 0; bloom < 260; bloom++) {
    const x = width * random.next();
    const y = height * random.next();
    const [red, green, blue] = colourAt(x, y);
    const hex = `#${[red, green, blue]
      .map((value) =>
        Math.min(255, value + 26)
          .toString(16)
          .padStart(2, '0'),
      )
      .join('')}`;
    glow(context, x, y, unit * random.between(3, 12), hex, random.between(0.12, 0.4));
  }
  context.fillStyle = fade('#fbf6ec', 0.24);
  context.fillRect(0, 0, width, height);
  for (const [depth, share] of [
    [6.5, 0.3],
    [5, 0.45],
    [3.6, 0.9],
  ])
    paintTornEdge(context, scene, random.fork(`edge ${depth}`), unit * depth, fade('#fbf7ef', share));
}

/** The point `inward` from the edge after walking `along` it from the top left. @param {number} along @param {number} inward @param {number} width @param {number} height */
function alongEdge(along, inward, width, height) {
  if (along < width) return [along, inward];
  if (along < width + height) return [width - inward, along - width];
  if (along < width * 2 + height) return [width * 2 + height - along, height - inward];
  return [inward, (width + height) * 2 - along];
}

/** A frame of bare paper with an uneven inner edge. @param {Context} context @param {Scene} scene @param {Random} random @param {number} depth pixels @param {string} style */
function paintTornEdge(context, { layout }, random, depth, style) {
  const { width, height, unit } = layout;
  const noise = createNoise(random, 5);
  context.beginPath();
  context.rect(0, 0, width, height);
  const round = 2 * (width + height);
  for (let along = 0; along < round; along += unit * 0.8) {
    const inward = depth * (1 + 0.75 * noise(along / (unit * 9)));
    const [x, y] = alongEdge(along, inward, width, height);
    const [left, top] = [Math.max(depth, Math.min(width - depth, x)), Math.max(depth, Math.min(height - depth, y))];
    context[along === 0 ? 'moveTo' : 'lineTo'](
      x === inward || x === width - inward ? x : left,
      y === inward || y === height - inward ? y : top,
    );
  }
  context.closePath();
  context.fillStyle = style;
  context.fill('evenodd');
}

/** Keeps only light and dark, on tinted paper. @param {string} shadow @param {string} light @returns {Paint} */
const inTwoTones =
  (shadow, light) =>
  (context, { layout }) => {
    const { width, height } = layout;
    for (const [operation, style] of /** @type {const} */ ([
      ['saturation', '#808080'],
      ['multiply', light],
      ['screen', shadow],
    ])) {
      context.globalCompositeOperation = operation;
      context.fillStyle = style;
      context.fillRect(0, 0, width, height);
    }
    // The picture drawn over itself has more contrast, like a black print.
    context.globalCompositeOperation = 'soft-light';
    context.drawImage(context.canvas, 0, 0);
  };

/** A pen drawing: contours where the picture changes, hatching where it is dark, a pale wash under both. @type {Paint} */
function paintPen(context, scene, random) {
  const { width, height } = scene.layout;
  const contours = traceContours(context, scene);
  const colourAt = readSmall(context, scene, 320);
  context.globalCompositeOperation = 'saturation';
  context.fillStyle = '#808080';
  context.fillRect(0, 0, width, height);
  context.globalCompositeOperation = 'source-over';
  context.fillStyle = fade('#f8f2e4', 0.66);
  context.fillRect(0, 0, width, height);
  for (const [threshold, angle] of [
    [0.62, 0.75],
    [0.44, -0.8],
    [0.27, 0.1],
  ])
    paintHatching(context, scene, random, { threshold, angle, colourAt });
  context.drawImage(contours.canvas, 0, 0, width, height);
}

/** @param {Context} context @param {Scene} scene @returns {OffscreenCanvasRenderingContext2D} dark lines on nothing */
function traceContours(context, { layout }) {
  const scale = Math.min(1, 560 / Math.max(layout.width, layout.height));
  const sheet = createSheet(layout.width * scale, layout.height * scale);
  const { width, height } = sheet.canvas;
  sheet.drawImage(context.canvas, 0, 0, width, height);
  const { data } = sheet.getImageData(0, 0, width, height);
  const lines = sheet.createImageData(width, height);
  const change = (/** @type {number} */ from, /** @type {number} */ to) =>
    Math.abs(data[from] - data[to]) + Math.abs(data[from + 1] - data[to + 1]) + Math.abs(data[from + 2] - data[to + 2]);
  for (let row = 1; row < height - 1; row++) {
    for (let column = 1; column < width - 1; column++) {
      const at = (row * width + column) * 4;
      const edge = change(at - 4, at + 4) + change(at - width * 4, at + width * 4);
      lines.data[at] = 31;
      lines.data[at + 1] = 33;
      lines.data[at + 2] = 46;
      lines.data[at + 3] = Math.max(0, Math.min(235, (edge - 34) * 2.6));
    }
  }
  sheet.putImageData(lines, 0, 0);
  return sheet;
}

/** @param {Context} context @param {Scene} scene @param {Random} random @param {{ threshold: number, angle: number, colourAt: (x: number, y: number) => number[] }} tone */
function paintHatching(context, { layout }, random, { threshold, angle, colourAt }) {
  const { width, height, unit } = layout;
  const reach = Math.hypot(width, height) / 2;
  const gap = Math.max(2.4, unit * 0.75);
  const [across, down] = [Math.cos(angle), Math.sin(angle)];
  context.strokeStyle = fade('#1f212e', 0.5);
  context.lineWidth = Math.max(0.6, unit * 0.12);
  context.beginPath();
  for (let offset = -reach; offset < reach; offset += gap) {
    const wobble = random.around(0, gap * 0.35);
    let drawing = false;
    for (let along = -reach; along < reach; along += gap) {
      const x = width / 2 + across * along - down * (offset + wobble);
      const y = height / 2 + down * along + across * (offset + wobble);
      const [red, green, blue] = colourAt(x, y);
      const dark =
        x > 0 && y > 0 && x < width && y < height && red * 0.3 + green * 0.59 + blue * 0.11 < threshold * 255;
      if (dark) context[drawing ? 'lineTo' : 'moveTo'](x, y);
      drawing = dark;
    }
  }
  context.stroke();
}

/** @type {Paint} */
function paintPixels(context, { layout }) {
  const { width, height, unit } = layout;
  const cell = Math.max(2, Math.round(unit * 0.9));
  const sheet = createSheet(width / cell, height / cell);
  sheet.drawImage(context.canvas, 0, 0, sheet.canvas.width, sheet.canvas.height);
  const pixels = sheet.getImageData(0, 0, sheet.canvas.width, sheet.canvas.height);
  for (let at = 0; at < pixels.data.length; at++)
    if (at % 4 !== 3) pixels.data[at] = Math.round(pixels.data[at] / 22) * 22;
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

/** The passes of each style, in order. @type {Record<string, Paint[]>} */
const MANNERS = {
  oil: [inStrokes(1300, 4.2, 1.6), inStrokes(3000, 2.2, 0.62), inStrokes(4200, 1.3, 0.34)],
  watercolor: [paintWash],
  ink: [paintPen],
  monochrome: [inTwoTones('#0c0c10', '#f6f6f4')],
  sepia: [inTwoTones('#2a1608', '#f4dfb8')],
  retro: [paintFade],
  pixel: [paintPixels],
};

/** @param {Scene} scene @returns {Layer[]} what the manner does to the finished picture */
export function styleLayers({ styles }) {
  return styles.flatMap((style) =>
    (MANNERS[style] ?? []).map((paint, pass) => ({ name: `style ${style} ${pass}`, paint })),
  );
}
