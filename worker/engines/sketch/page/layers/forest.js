import { darken, fade, mix } from '../colour.js';
import { downwards, glow } from '../draw.js';
import { createNoise } from '../noise.js';
import { atDepth } from '../palette.js';
import { paintBroadleaf, paintCactus, paintPalm, paintPine, paintTreeline } from '../subjects/trees.js';
import { groundColour, paintBand, paintTufts } from './ground.js';

/** @import { Context, Paint, Random, Scene } from '../types.d.ts' */

/** @param {Scene} scene */
const snowOn = ({ weather, season, palette }) =>
  weather.includes('snow') || season === 'winter' ? mix('#f4f8fc', palette.ambient, palette.ambientShare * 0.8) : null;

/** @param {Scene} scene which tree grows here */
function species({ places, season, colours }) {
  if (places.includes('palm')) return 'palm';
  if (places.includes('pine')) return 'pine';
  return places.includes('trees') || season === 'autumn' || season === 'spring' || colours.length > 0
    ? 'broadleaf'
    : 'pine';
}

/** @param {Scene} scene @param {number} depth @param {Random} random */
function tones(scene, depth, random) {
  const { palette, season } = scene;
  const leaf =
    season === 'spring'
      ? random.pick([palette.foliage, mix('#f2a9c4', palette.ambient, palette.ambientShare)])
      : palette.foliage;
  const varied =
    season === 'autumn'
      ? mix(leaf, random.pick(['#d9482b', '#e8a03a', '#9c4a2c']), 0.4 * (1 - palette.ambientShare))
      : leaf;
  const dark = atDepth(palette, darken(mix(varied, palette.land, 0.3), 0.12), depth);
  return { dark, light: atDepth(palette, mix(varied, palette.sun, 0.24), depth) };
}

/** @param {Context} context @param {Scene} scene @param {Random} random @param {{ x: number, y: number, size: number, depth: number, kind?: string }} tree */
export function paintTree(context, scene, random, { x, y, size, depth, kind }) {
  const tree = { x, y, size, ...tones(scene, depth, random), snow: snowOn(scene) };
  const name = kind ?? species(scene);
  if (name === 'palm') paintPalm(context, random, tree);
  else if (name === 'cactus') paintCactus(context, random, tree);
  else if (name === 'broadleaf') paintBroadleaf(context, random, tree);
  else paintPine(context, random, tree);
}

/** Rows of trees one behind the other, with lit mist between them. @type {Paint} */
export function paintForest(context, scene, random) {
  const { palette, layout } = scene;
  const { width, height, horizon, unit, sunX } = layout;
  const rows = 4;
  for (let row = 0; row < rows; row++) {
    const at = row / (rows - 1);
    const depth = 0.8 * (1 - at) ** 1.2;
    const noise = createNoise(random.fork(`row ${row}`), 2);
    const base = horizon + (height - horizon) * (0.02 + 0.4 * at ** 1.3);
    const crest = (/** @type {number} */ x) => base + unit * 3 * noise(x / (unit * 30));
    const size = unit * (13 + 25 * at);
    const tone = atDepth(palette, darken(mix(palette.foliage, palette.land, 0.4), 0.1), depth);
    if (row < 2 && species(scene) === 'pine') {
      const style = downwards(context, base - size, base + unit * 6, [tone, mix(tone, palette.haze, 0.6)]);
      paintTreeline(context, random.fork(`line ${row}`), style, {
        left: -unit * 5,
        right: width + unit * 5,
        foot: crest,
        size,
        bottom: base + unit * 12,
      });
    } else paintRow(context, scene, random.fork(`trees ${row}`), { crest, size, depth, at });
    const floor = atDepth(palette, mix(groundColour(scene), palette.land, 0.25), depth * 0.8);
    paintBand(
      context,
      width,
      height,
      unit,
      (x) => crest(x) - unit * 0.4,
      downwards(context, base - unit * 3, base + unit * 16, [mix(floor, palette.sun, 0.14), floor, darken(floor, 0.2)]),
    );
    if (row === rows - 1 && !scene.styles.includes('minimal')) {
      paintTufts(context, scene, random.fork('floor'), { crest, colour: floor, at: 0.75 });
      paintTufts(context, scene, random.fork('edge'), {
        crest: () => height - unit * 5,
        colour: darken(floor, 0.3),
        at: 1.2,
      });
    }
    if (row < rows - 1)
      glow(context, sunX, base - size * 0.3, unit * 62, mix(palette.haze, palette.sun, 0.5), 0.4, 0.3);
  }
}

/** @param {Context} context @param {Scene} scene @param {Random} random @param {{ crest: (x: number) => number, size: number, depth: number, at: number }} row */
function paintRow(context, scene, random, { crest, size, depth, at }) {
  const { width, unit, subjectX } = scene.layout;
  const opening = scene.things.length > 0 ? unit * 17 * at : unit * 9 * at;
  const trees = [];
  for (let x = -size * 0.1; x < width + size * 0.1; x += size * random.between(0.16, 0.36)) {
    // A glade leaves room for the things of the picture.
    if (at > 0.6 && Math.abs(x - subjectX) < opening) continue;
    trees.push({ x, y: crest(x) + random.between(0, unit), size: size * random.between(0.75, 1.3) });
  }
  for (const tree of trees.sort((first, second) => first.y - second.y))
    paintTree(context, scene, random, { ...tree, depth });
}

/** Low rows of trees beyond water or at the foot of something. @type {Paint} */
export function paintWoodEdge(context, scene, random) {
  const { palette, layout } = scene;
  const { width, horizon, unit } = layout;
  for (const [row, depth] of [0.62, 0.4].entries()) {
    const noise = createNoise(random.fork(`edge ${row}`), 3);
    const tone = atDepth(palette, darken(mix(palette.foliage, palette.land, 0.45), 0.1), depth);
    const size = unit * (row === 0 ? 5 : 6.5);
    const foot = (/** @type {number} */ x) =>
      horizon + unit * 0.3 - unit * (row === 0 ? 3.6 : 1.2) * Math.max(0, 0.4 + noise(x / (unit * 24) + row * 9));
    paintTreeline(
      context,
      random.fork(`line ${row}`),
      downwards(context, horizon - unit * 10, horizon, [mix(tone, palette.sun, 0.12), tone]),
      { left: -unit * 4, right: width + unit * 4, foot, size, bottom: horizon + unit },
    );
  }
}

/** Great trees at the sides, as a frame. @type {Paint} */
export function paintFrameTrees(context, scene, random) {
  const { layout, places, palette } = scene;
  const { width, height, unit, focusX } = layout;
  const side = focusX > width / 2 ? -1 : 1;
  const kind = places.includes('cactus') ? 'cactus' : undefined;
  const scale = kind ? 0.55 : places.includes('palm') ? 1.15 : 1;
  const count = random.integer(2, 4);
  for (let index = 0; index < count; index++) {
    const flank = index === count - 1 && random.chance(0.6) ? -side : side;
    const x = width * (0.5 + flank * random.between(0.36, 0.5));
    const size = Math.min(height * 0.62, unit * random.between(36, 56)) * scale;
    paintTree(context, scene, random.fork(`tree ${index}`), {
      x,
      y: height - unit * random.between(0, 6),
      size,
      depth: 0.04,
      ...(kind ? { kind } : {}),
    });
  }
  glow(context, width / 2, height * 1.1, width * 0.6, darken(palette.land, 0.3), 0.35, 0.25);
}

/** Single trees over the land, small ones far off. @type {Paint} */
export function paintScatteredTrees(context, scene, random) {
  const { layout, places } = scene;
  const { width, height, horizon, unit } = layout;
  const kind = places.includes('cactus') ? 'cactus' : undefined;
  const count = places.includes('trees') ? 13 : 8;
  const spots = Array.from({ length: count }, () => ({ x: random.next() * width, at: random.next() ** 1.6 })).sort(
    (first, second) => first.at - second.at,
  );
  for (const { x, at } of spots) {
    const y = horizon + (height - horizon) * (0.06 + 0.7 * at);
    const size = unit * (6 + 26 * at) * random.between(0.8, 1.2) * (kind ? 0.62 : 1);
    context.fillStyle = fade('#000000', 0.12);
    context.beginPath();
    context.ellipse(x, y, size * 0.3, size * 0.04, 0, 0, Math.PI * 2);
    context.fill();
    paintTree(context, scene, random, { x, y, size, depth: 0.72 * (1 - at), ...(kind ? { kind } : {}) });
  }
}

/** Dark wooded hills in front of mountains. @type {Paint} */
export function paintFoothills(context, scene, random) {
  const { palette, layout } = scene;
  const { width, height, horizon, unit } = layout;
  const rows = 4;
  for (let row = 0; row < rows; row++) {
    const at = row / (rows - 1);
    const depth = 0.62 * (1 - at) ** 1.1;
    const noise = createNoise(random.fork(`fold ${row}`), 2);
    const lean = random.pick([-1, 1]) * unit * (3 + 8 * at);
    const base = horizon + (height - horizon) * (0.08 + 0.62 * at ** 1.1);
    const crest = (/** @type {number} */ x) =>
      base + lean * (x / width - 0.5) * 2 - unit * (4 + 3 * at) * noise(x / (unit * 30));
    const tone = atDepth(palette, darken(mix(palette.foliage, palette.land, 0.4 + 0.35 * at), 0.05 + 0.12 * at), depth);
    const size = unit * (4.5 + 13 * at ** 1.4);
    paintTreeline(
      context,
      random.fork(`trees ${row}`),
      downwards(context, base - size - unit * 6, base + unit * 22, [
        mix(tone, palette.sun, 0.14 * (1 - at)),
        tone,
        mix(tone, palette.haze, 0.34 * (1 - at)),
      ]),
      { left: -unit * 6, right: width + unit * 6, foot: crest, size, bottom: height + unit * 2 },
    );
    if (row < rows - 1)
      glow(context, layout.sunX, base + unit * 7, width * 0.62, mix(palette.haze, palette.sky[3], 0.55), 0.42, 0.16);
  }
}
