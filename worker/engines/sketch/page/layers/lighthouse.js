import { darken, fade, lighten, mix } from '../colour.js';
import { downwards, fillEllipse, fillPolygon, glow, inBox } from '../draw.js';
import { atDepth, inLight } from '../palette.js';
import { paintLighthouse as drawLighthouse } from '../subjects/houses.js';

/** @import { Context, Paint, Point, Random, Scene } from '../types.d.ts' */

/** @param {Scene} scene */
const isDark = ({ time }) => time === 'night' || time === 'dusk';

/** A lighthouse on its rock, and its beam when it is dark. @type {Paint} */
export function paintLighthouse(context, scene, random) {
  const { palette, layout, weather } = scene;
  const { unit, focusX, horizon, width, height } = layout;
  const dark = isDark(scene) || weather.includes('storm') || weather.includes('fog');
  const size = Math.min(unit * 50, horizon * 0.78);
  const foot = horizon - unit * 4;
  const lampY = foot - size * 0.83;
  if (dark) {
    for (const [angle, spread, share] of [
      [-0.1, 0.11, 0.6],
      [Math.PI + 0.08, 0.1, 0.45],
    ])
      paintBeam(context, { x: focusX, y: lampY, angle, spread, reach: Math.max(width, height), share });
  }
  paintRock(context, scene, random, { x: focusX, foot: horizon + unit * 9, half: unit * 24, height: unit * 14 });
  inBox(context, focusX, foot + unit, size, layout.sunX > focusX, () =>
    drawLighthouse(context, {
      wall: inLight(palette, '#f3ece0'),
      stripe: inLight(palette, scene.ownColours.lighthouse ?? scene.colours[0] ?? '#c8423b'),
      lamp: dark ? '#fff6cf' : lighten(palette.sun, 0.2),
    }),
  );
  if (dark) {
    glow(context, focusX, lampY, unit * 22, '#ffe9a8', 0.75);
    glow(context, focusX, lampY, unit * 6, '#ffffff', 0.9);
  }
}

/** @param {Context} context @param {{ x: number, y: number, angle: number, spread: number, reach: number, share: number }} beam */
function paintBeam(context, { x, y, angle, spread, reach, share }) {
  const gradient = context.createRadialGradient(x, y, 0, x, y, reach);
  for (const [stop, part] of [
    [0, 1],
    [0.25, 0.5],
    [0.6, 0.2],
    [1, 0],
  ])
    gradient.addColorStop(stop, fade('#fff2c4', share * part));
  for (const width of [1, 0.5])
    fillPolygon(context, gradient, [
      [x, y],
      [x + Math.cos(angle - spread * width) * reach, y + Math.sin(angle - spread * width) * reach],
      [x + Math.cos(angle + spread * width) * reach, y + Math.sin(angle + spread * width) * reach],
    ]);
}

/** @param {Context} context @param {Scene} scene @param {Random} random @param {{ x: number, foot: number, half: number, height: number }} rock */
function paintRock(context, scene, random, { x, foot, half, height }) {
  const { palette, layout } = scene;
  const { unit, sunX } = layout;
  const tone = atDepth(palette, mix(palette.land, '#6b6470', 0.35), 0.08);
  const foam = mix('#ffffff', palette.ambient, palette.ambientShare * 0.7);
  for (const [shift, scale] of [
    [0, 1],
    [-0.75, 0.42],
    [0.85, 0.34],
    [0.45, 0.5],
  ]) {
    const centre = x + shift * half;
    const reach = half * scale;
    const base = foot + unit * (1 - scale) * 3;
    const steps = 13;
    /** @type {Point[]} */
    const outline = [[centre - reach, base]];
    for (let step = 1; step < steps; step++) {
      const at = (step / steps) * 2 - 1;
      outline.push([
        centre + at * reach,
        base - height * scale ** 0.8 * (1 - Math.abs(at) ** 2.4) - random.around(0, height * 0.1) * Math.abs(at) * 2,
      ]);
    }
    outline.push(
      [centre + reach, base],
      [centre + reach * 0.5, base + unit * 1.4],
      [centre - reach * 0.4, base + unit * 1.6],
    );
    fillPolygon(
      context,
      downwards(context, base - height * scale, base, [mix(tone, palette.sun, 0.24), tone, darken(tone, 0.4)]),
      outline,
    );
    for (let facet = 2; facet < steps; facet++) {
      const [px, py] = outline[facet];
      const [nextX, nextY] = outline[facet - 1];
      const drop = (base - py) * random.between(0.35, 0.8);
      const lit = sunX > px === facet > steps / 2;
      fillPolygon(context, fade(lit ? mix(tone, palette.sun, 0.35) : darken(tone, 0.45), 0.32), [
        [nextX, nextY],
        [px, py],
        [px + random.around(0, unit * 2), py + drop],
      ]);
    }
    for (let wash = 0; wash < 14 * scale + 4; wash++)
      fillEllipse(
        context,
        fade(foam, random.between(0.2, 0.6)),
        centre + random.around(0, reach * 1.15),
        base + unit * random.between(0, 1.6),
        unit * random.between(0.8, 3.4),
        unit * random.between(0.2, 0.6),
      );
  }
}
