import { darken, fade, lighten, mix, saturate } from '../colour.js';
import { downwards, fillEllipse, fillPolygon, glow, ramp, rightwards } from '../draw.js';
import { createNoise, createNoise2d } from '../noise.js';

/** @import { Context, Paint, Point, Random, Scene } from '../types.d.ts' */

/** Sets of five matching colours. The first is the ground. */
const HARMONIES = [
  ['#f4ead9', '#264653', '#2a9d8f', '#e9c46a', '#e76f51'],
  ['#10182b', '#3d5a98', '#e07a5f', '#f2cc8f', '#81b29a'],
  ['#f7efe6', '#d1495b', '#edae49', '#30638e', '#003d5b'],
  ['#1d1836', '#6a4c93', '#ff6f91', '#ffc75f', '#4bc0c8'],
  ['#eef1ea', '#386641', '#6a994e', '#bc4749', '#f2b84b'],
  ['#fbeee4', '#845ec2', '#ff9671', '#ffc75f', '#2c7a8c'],
  ['#0e2233', '#13828a', '#f3a950', '#e8505b', '#f4f0dc'],
];

/** @param {Scene} scene @param {Random} random @returns {string[]} */
function chooseColours({ colours, styles, palette, strength }, random) {
  const [first, second] = colours;
  const base = styles.includes('neon')
    ? [palette.sky[0], palette.sky[2], palette.sky[3], palette.accent, palette.sun]
    : random.pick(HARMONIES);
  const named = first
    ? base.map((hue, index) =>
        index === 0 ? mix(hue, first, 0.12) : mix(hue, index % 2 === 0 ? (second ?? first) : first, 0.6),
      )
    : base;
  const soft = styles.includes('pastel') ? named.map((hue) => lighten(hue, 0.4)) : named;
  return soft.map((hue) => saturate(hue, 0.85 + 0.35 * strength));
}

/** A composition that depends only on the hash of the prompt. @type {Paint} */
export function paintAbstract(context, scene, random) {
  const colours = chooseColours(scene, random.fork('colours'));
  const [ground] = colours;
  const { width, height } = scene.layout;
  context.fillStyle = downwards(context, 0, height, ramp([lighten(ground, 0.08), ground, darken(ground, 0.08)], 5));
  context.fillRect(0, 0, width, height);
  const paint = random.fork('manner').pick([paintPaperCut, paintFlow, paintDiscs, paintArcs, paintStrata]);
  paint(context, scene, random.fork('composition'), colours);
}

/** @typedef {(context: Context, scene: Scene, random: Random, colours: string[]) => void} Manner */

/** Layers of cut paper around a bright centre. @type {Manner} */
function paintPaperCut(context, { layout }, random, colours) {
  const { width, height, unit } = layout;
  const x = width * random.between(0.38, 0.62);
  const y = height * random.between(0.36, 0.58);
  const layers = 11;
  const reach = Math.hypot(width, height) * 0.62;
  const tones = ramp([colours[1], colours[4], colours[3], lighten(colours[3], 0.5)], layers);
  for (const [index, tone] of tones.entries()) {
    const noise = createNoise(random.fork(`sheet ${index}`), 2);
    const radius = reach * (1 - index / (layers + 0.6)) ** 1.15;
    /** @type {Point[]} */
    const points = [];
    for (let step = 0; step < 90; step++) {
      const angle = (step / 90) * Math.PI * 2;
      const seam = Math.abs(step / 45 - 1);
      const wobble = 1 + 0.42 * (noise(seam * 4.3 + index) + 0.4 * noise(Math.sin(angle) * 4 + 30));
      points.push([x + Math.cos(angle) * radius * wobble, y + Math.sin(angle) * radius * wobble * 0.86]);
    }
    context.save();
    context.shadowColor = fade('#000000', 0.42);
    context.shadowBlur = unit * 2.4;
    context.shadowOffsetY = unit * 0.8;
    fillPolygon(context, tone, points);
    context.restore();
  }
  glow(context, x, y, unit * 30, lighten(colours[3], 0.75), 0.7);
}

/** Ribbons that follow a flow field. @type {Manner} */
function paintFlow(context, { layout, strength }, random, colours) {
  const { width, height, unit } = layout;
  const noise = createNoise2d(random.fork('field'));
  const turn = random.between(0, 6);
  const count = Math.round(430 * (0.7 + strength * 0.6) * Math.min(1.8, (width * height) / (unit * 100) ** 2));
  context.lineCap = 'round';
  for (let ribbon = 0; ribbon < count; ribbon++) {
    let x = width * random.between(-0.1, 1.1);
    let y = height * random.between(-0.1, 1.1);
    const near = ribbon / count;
    const hue = colours[1 + (Math.floor((noise(x / (unit * 45) + 7, y / (unit * 45)) + 1) * 2.4) % 4)] ?? colours[1];
    context.strokeStyle = fade(
      mix(hue, random.chance(0.5) ? '#ffffff' : '#0c0c18', random.between(0, 0.2)),
      0.5 + 0.45 * near,
    );
    context.lineWidth = unit * random.between(0.3, 2.1) * (0.5 + 0.7 * near);
    context.beginPath();
    context.moveTo(x, y);
    for (let step = 0; step < 26; step++) {
      const angle = turn + noise(x / (unit * 42), y / (unit * 42)) * 3.6;
      x += Math.cos(angle) * unit * 1.5;
      y += Math.sin(angle) * unit * 1.5;
      context.lineTo(x, y);
    }
    context.stroke();
  }
}

/** Discs and half discs that overlap like glass. @type {Manner} */
function paintDiscs(context, { layout }, random, colours) {
  const { width, height, unit } = layout;
  const count = random.integer(9, 13);
  for (let index = 0; index < count; index++) {
    const x = width * random.between(0.1, 0.9);
    const y = height * random.between(0.1, 0.9);
    const radius = unit * (index < 3 ? random.between(19, 30) : random.between(4, 16));
    const hue = colours[1 + (index % 4)];
    const angle = random.between(0, Math.PI * 2);
    context.save();
    context.translate(x, y);
    context.rotate(angle);
    context.globalCompositeOperation = index < 2 ? 'source-over' : random.pick(['multiply', 'source-over', 'screen']);
    context.fillStyle = rightwards(context, -radius, radius, [fade(lighten(hue, 0.12), 0.95), fade(hue, 0.6)]);
    context.beginPath();
    context.arc(0, 0, radius, 0, index % 3 === 1 ? Math.PI : Math.PI * 2);
    context.fill();
    if (index % 3 === 2) {
      context.strokeStyle = fade(colours[1], 0.9);
      context.lineWidth = unit * 0.5;
      for (let ring = 1; ring < 4; ring++) {
        context.beginPath();
        context.arc(0, 0, radius * (1 + ring * 0.14), 0, Math.PI * random.between(0.5, 1.4));
        context.stroke();
      }
    }
    context.restore();
  }
  context.strokeStyle = fade(colours[1], 0.85);
  context.lineWidth = unit * 0.35;
  for (let line = 0; line < 5; line++) {
    context.beginPath();
    context.moveTo(width * random.next(), height * random.next());
    context.lineTo(width * random.next(), height * random.next());
    context.stroke();
  }
}

/** Quarter circles on a grid, as tiles. @type {Manner} */
function paintArcs(context, { layout }, random, colours) {
  const { width, height } = layout;
  const columns = random.integer(4, 6);
  const cell = width / columns;
  for (let row = 0; row * cell < height; row++) {
    for (let column = 0; column < columns; column++) {
      context.save();
      context.translate((column + 0.5) * cell, (row + 0.5) * cell);
      context.rotate((random.integer(0, 3) * Math.PI) / 2);
      const [back, front, third] = [random.pick(colours), random.pick(colours), random.pick(colours)];
      context.fillStyle = back;
      context.fillRect(-cell / 2 - 0.5, -cell / 2 - 0.5, cell + 1, cell + 1);
      const kind = random.integer(0, 3);
      const half = cell / 2;
      if (kind < 2) {
        for (const [scale, tone] of /** @type {const} */ ([
          [1, front],
          [0.66, third],
          [0.33, back],
        ])) {
          context.fillStyle = tone;
          context.beginPath();
          context.moveTo(-half, -half);
          context.arc(-half, -half, cell * scale, 0, Math.PI / 2);
          context.fill();
        }
      } else if (kind === 2) {
        fillEllipse(context, front, 0, 0, half * 0.82);
        fillEllipse(context, third, 0, 0, half * 0.4);
      } else {
        fillPolygon(context, front, [
          [-half, -half],
          [half, -half],
          [-half, half],
        ]);
        fillEllipse(context, third, half * 0.3, half * 0.3, half * 0.3);
      }
      context.restore();
    }
  }
}

/** Waves of colour under a great disc. @type {Manner} */
function paintStrata(context, { layout }, random, colours) {
  const { width, height, unit } = layout;
  const x = width * random.between(0.3, 0.7);
  const radius = unit * random.between(17, 25);
  glow(context, x, height * 0.32, radius * 2.6, colours[3], 0.55);
  fillEllipse(
    context,
    downwards(context, height * 0.1, height * 0.55, [lighten(colours[3], 0.35), colours[4]]),
    x,
    height * 0.34,
    radius,
  );
  const bands = 11;
  const tones = ramp([mix(colours[0], colours[2], 0.4), colours[2], colours[1], darken(colours[1], 0.35)], bands);
  for (const [index, tone] of tones.entries()) {
    const noise = createNoise(random.fork(`band ${index}`), 2);
    const base = height * (0.36 + (index / bands) * 0.66);
    const swell = unit * (5 + index * 0.5);
    /** @type {Point[]} */
    const points = [[0, height]];
    for (let step = 0; step <= 64; step++)
      points.push([
        (width * step) / 64,
        base + noise(step / 13 + index * 3) * swell + Math.sin(step / 9 + index) * unit * 1.6,
      ]);
    points.push([width, height]);
    context.save();
    context.shadowColor = fade('#000000', 0.26);
    context.shadowBlur = unit * 2;
    context.shadowOffsetY = -unit * 0.5;
    fillPolygon(context, downwards(context, base - swell, base + unit * 17, [lighten(tone, 0.12), tone]), points);
    context.restore();
  }
}
