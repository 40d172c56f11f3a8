import { darken, fade, lighten, mix } from '../colour.js';
import { fillPolygon, fillSmooth, glow, inBox, downwards } from '../draw.js';
import { atDepth, inLight } from '../palette.js';
import { paintCastle as drawCastle } from '../subjects/castle.js';
import { paintCottage, paintLighthouse as drawLighthouse, paintPagoda as drawPagoda, paintWindmill as drawWindmill } from '../subjects/houses.js';

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

/** A knoll for something to stand on. @param {Context} context @param {Scene} scene @param {Random} random @param {{ x: number, foot: number, half: number, height: number }} knoll */
function paintKnoll(context, { palette, layout }, random, { x, foot, half, height }) {
  const tone = atDepth(palette, mix(palette.foliage, palette.land, 0.35), 0.3);
  const { unit } = layout;
  /** @type {Point[]} */
  const points = [[x - half * 1.9, foot + unit * 3]];
  for (let at = -1; at <= 1.001; at += 0.125) {
    const rise = height * Math.min(1, 1.25 * Math.cos((at * Math.PI) / 2) ** 0.8);
    points.push([x + at * half * 1.7, foot - rise + (Math.abs(at) > 0.5 ? random.around(0, unit * 0.8) : 0)]);
  }
  points.push([x + half * 1.9, foot + unit * 3]);
  fillSmooth(context, downwards(context, foot - height, foot + unit * 3, [mix(tone, palette.sun, 0.22), tone, darken(tone, 0.18)]), points);
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
  const named = scene.colours[0];
  paintKnoll(context, scene, random, { x, foot: Math.min(height, foot + unit * 2), half: size * 0.42, height: rise + unit * 2 });
  inBox(context, x, foot - rise + unit, size, false, () =>
    drawCastle(context, random, {
      wall: inLight(palette, named ? mix(wall, named, 0.3) : wall),
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
  const homes = Array.from({ length: count }, () => ({ x: alone ? focusX : focusX + random.around(0, width * 0.34), y: wet ? foot - unit * random.between(0, 3) : foot + unit * random.around(0, 6) }));
  for (const { x, y } of homes.sort((first, second) => first.y - second.y)) {
    const size = alone ? unit * (wet ? 17 : 24) : unit * (wet ? 7 : 10) * random.between(0.85, 1.25);
    const look = timber(scene, alone ? 0.05 : 0.2);
    const hue = random.pick(['#eadcc3', '#e2c7a8', '#d9d4cc', '#e8cfc0']);
    const roof = random.pick(['#a8503c', '#8a4a44', '#6f5560', '#b5653f']);
    const named = scene.colours[0];
    inBox(context, x, y, size, random.chance(0.5), () => paintCottage(context, random, { ...look, wall: inLight(palette, named ?? hue), roof: inLight(palette, roof) }));
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
  fillPolygon(context, roof, [[x - unit * 1.9, foot - unit * 12.8], [x, foot - unit * 20], [x + unit * 1.9, foot - unit * 12.8]]);
  context.fillStyle = window;
  context.fillRect(x - unit * 0.5, foot - unit * 11.4, unit, unit * 1.7);
}

/** @type {Paint} */
export function paintWindmill(context, scene, random) {
  const { layout } = scene;
  const foot = footing(scene);
  const look = timber(scene, 0.08);
  for (const [shift, size] of [[0, 42], [-27, 24]]) {
    const side = layout.focusX > layout.width / 2 ? 1 : -1;
    inBox(context, layout.focusX + side * shift * layout.unit, foot + size * 0.06 * layout.unit, layout.unit * size, false, () => drawWindmill(context, random, look));
  }
}

/** @type {Paint} */
export function paintPagoda(context, scene, random) {
  const { layout, palette } = scene;
  const size = Math.min(layout.unit * 48, layout.horizon * 0.75);
  const foot = footing(scene);
  paintKnoll(context, scene, random, { x: layout.focusX, foot: foot + layout.unit * 2, half: size * 0.36, height: layout.unit * 7 });
  const look = timber(scene, 0.06);
  inBox(context, layout.focusX, foot - layout.unit * 3.4, size, false, () => drawPagoda(context, { ...look, wall: inLight(palette, '#d9c3a4'), roof: inLight(palette, '#9c3d34') }));
}

/** @type {Paint} */
export function paintPyramids(context, { palette, layout }) {
  const { unit, focusX, horizon, sunX } = layout;
  const stone = inLight(palette, '#d9ab6a');
  for (const [shift, size, depth] of [[-34, 20, 0.5], [27, 25, 0.36], [-4, 38, 0.16]]) {
    const x = focusX + shift * unit * 0.8;
    const foot = horizon + unit * (1 + (1 - depth) * 3);
    const edge = x + (sunX > x ? -1 : 1) * size * unit * 0.16;
    const lit = atDepth(palette, mix(stone, palette.sun, 0.25), depth);
    const shade = atDepth(palette, darken(stone, 0.34), depth);
    const half = size * unit * 0.72;
    fillPolygon(context, sunX > x ? shade : lit, [[x - half, foot], [x, foot - size * unit], [edge, foot + unit]]);
    fillPolygon(context, sunX > x ? lit : shade, [[edge, foot + unit], [x, foot - size * unit], [x + half, foot]]);
  }
}

/** A lighthouse on its rock, and its beam when it is dark. @type {Paint} */
export function paintLighthouse(context, scene, random) {
  const { palette, layout, weather } = scene;
  const { unit, focusX, horizon, width, height } = layout;
  const dark = isDark(scene) || weather.includes('storm') || weather.includes('fog');
  const size = Math.min(unit * 50, horizon * 0.78);
  const foot = horizon - unit * 4;
  const lampY = foot - size * 0.83;
  if (dark) {
    for (const [angle, spread, share] of [[-0.1, 0.11, 0.6], [Math.PI + 0.08, 0.1, 0.45]]) paintBeam(context, { x: focusX, y: lampY, angle, spread, reach: Math.max(width, height), share });
  }
  paintRock(context, scene, random, { x: focusX, foot: horizon + unit * 9, half: unit * 27, height: unit * 14 });
  inBox(context, focusX, foot + unit, size, layout.sunX > focusX, () =>
    drawLighthouse(context, { wall: inLight(palette, '#f3ece0'), stripe: inLight(palette, scene.colours[0] ?? '#c8423b'), lamp: dark ? '#fff6cf' : lighten(palette.sun, 0.2) }),
  );
  if (dark) {
    glow(context, focusX, lampY, unit * 22, '#ffe9a8', 0.75);
    glow(context, focusX, lampY, unit * 6, '#ffffff', 0.9);
  }
}

/** @param {Context} context @param {{ x: number, y: number, angle: number, spread: number, reach: number, share: number }} beam */
function paintBeam(context, { x, y, angle, spread, reach, share }) {
  const gradient = context.createRadialGradient(x, y, 0, x, y, reach);
  for (const [stop, part] of [[0, 1], [0.25, 0.5], [0.6, 0.2], [1, 0]]) gradient.addColorStop(stop, fade('#fff2c4', share * part));
  for (const width of [1, 0.5]) fillPolygon(context, gradient, [[x, y], [x + Math.cos(angle - spread * width) * reach, y + Math.sin(angle - spread * width) * reach], [x + Math.cos(angle + spread * width) * reach, y + Math.sin(angle + spread * width) * reach]]);
}

/** @param {Context} context @param {Scene} scene @param {Random} random @param {{ x: number, foot: number, half: number, height: number }} rock */
export function paintRock(context, { palette, layout }, random, { x, foot, half, height }) {
  const { unit, sunX } = layout;
  const tone = atDepth(palette, mix(palette.land, '#6b6470', 0.3), 0.08);
  /** @type {Point[]} */
  const outline = [[x - half, foot]];
  const steps = 15;
  for (let step = 1; step < steps; step++) {
    const at = (step / steps) * 2 - 1;
    outline.push([x + at * half, foot - height * (1 - Math.abs(at) ** 2.6) + random.around(0, height * 0.09) * Math.abs(at)]);
  }
  outline.push([x + half, foot]);
  fillPolygon(context, downwards(context, foot - height, foot, [mix(tone, palette.sun, 0.2), tone, darken(tone, 0.3)]), outline);
  for (let facet = 0; facet < 16; facet++) {
    const from = random.integer(1, steps - 1);
    const [px, py] = outline[from];
    const drop = random.between(0.3, 1) * (foot - py);
    const lit = sunX > px === random.chance(0.7);
    fillPolygon(context, fade(lit ? mix(tone, palette.sun, 0.3) : darken(tone, 0.3), 0.4), [[px, py], [px + random.around(0, unit * 4), py + drop], [px + random.between(2, 5) * unit, py + drop * random.between(0.4, 0.8)]]);
  }
}
