import { fade, lighten, mix } from '../colour.js';
import { downwards, fillEllipse } from '../draw.js';

/** @import { Context, Paint, Random } from '../types.d.ts' */

/**
 * One heap cloud: a crown of discs on a flat foot, lit from above, dissolving below.
 * @param {Context} context @param {Random} random
 * @param {{ x: number, y: number, width: number, light: string, shade: string, opacity: number }} cloud
 */
function paintHeap(context, random, { x, y, width, light, shade, opacity }) {
  const count = 9 + random.integer(0, 5);
  const height = width * random.between(0.26, 0.4);
  const lean = random.between(0.35, 0.65);
  const discs = Array.from({ length: count }, (_, index) => {
    const along = index / (count - 1);
    const hump = Math.sin(Math.PI * along) ** 0.8 * (0.55 + 0.45 * Math.exp(-(((along - lean) / 0.22) ** 2)));
    return {
      x: x + (along - 0.5) * width + random.around(0, width * 0.03),
      y: y - height * hump * random.between(0.35, 0.6),
      radius: Math.max(width * 0.045, height * hump * random.between(0.45, 0.62)),
    };
  });
  context.save();
  context.globalAlpha = opacity;
  context.fillStyle = downwards(context, y - height, y + height * 0.12, [
    light,
    mix(light, shade, 0.35),
    fade(mix(light, shade, 0.75), 0.75),
    fade(shade, 0),
  ]);
  context.beginPath();
  for (const disc of discs) {
    context.moveTo(disc.x + disc.radius, disc.y);
    context.arc(disc.x, disc.y, disc.radius, 0, Math.PI * 2);
  }
  context.roundRect(x - width * 0.54, y - height * 0.2, width * 1.08, height * 0.3, height * 0.15);
  context.fill();
  for (const disc of discs.filter(({ radius }) => radius > width * 0.07)) {
    const glaze = context.createRadialGradient(
      disc.x - disc.radius * 0.3,
      disc.y - disc.radius * 0.45,
      0,
      disc.x,
      disc.y,
      disc.radius,
    );
    glaze.addColorStop(0, fade(lighten(light, 0.3), 0.5));
    glaze.addColorStop(0.7, fade(lighten(light, 0.3), 0.08));
    glaze.addColorStop(1, fade(light, 0));
    fillEllipse(context, glaze, disc.x, disc.y, disc.radius);
  }
  context.restore();
}

/**
 * A long veil of lens shapes.
 * @param {Context} context @param {Random} random
 * @param {{ x: number, y: number, width: number, colour: string, opacity: number, unit: number }} veil
 */
function paintVeil(context, random, { x, y, width, colour, opacity, unit }) {
  const strands = random.integer(4, 8);
  for (let strand = 0; strand < strands; strand++) {
    const length = width * random.between(0.3, 0.95);
    const centre = x + random.around(0, width * 0.35);
    const top = y + random.around(0, unit * 2.6);
    context.fillStyle = fade(colour, opacity * random.between(0.35, 0.9));
    context.beginPath();
    context.moveTo(centre - length / 2, top);
    context.bezierCurveTo(
      centre - length * 0.2,
      top - unit * random.between(0.8, 2),
      centre + length * 0.2,
      top - unit * random.between(0.4, 1.6),
      centre + length / 2,
      top,
    );
    context.bezierCurveTo(
      centre + length * 0.2,
      top + unit * 0.7,
      centre - length * 0.2,
      top + unit * 0.5,
      centre - length / 2,
      top,
    );
    context.fill();
  }
}

/** @type {Paint} */
export function paintClouds(context, scene, random) {
  const { palette, layout, weather, time, styles } = scene;
  const { width, horizon, unit } = layout;
  const many = weather.includes('clouds') || weather.includes('storm') || weather.includes('rain');
  const stormy = weather.includes('storm');
  const wide = Math.max(1, width / (unit * 100));
  const veils = Math.round((many ? 7 : 5) * wide);
  for (let index = 0; index < veils; index++) {
    const y = horizon * random.between(0.12, 0.9);
    const low = y / horizon;
    const colour = mix(palette.cloudShade, palette.cloud, time === 'day' ? 0.8 : low);
    paintVeil(context, random, {
      x: random.next() * width,
      y,
      width: unit * random.between(35, 80),
      colour,
      opacity: stormy ? 0.5 : 0.42,
      unit,
    });
  }
  if (styles.includes('minimal') && !many) return;
  const heaps = Math.round((many ? 8 : time === 'day' ? 4 : 3) * wide);
  for (let index = 0; index < heaps; index++) {
    const far = 1 - index / heaps;
    const y = horizon * (many ? random.between(0.1, 0.92) : random.between(0.3, 0.95) - (1 - far) * 0.25);
    paintHeap(context, random, {
      x: random.between(-0.05, 1.05) * width,
      y: Math.max(unit * 9, y),
      width: unit * (16 + 30 * (1 - far)) * random.between(0.8, 1.4) * (stormy ? 1.5 : 1),
      light: mix(palette.cloud, palette.sky[3], far * 0.5),
      shade: mix(palette.cloudShade, palette.sky[2], far * 0.4),
      opacity: (time === 'night' ? 0.5 : 0.86) - far * 0.25,
    });
  }
}
