import { darken, fade, lighten } from '../colour.js';
import { fillEllipse, fillOutline, strokeOutline } from '../draw.js';

/**
 * @import { CLOTHES } from '../words/clothes.js'
 * @import { Context, Scene } from '../types.d.ts'
 */

/** Drawings for a head with eyes at (42, 37) and (58, 37), crown at y = 17 and neck at y = 59, in a box of 100 by 100. */

/** @param {Context} context @param {string} accent */
function drawSunglasses(context, accent) {
  const frame = '#1d1b26';
  strokeOutline(context, frame, 2.4, 'M30 34L23 32M70 34L77 32M46 35C48 33.4 52 33.4 54 35');
  for (const x of [31, 53]) {
    const lens = `M${x} 31.6C${x + 5} 30.4 ${x + 12} 30.6 ${x + 16} 31.8C${x + 17.4} 38 ${x + 15} 45.4 ${x + 8.4} 45.6C${x + 1.4} 45.4 ${x - 1.6} 38 ${x} 31.6Z`;
    const glass = context.createLinearGradient(x, 31, x + 14, 46);
    glass.addColorStop(0, '#2b2840');
    glass.addColorStop(0.55, darken(accent, 0.35));
    glass.addColorStop(1, lighten(accent, 0.15));
    fillOutline(context, glass, lens);
    strokeOutline(context, frame, 1.7, lens);
    fillOutline(context, fade('#ffffff', 0.55), `M${x + 3} 34L${x + 6.4} 33.6L${x + 3} 41L${x + 1.6} 38.6Z`);
    fillOutline(context, fade('#ffffff', 0.35), `M${x + 8} 33.4L${x + 9.6} 33.3L${x + 5} 43.4L${x + 3.8} 42.4Z`);
  }
}

/** @param {Context} context */
function drawGlasses(context) {
  for (const x of [42, 58]) {
    fillEllipse(context, fade('#dff2ff', 0.22), x, 37.4, 7.6, 7.2);
    context.strokeStyle = '#3a2c2a';
    context.lineWidth = 1.5;
    context.stroke();
  }
  strokeOutline(context, '#3a2c2a', 1.5, 'M49.4 36.6C49.7 36 50.3 36 50.6 36.6M34.4 36L25 34M65.6 36L75 34');
}

/** @param {Context} context @param {string} accent */
function drawHat(context, accent) {
  fillOutline(context, '#2c2735', 'M34 20L36 -4C42 -7 58 -7 64 -4L66 20Z');
  fillOutline(context, accent, 'M34.4 12C44 15 56 15 65.6 12L66 20L34 20Z');
  fillOutline(context, '#37313f', 'M22 21C34 16 66 16 78 21C68 27 32 27 22 21Z');
}

/** @param {Context} context @param {string} accent */
function drawWizardHat(context, accent) {
  fillOutline(context, darken(accent, 0.35), 'M33 20C38 2 46 -14 62 -20C58 -12 64 4 68 20Z');
  fillOutline(context, darken(accent, 0.5), 'M33 17C44 21 57 21 67.4 16L68 22L32 22Z');
  fillOutline(context, darken(accent, 0.4), 'M18 21C34 15 66 15 82 21C68 28 32 28 18 21Z');
  for (const [x, y, size] of [
    [46, 6, 2],
    [55, -4, 1.5],
    [58, 10, 1.7],
  ])
    fillOutline(
      context,
      '#ffe08a',
      `M${x} ${y - size * 1.6}L${x + size * 0.5} ${y - size * 0.5}L${x + size * 1.6} ${y}L${x + size * 0.5} ${y + size * 0.5}L${x} ${y + size * 1.6}L${x - size * 0.5} ${y + size * 0.5}L${x - size * 1.6} ${y}L${x - size * 0.5} ${y - size * 0.5}Z`,
    );
}

/** @param {Context} context */
function drawCrown(context) {
  const gold = context.createLinearGradient(34, 0, 66, 20);
  gold.addColorStop(0, '#ffe9a0');
  gold.addColorStop(1, '#d9962f');
  fillOutline(context, gold, 'M35 20L32 3L42 11L50 -1L58 11L68 3L65 20C56 23 44 23 35 20Z');
  for (const [x, y, hue] of /** @type {const} */ ([
    [32, 3, '#e5586a'],
    [50, -1, '#5aa9e6'],
    [68, 3, '#e5586a'],
    [50, 15, '#5cc08a'],
  ]))
    fillEllipse(context, hue, x, y, 2.1);
}

/** @param {Context} context @param {string} accent */
function drawScarf(context, accent) {
  fillOutline(context, darken(accent, 0.2), 'M56 62L67 60L72 84L61 87Z');
  fillOutline(context, accent, 'M30 55C40 63 60 63 70 55C74 60 73 66 70 68C58 73 42 73 30 68C27 66 26 60 30 55Z');
  strokeOutline(
    context,
    fade(lighten(accent, 0.5), 0.6),
    1.2,
    'M34 59L33 68M42 62L41.6 71M58 62L58.4 71M66 59L67 68M62 76L70 74M63.4 81L71 79',
  );
}

/** @param {Context} context @param {string} accent */
function drawBowtie(context, accent) {
  fillOutline(context, accent, 'M50 63L38 57L37 71L50 65L63 71L62 57Z');
  fillEllipse(context, darken(accent, 0.25), 50, 64, 3, 3.4);
}

/** @param {Context} context @param {string} accent */
function drawHeadphones(context, accent) {
  strokeOutline(context, '#2c2a36', 4, 'M23 40C20 4 80 4 77 40');
  for (const x of [22, 78]) {
    fillEllipse(context, accent, x, 41, 6, 9.4);
    fillEllipse(context, darken(accent, 0.3), x + (x < 50 ? 2.2 : -2.2), 41, 3, 7.4);
  }
}

/** @param {Context} context @param {string} accent */
function drawFlowerCrown(context, accent) {
  strokeOutline(context, '#5f8f55', 3, 'M28 24C38 14 62 14 72 24');
  for (const [index, [x, y]] of [
    [29, 23],
    [36, 18],
    [44, 15.4],
    [52, 15],
    [60, 17],
    [67, 20.4],
    [72, 25],
  ].entries()) {
    const hue = index % 2 === 0 ? accent : lighten(accent, 0.55);
    for (let petal = 0; petal < 5; petal++)
      fillEllipse(context, hue, x + Math.cos(petal * 1.257) * 2.5, y + Math.sin(petal * 1.257) * 2.5, 2.2);
    fillEllipse(context, '#f6c945', x, y, 1.5);
  }
}

/** In the order in which they are put on. @type {Record<keyof typeof CLOTHES.wearing, (context: Context, accent: string) => void>} */
const WARDROBE = {
  scarf: drawScarf,
  bowtie: drawBowtie,
  glasses: drawGlasses,
  sunglasses: drawSunglasses,
  headphones: drawHeadphones,
  flowers: drawFlowerCrown,
  hat: drawHat,
  crown: drawCrown,
  wizardhat: drawWizardHat,
};

/** @param {Context} context @param {Scene} scene */
export function dress(context, { wearing, ownColours, palette }) {
  for (const [name, draw] of Object.entries(WARDROBE)) {
    const plain = name === 'sunglasses' ? palette.sky[1] : palette.accent;
    if (wearing.includes(name)) draw(context, ownColours[name] ?? plain);
  }
}
