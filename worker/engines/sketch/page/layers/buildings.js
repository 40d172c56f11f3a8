import { darken, fade, mix } from '../colour.js';
import { downwards, fillPolygon, inBox } from '../draw.js';
import { createNoise } from '../noise.js';
import { atDepth, inLight } from '../palette.js';
import { paintCastle as drawCastle } from '../subjects/castle.js';
import { paintPagoda as drawPagoda, paintWindmill as drawWindmill, paintCottage } from '../subjects/houses.js';
import { groundColour, groundShare } from './ground.js';

/** @import { Context, Paint, Point, Random, Scene } from '../types.d.ts' */

/** @param {Scene} scene */
const isDark = ({ time }) => time === 'night' || time === 'dusk';

/** Where buildings stand: at the water's far edge, or a little way into the land. @param {Scene} scene */
export function footing({ layout, places }) {
  const wet = ['lake', 'sea', 'river'].some((place) => places.includes(place));
  return wet ? layout.horizon + layout.unit * 0.8 : layout.horizon + (layout.height - layout.horizon) * 0.24;
}

/** @param {Scene} scene @param {number} depth */
function timber(scene, depth) {
  const { palette, weather, season } = scene;
  const tone = (/** @type {string} */ hex) => atDepth(palette, inLight(palette, hex), depth);
  return {
    wall: tone('#eadcc3'),
    roof: tone('#a8503c'),
    window: isDark(scene) ? '#ffd98a' : tone('#6f8fa6'),
    glowing: isDark(scene),
    snow: weather.includes('snow') || season === 'winter' ? tone('#f6f9fc') : null,
  };
}

/** A hill for something to stand on, that melts into the land before it. @param {Context} context @param {Scene} scene @param {Random} random @param {{ x: number, foot: number, half: number, height: number }} knoll */
function paintKnoll(context, scene, random, { x, foot, half, height }) {
  const { palette, layout } = scene;
  const { unit } = layout;
  const tone = atDepth(palette, mix(palette.foliage, groundColour(scene), groundShare(scene, random)), 0.3);
  const wet = foot < layout.horizon + unit * 4;
  const noise = createNoise(random.fork('knoll'), 3);
  const bottom = wet ? foot : foot + unit * 14;
  /** @type {Point[]} */
  const points = [[x - half * 3.4, bottom]];
  for (let at = -3.4; at <= 3.41; at += 0.1) {
    const swell = Math.exp(-((Math.abs(at) / 1.5) ** 2.4));
    points.push([x + at * half, foot - height * swell + (bottom - foot) * (1 - swell) + unit * 0.7 * noise(at * 3)]);
  }
  points.push([x + half * 3.4, bottom]);
  const style = downwards(context, foot - height, bottom, [
    mix(tone, palette.sun, 0.24),
    tone,
    wet ? darken(tone, 0.2) : fade(darken(tone, 0.1), 0),
  ]);
  fillPolygon(context, style, points);
}

/** @type {Paint} */
export function paintCastleHill(context, scene, random) {
  const { palette, layout, places } = scene;
  const { unit, height, horizon } = layout;
  const foot = footing(scene);
  const size = Math.min(unit * 54, horizon * 0.8);
  const rise = places.includes('city') ? 0 : unit * 9;
  const x = layout.focusX;
  const wall = mix(palette.haze, scene.moods.includes('gloomy') ? '#4a4656' : '#e6d8c8', 0.5);
  const named = scene.ownColours.castle ?? scene.colours[0];
  paintKnoll(context, scene, random, {
    x,
    foot: Math.min(height, foot + unit * 2),
    half: size * 0.42,
    height: rise + unit * 2,
  });
  inBox(context, x, foot - rise + unit, size, false, () =>
    drawCastle(context, random, {
      wall: inLight(palette, named ? mix(wall, named, scene.ownColours.castle ? 0.75 : 0.3) : wall),
      shade: mix(palette.land, wall, 0.38),
      roof: inLight(palette, mix(palette.accent, palette.sky[0], 0.35)),
      window: isDark(scene) || scene.time === 'sunset' ? '#ffdc8c' : darken(palette.land, 0.1),
      glowing: isDark(scene),
      flag: palette.accent,
      sunRight: layout.sunX > x,
    }),
  );
}

/** @type {Paint} */
export function paintVillage(context, scene, random) {
  const { palette, layout, places } = scene;
  const { unit, width, focusX } = layout;
  const foot = footing(scene);
  const alone = places.includes('house') && !places.includes('village');
  const wet = foot < layout.horizon + unit;
  const count = alone ? 1 : 9;
  const homes = Array.from({ length: count }, () => ({
    x: alone ? focusX : focusX + random.around(0, width * 0.34),
    y: wet ? foot - unit * random.between(0, 3) : foot + unit * random.around(0, 6),
  }));
  for (const { x, y } of homes.sort((first, second) => first.y - second.y)) {
    const size = alone ? unit * (wet ? 19 : 27) : unit * (wet ? 8 : 12.5) * random.between(0.85, 1.3);
    const look = timber(scene, alone ? 0.05 : 0.2);
    const hue = random.pick(['#eadcc3', '#e2c7a8', '#d9d4cc', '#e8cfc0']);
    const roof = random.pick(['#a8503c', '#8a4a44', '#6f5560', '#b5653f']);
    const named = scene.ownColours.house ?? scene.colours[0];
    inBox(context, x, y, size, random.chance(0.5), () =>
      paintCottage(context, random, { ...look, wall: inLight(palette, named ?? hue), roof: inLight(palette, roof) }),
    );
  }
  if (!alone) paintSteeple(context, scene, random, foot);
}

/** @param {Context} context @param {Scene} scene @param {Random} random @param {number} foot */
function paintSteeple(context, scene, random, foot) {
  const { unit, focusX } = scene.layout;
  const { wall, roof, window } = timber(scene, 0.22);
  const x = focusX + random.around(0, unit * 6);
  context.fillStyle = wall;
  context.fillRect(x - unit * 1.4, foot - unit * 13, unit * 2.8, unit * 13);
  context.fillStyle = darken(wall, 0.2);
  context.fillRect(x, foot - unit * 13, unit * 1.4, unit * 13);
  fillPolygon(context, roof, [
    [x - unit * 1.9, foot - unit * 12.8],
    [x, foot - unit * 20],
    [x + unit * 1.9, foot - unit * 12.8],
  ]);
  context.fillStyle = window;
  context.fillRect(x - unit * 0.5, foot - unit * 11.4, unit, unit * 1.7);
}

/** @type {Paint} */
export function paintWindmill(context, scene, random) {
  const { layout } = scene;
  const foot = footing(scene);
  const look = timber(scene, 0.08);
  for (const [shift, size] of [
    [0, 42],
    [-27, 24],
  ]) {
    const side = layout.focusX > layout.width / 2 ? 1 : -1;
    inBox(
      context,
      layout.focusX + side * shift * layout.unit,
      foot + size * 0.06 * layout.unit,
      layout.unit * size,
      false,
      () => drawWindmill(context, random, look),
    );
  }
}

/** @type {Paint} */
export function paintPagoda(context, scene, random) {
  const { layout, palette } = scene;
  const size = Math.min(layout.unit * 48, layout.horizon * 0.75);
  const foot = footing(scene);
  paintKnoll(context, scene, random, {
    x: layout.focusX,
    foot: foot + layout.unit * 2,
    half: size * 0.36,
    height: layout.unit * 7,
  });
  const look = timber(scene, 0.06);
  inBox(context, layout.focusX, foot - layout.unit * 3.4, size, false, () =>
    drawPagoda(context, { ...look, wall: inLight(palette, '#d9c3a4'), roof: inLight(palette, '#9c3d34') }),
  );
}
