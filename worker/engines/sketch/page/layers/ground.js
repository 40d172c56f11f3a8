import { darken, fade, lighten, mix } from '../colour.js';
import { downwards, fillEllipse, fillPolygon, glow } from '../draw.js';
import { createNoise } from '../noise.js';
import { atDepth, inLight } from '../palette.js';

/** @import { Context, Paint, Point, Random, Scene } from '../types.d.ts' */

/** @param {Scene} scene */
const isSnowy = ({ weather, season, places }) =>
  weather.includes('snow') || season === 'winter' || places.includes('iceberg');

/** @param {Scene} scene how much of a band is ground and not leaf @param {Random} random */
export const groundShare = (scene, random) =>
  isSnowy(scene) || scene.places.includes('wheat') ? 0.88 : 0.25 + 0.6 * random.next();

/** @param {Scene} scene @returns {string} the colour of the ground under one's feet */
export function groundColour(scene) {
  const { palette, places } = scene;
  if (isSnowy(scene))
    return mix(palette.ground, palette.ambientShare > 0.35 ? '#93a9d8' : mix('#f4f7fb', palette.sky[3], 0.2), 0.8);
  if (places.includes('wheat')) return mix(palette.ground, '#e0b04c', 0.7);
  if (places.includes('forest')) return mix(palette.ground, palette.foliage, 0.55);
  return palette.ground;
}

/**
 * Rolling land from the horizon to the lower edge, nearer bands darker and richer.
 * @type {Paint}
 */
export function paintHills(context, scene, random) {
  const { palette, layout, places } = scene;
  const { horizon, height, unit } = layout;
  const swell = places.includes('hills') ? 1.7 : 1;
  const bands = 5;
  const bloom = places.includes('flowers') ? (scene.ownColours.flowers ?? scene.blooms[0]) : undefined;
  const bare =
    scene.styles.includes('minimal') ||
    scene.without.includes('trees') ||
    places.includes('flowers') ||
    places.includes('wheat');
  for (let band = 0; band < bands; band++) {
    const at = band / (bands - 1);
    const depth = 0.85 * (1 - at) ** 1.4;
    const top = horizon + (height - horizon) * (at ** 1.5 * 0.72);
    const noise = createNoise(random.fork(`band ${band}`), 2);
    const rise = unit * (3.4 + 4.2 * at) * swell;
    const grown = mix(palette.foliage, groundColour(scene), groundShare(scene, random));
    const near = bloom ? mix(grown, inLight(palette, bloom), 0.4) : grown;
    const colour = atDepth(palette, at > 0.85 ? darken(near, 0.1) : near, depth);
    const bright = mix(colour, palette.sun, 0.2 * (1 - at * 0.5));
    const crest = (/** @type {number} */ x) => top - rise * (0.45 + 0.8 * noise(x / (unit * (26 + 22 * at)) + 3));
    paintBand(
      context,
      layout.width,
      height,
      unit,
      crest,
      downwards(context, top - rise, top + (height - top) * 0.6 + unit * 4, [bright, colour, darken(colour, 0.16)]),
    );
    paintSunlitSlope(context, scene, { crest, bright, from: top - rise });
    if (band < bands - 1 && !bare)
      paintCopse(context, scene, random.fork(`copse ${band}`), { crest, colour, at, depth });
    if (at > 0.2 && !scene.styles.includes('minimal'))
      paintTufts(context, scene, random.fork(`tufts ${band}`), { crest, colour, at });
  }
  if (!scene.styles.includes('minimal'))
    paintTufts(context, scene, random.fork('edge'), {
      crest: () => height - unit * 4,
      colour: darken(mix(palette.foliage, palette.land, 0.3), 0.2),
      at: 1.2,
    });
}

/** The sunny side of a hill. @param {Context} context @param {Scene} scene @param {{ crest: (x: number) => number, bright: string, from: number }} slope */
function paintSunlitSlope(context, { layout, palette }, { crest, bright, from }) {
  const { width, height, unit, sunX } = layout;
  context.save();
  context.beginPath();
  context.moveTo(-unit, height);
  for (let x = -unit; x <= width + unit * 2; x += unit * 2) context.lineTo(x, crest(x));
  context.lineTo(width + unit, height);
  context.clip();
  glow(context, sunX, from, unit * 66, mix(bright, palette.sun, 0.5), 0.4, 0.36);
  context.restore();
}

/** Bushes and small trees that gather on a crest. @param {Context} context @param {Scene} scene @param {Random} random @param {{ crest: (x: number) => number, colour: string, at: number, depth: number }} band */
function paintCopse(context, scene, random, { crest, at, depth }) {
  const { layout, palette } = scene;
  const { width, unit } = layout;
  const dark = atDepth(palette, darken(mix(palette.foliage, palette.land, 0.22), 0.12), depth);
  const light = mix(dark, mix(palette.ground, palette.sun, 0.3), 0.32);
  const groups = random.integer(2, 4);
  for (let group = 0; group < groups; group++) {
    const centre = width * random.next();
    const bushes = Array.from({ length: random.integer(4, 10) }, () => {
      const x = centre + random.around(0, unit * (6 + 8 * at));
      return { x, y: crest(x) + unit * 0.5, size: unit * (1 + 2.4 * at) * random.between(0.5, 1.3) };
    });
    for (const { x, y, size } of bushes)
      fillEllipse(context, fade(darken(dark, 0.2), 0.3), x + size * 0.3, y + size * 0.04, size * 1.1, size * 0.16);
    for (const [tone, shift, scale] of /** @type {const} */ ([
      [dark, 0, 1],
      [mix(dark, light, 0.5), 0.14, 0.78],
      [light, 0.26, 0.45],
    ])) {
      for (const { x, y, size } of bushes) {
        for (const side of [-0.42, 0, 0.42])
          fillEllipse(
            context,
            tone,
            x + side * size - shift * size,
            y - size * (side === 0 ? 0.62 : 0.38) - shift * size,
            size * 0.5 * scale,
            size * 0.52 * scale,
          );
      }
    }
  }
}

/**
 * @param {Context} context @param {number} width @param {number} height @param {number} unit
 * @param {(x: number) => number} crest @param {string | CanvasGradient} style
 */
export function paintBand(context, width, height, unit, crest, style) {
  /** @type {Point[]} */
  const points = [[-unit, height + unit]];
  for (let x = -unit; x <= width + unit * 2; x += unit * 1.5) points.push([x, crest(x)]);
  points.push([width + unit * 2, height + unit]);
  fillPolygon(context, style, points);
}

/**
 * Blades of grass, and flowers if the prompt names them, scattered in perspective.
 * @param {Context} context @param {Scene} scene @param {Random} random
 * @param {{ crest: (x: number) => number, colour: string, at: number }} band
 */
export function paintTufts(context, scene, random, { crest, colour, at }) {
  const { layout, palette, places } = scene;
  const { width, height, unit } = layout;
  if (isSnowy(scene)) return;
  const count = Math.round((130 + 330 * at) * Math.min(2, width / (unit * 100)));
  const tall = unit * (0.5 + 1.5 * at) * (places.includes('wheat') ? 2.2 : 1);
  const tones = [mix(colour, palette.sun, 0.26), darken(colour, 0.14), mix(colour, palette.foliage, 0.5)];
  for (const tone of tones) {
    context.strokeStyle = fade(tone, 0.62);
    context.lineWidth = Math.max(0.6, unit * (0.07 + 0.12 * at));
    context.beginPath();
    for (let index = 0; index < count / tones.length; index++) {
      const x = random.next() * width;
      const y = crest(x) + (height - crest(x)) * random.next() ** 1.3;
      for (let blade = -1; blade <= 1; blade++) {
        context.moveTo(x + blade * tall * 0.12, y);
        context.quadraticCurveTo(
          x + blade * tall * 0.2,
          y - tall * 0.6,
          x + blade * tall * 0.45 + random.around(0, tall * 0.2),
          y - tall * random.between(0.75, 1.1),
        );
      }
    }
    context.stroke();
  }
  if (places.includes('flowers') || scene.season === 'spring') paintFlowers(context, scene, random, { crest, at });
}

/** @param {Scene} scene @returns {string[]} petal colours */
function petals({ palette, colours, season, ownColours, blooms }) {
  const named = ownColours.flowers;
  if (named) return [named, lighten(named, 0.3), mix(named, '#ffffff', 0.6)];
  if (blooms.length > 0) return blooms;
  const [first] = colours;
  if (first) return [first, lighten(first, 0.35), mix(first, palette.accent, 0.4)];
  return season === 'spring'
    ? ['#f7b8cc', '#fff3f0', '#f4d35e']
    : ['#e5484d', '#f4d35e', '#fff6ea', '#b48be0', '#f08fb0'];
}

/** @param {Context} context @param {Scene} scene @param {Random} random @param {{ crest: (x: number) => number, at: number }} band */
function paintFlowers(context, scene, random, { crest, at }) {
  const { layout, palette, places } = scene;
  const { width, height, unit } = layout;
  const hues = petals(scene).map((hue) => mix(hue, palette.ambient, palette.ambientShare * 0.7));
  const dense = !places.includes('flowers') ? 0.3 : scene.blooms.length > 0 ? 2 : 1;
  const count = Math.round((150 + 60 * at) * dense * (0.6 + scene.strength) * Math.min(2, width / (unit * 100)));
  for (let index = 0; index < count; index++) {
    const x = random.next() * width;
    const from = crest(x);
    const y = from + (height * 1.02 - from) * random.next() ** 1.2;
    const size = unit * (0.25 + 1.15 * at * ((y - from) / (height - from) + 0.25)) * random.between(0.7, 1.2);
    const hue = random.pick(hues);
    if (size < unit * 0.55) {
      fillEllipse(context, hue, x, y, size, size * 0.7);
      continue;
    }
    context.fillStyle = hue;
    context.beginPath();
    for (let petal = 0; petal < 5; petal++) {
      const angle = (petal / 5) * Math.PI * 2 + index;
      const petalX = x + Math.cos(angle) * size * 0.5;
      const petalY = y + Math.sin(angle) * size * 0.38;
      context.moveTo(petalX + size * 0.42, petalY);
      context.ellipse(petalX, petalY, size * 0.42, size * 0.34, 0, 0, Math.PI * 2);
    }
    context.fill();
    fillEllipse(context, mix('#f7c948', palette.ambient, palette.ambientShare * 0.6), x, y, size * 0.24, size * 0.2);
  }
}

/** The near bank in front of water. @type {Paint} */
export function paintNearBank(context, scene, random) {
  const { palette, layout } = scene;
  const { height, width, unit } = layout;
  const colour = darken(
    mix(palette.foliage, groundColour(scene), isSnowy(scene) ? 0.92 : 0.4),
    isSnowy(scene) ? 0 : 0.12,
  );
  const noise = createNoise(random.fork('bank'), 3);
  const lean = random.pick([-1, 1]);
  for (const [index, lift] of [11, 5].entries()) {
    const crest = (/** @type {number} */ x) =>
      height - unit * lift - lean * (x / width - 0.5) * unit * 7 - unit * 3.4 * noise(x / (unit * 24) + index * 20);
    const tone = index === 0 ? mix(colour, palette.haze, 0.14) : darken(colour, 0.14);
    paintBand(
      context,
      width,
      height,
      unit,
      crest,
      downwards(context, height - unit * (lift + 5), height, [mix(tone, palette.sun, 0.18), tone, darken(tone, 0.2)]),
    );
    paintTufts(context, scene, random.fork(`bank ${index}`), { crest, colour: tone, at: 0.55 + index * 0.3 });
  }
}
