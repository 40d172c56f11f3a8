import { darken, fade, lighten, mix } from '../colour.js';
import { downwards, fillEllipse, fillPolygon, strokeOutline } from '../draw.js';

/** @import { Context, Point, Random } from '../types.d.ts' */

/**
 * @typedef {{ x: number, y: number, size: number, dark: string, light: string, snow?: string | null }} Tree
 *   (x, y) is the foot, `size` the height, both in pixels; `dark` and `light` are the tones of its two sides
 */

/** @param {Context} context @param {Random} random @param {Tree} tree */
export function paintPine(context, random, { x, y, size, dark, light, snow }) {
  const tiers = size > 90 ? 9 : size > 40 ? 7 : 5;
  const spread = size * random.between(0.2, 0.27);
  context.fillStyle = darken(dark, 0.35);
  context.fillRect(x - size * 0.018, y - size * 0.14, size * 0.036, size * 0.14);
  /** @type {Point[]} */
  const left = [];
  /** @type {Point[]} */
  const right = [];
  const top = y - size;
  for (let tier = 1; tier <= tiers; tier++) {
    const at = tier / tiers;
    const level = top + size * 0.93 * at ** 0.92;
    const reach = spread * (0.1 + 0.9 * at) * random.between(0.85, 1.12);
    left.push([x - reach, level + random.around(0, size * 0.012)], [x - reach * 0.48, level - size * 0.022]);
    right.push(
      [x + reach * random.between(0.9, 1.1), level + random.around(0, size * 0.012)],
      [x + reach * 0.48, level - size * 0.022],
    );
  }
  /** @type {Point} */
  const tip = [x, top];
  /** @type {Point} */
  const foot = [x, y - size * 0.06];
  fillPolygon(context, downwards(context, top, y, [light, mix(light, dark, 0.6)]), [
    tip,
    ...left,
    foot,
    ...right.toReversed(),
  ]);
  fillPolygon(context, downwards(context, top, y, [mix(light, dark, 0.55), dark]), [
    tip,
    ...right,
    foot,
    [x - spread * 0.12, y - size * 0.4],
  ]);
  if (snow) {
    for (const [index, [tipX, tipY]] of left.entries()) {
      if (index % 2 === 0)
        fillPolygon(context, fade(snow, 0.9), [
          [tipX, tipY],
          [x - (x - tipX) * 0.1, tipY - size * 0.085],
          [x - (x - tipX) * 0.35, tipY - size * 0.02],
        ]);
    }
  }
}

/** A round crown of leaves in three tones. @param {Context} context @param {Random} random @param {Tree} tree */
export function paintBroadleaf(context, random, { x, y, size, dark, light, snow }) {
  const trunk = mix(darken(dark, 0.3), '#4a3428', 0.45);
  const lean = random.around(0, size * 0.03);
  fillPolygon(context, trunk, [
    [x - size * 0.035, y],
    [x - size * 0.016 + lean, y - size * 0.55],
    [x + size * 0.016 + lean, y - size * 0.55],
    [x + size * 0.04, y],
  ]);
  strokeOutline(
    context,
    trunk,
    size * 0.014,
    `M${x + lean * 0.6} ${y - size * 0.36}L${x - size * 0.13} ${y - size * 0.52}M${x + lean * 0.6} ${y - size * 0.4}L${x + size * 0.14} ${y - size * 0.56}`,
  );
  const leaves = Array.from({ length: 26 }, () => {
    const angle = random.between(0, Math.PI * 2);
    const distance = Math.sqrt(random.next());
    return {
      x: x + lean + Math.cos(angle) * distance * size * 0.27,
      y: y - size * 0.64 + Math.sin(angle) * distance * size * 0.24,
      radius: size * random.between(0.08, 0.14),
    };
  }).sort((first, second) => second.y - first.y);
  const crown = (/** @type {string} */ tone, /** @type {number} */ shift, /** @type {number} */ scale) => {
    context.fillStyle = tone;
    context.beginPath();
    for (const leaf of leaves) {
      const radius = leaf.radius * scale;
      context.moveTo(leaf.x - shift + radius, leaf.y - shift);
      context.arc(leaf.x - shift, leaf.y - shift, radius, 0, Math.PI * 2);
    }
    context.fill();
  };
  crown(dark, 0, 1);
  crown(mix(dark, light, 0.5), size * 0.028, 0.78);
  context.globalAlpha = 0.85;
  crown(snow ?? light, size * 0.052, 0.42);
  context.globalAlpha = 1;
}

/** @param {Context} context @param {Random} random @param {Tree} tree */
export function paintPalm(context, random, { x, y, size, dark, light }) {
  const lean = size * random.around(0, 0.26);
  const top = { x: x + lean, y: y - size * 0.8 };
  const bark = mix(darken(dark, 0.15), '#6b4a35', 0.5);
  const curve = `Q${x + lean * 0.1} ${y - size * 0.5} ${top.x} ${top.y}`;
  strokeOutline(context, bark, size * 0.036, `M${x} ${y}${curve}`);
  strokeOutline(context, fade(lighten(bark, 0.25), 0.5), size * 0.011, `M${x - size * 0.008} ${y}${curve}`);
  const fronds = 11;
  for (let frond = 0; frond < fronds; frond++) {
    const angle = -Math.PI / 2 + ((frond - (fronds - 1) / 2) / fronds) * Math.PI * 1.75 + random.around(0, 0.12);
    const length = size * random.between(0.3, 0.42);
    const endX = top.x + Math.cos(angle) * length;
    const endY = top.y + Math.sin(angle) * length * 0.62 + length * 0.34;
    const bendX = top.x + Math.cos(angle) * length * 0.6;
    const bendY = top.y + Math.sin(angle) * length * 0.6 - length * 0.12;
    context.fillStyle = frond % 2 === 0 ? dark : mix(dark, light, 0.55);
    context.beginPath();
    context.moveTo(top.x, top.y);
    context.quadraticCurveTo(bendX, bendY - length * 0.08, endX, endY);
    context.quadraticCurveTo(bendX, bendY + length * 0.17, top.x, top.y);
    context.fill();
  }
  for (let nut = 0; nut < 3; nut++)
    fillEllipse(context, darken(bark, 0.3), top.x + (nut - 1) * size * 0.025, top.y + size * 0.018, size * 0.02);
}

/** @param {Context} context @param {Random} random @param {Tree} tree */
export function paintCactus(context, random, { x, y, size, dark, light }) {
  const thick = size * 0.15;
  const column = (
    /** @type {number} */ cx,
    /** @type {number} */ top,
    /** @type {number} */ bottom,
    /** @type {number} */ wide,
  ) => {
    const gradient = context.createLinearGradient(cx - wide / 2, 0, cx + wide / 2, 0);
    gradient.addColorStop(0, light);
    gradient.addColorStop(0.5, mix(light, dark, 0.6));
    gradient.addColorStop(1, dark);
    context.fillStyle = gradient;
    context.beginPath();
    context.roundRect(cx - wide / 2, top, wide, bottom - top, wide / 2);
    context.fill();
  };
  column(x, y - size, y + thick * 0.3, thick);
  for (const side of [-1, 1]) {
    const level = y - size * random.between(0.38, 0.6);
    const reach = side * size * random.between(0.19, 0.26);
    column(x + reach, level - size * random.between(0.18, 0.34), level + thick * 0.4, thick * 0.74);
    context.fillStyle = mix(light, dark, 0.6);
    context.beginPath();
    context.roundRect(Math.min(x, x + reach), level - thick * 0.3, Math.abs(reach), thick * 0.68, thick * 0.3);
    context.fill();
  }
  context.fillStyle = fade(dark, 0.35);
  for (const shift of [-0.22, 0.02, 0.26])
    context.fillRect(x + thick * shift, y - size * 0.93, Math.max(0.6, thick * 0.05), size * 0.88);
}

/**
 * A row of distant pines as one outline.
 * @param {Context} context @param {Random} random @param {string | CanvasGradient} style
 * @param {{ left: number, right: number, foot: (x: number) => number, size: number, bottom: number }} row
 */
export function paintTreeline(context, random, style, { left, right, foot, size, bottom }) {
  context.fillStyle = style;
  context.beginPath();
  context.moveTo(left, bottom);
  let x = left;
  while (x < right) {
    const tall = size * random.between(0.55, 1.15);
    const half = tall * random.between(0.17, 0.23);
    const y = foot(x + half);
    context.lineTo(x, y);
    const tiers = tall > 60 ? 8 : tall > 22 ? 6 : 4;
    for (let tier = 0; tier < tiers; tier++) {
      const reach = 1 - tier / tiers;
      context.lineTo(x + half * (1 - reach * random.between(0.9, 1.08)), y - tall * (0.1 + 0.9 * (tier / tiers)));
      context.lineTo(x + half * (1 - reach * 0.5), y - tall * (0.13 + 0.9 * (tier / tiers)));
    }
    context.lineTo(x + half, y - tall);
    for (let tier = tiers - 1; tier >= 0; tier--) {
      const reach = 1 - tier / tiers;
      context.lineTo(x + half * (1 + reach * 0.5), y - tall * (0.13 + 0.9 * (tier / tiers)));
      context.lineTo(x + half * (1 + reach * random.between(0.9, 1.08)), y - tall * (0.1 + 0.9 * (tier / tiers)));
    }
    x += half * random.between(1.1, 1.9);
    context.lineTo(x, foot(x));
  }
  context.lineTo(right, bottom);
  context.fill();
}
