import { darken, lighten, mix } from '../colour.js';
import { glow, inBox } from '../draw.js';
import { atDepth, inLight } from '../palette.js';
import { paintFigure } from '../subjects/figure.js';
import {
  drawBalloon,
  drawButterfly,
  drawDragon,
  drawFlyingCar,
  drawGull,
  drawPlane,
  drawRocket,
  drawSaucer,
  drawSkyLantern,
} from '../subjects/flyers.js';

/**
 * @import { ThingName } from '../things/names.d.ts'
 * @import { Context, Paint, Random, Scene, Thing } from '../types.d.ts'
 */

/** @param {Scene} scene @param {ThingName} name @returns {Thing} */
export function thingNamed(scene, name) {
  return scene.things.find((thing) => thing.name === name) ?? { name, colour: null, count: 1 };
}

const BRIGHT = ['#d9483b', '#f0a23a', '#2f8f9b', '#f4d35e', '#5566b8', '#e87a90', '#5fa56a'];

/** A flock in a loose line. @type {Paint} */
export function paintBirds(context, scene, random) {
  const { palette, layout } = scene;
  const named = thingNamed(scene, 'bird');
  const isNamed = scene.things.includes(named);
  const ink = named.colour
    ? inLight(palette, named.colour)
    : atDepth(palette, darken(palette.land, 0.2), isNamed ? 0.1 : 0.35);
  const count = isNamed ? Math.max(5, named.count * 2 + Math.round(scene.strength * 6)) : random.integer(3, 6);
  const centreX = layout.width * random.between(0.25, 0.75);
  const centreY = layout.horizon * random.between(0.25, 0.55);
  for (let index = 0; index < count; index++) {
    const size = layout.unit * random.between(2.2, isNamed ? 6 : 3.8);
    const x = centreX + (index - count / 2) * layout.unit * 4.4 + random.around(0, layout.unit * 5);
    const y = centreY + Math.abs(index - count / 2) * layout.unit * 1.3 + random.around(0, layout.unit * 4);
    context.save();
    context.translate(x, y);
    context.rotate(random.around(0, 0.35));
    inBox(context, 0, 0, size, false, () => drawGull(context, ink));
    context.restore();
  }
}

/** @type {Paint} */
export function paintBalloons(context, scene, random) {
  const { palette, layout } = scene;
  const { colour, count } = thingNamed(scene, 'balloon');
  const total = count > 1 ? Math.max(5, count) : 1;
  const spots = Array.from({ length: total }, (_, index) => ({
    near: index === total - 1 ? 1 : random.next() * 0.6,
    index,
  })).sort((first, second) => first.near - second.near);
  for (const { near, index } of spots) {
    const size = layout.unit * (11 + 27 * near);
    const x = index === total - 1 ? layout.focusX : layout.width * random.between(0.08, 0.92);
    const y = Math.max(size * 1.04, layout.horizon * random.between(0.3, 0.85));
    const hue = colour ?? random.pick(BRIGHT);
    const tone = (/** @type {string} */ hex) => atDepth(palette, hex, 0.45 * (1 - near));
    paintFigure(context, scene, { x, y, size, shadow: false }, (sheet) =>
      drawBalloon(sheet, random, {
        hue: tone(hue),
        second: tone(colour ? lighten(colour, 0.5) : random.pick(['#fff3dc', ...BRIGHT])),
        dark: palette.land,
      }),
    );
  }
}

/** A single thing in the sky. @type {Paint} */
export function paintFlyers(context, scene, random) {
  const { palette, layout, things } = scene;
  for (const { name, colour, count } of things) {
    for (let index = 0; index < Math.min(4, count); index++) {
      const x = layout.width * (0.5 + (index === 0 ? random.around(0, 0.16) : random.around(0, 0.4)));
      const y = layout.horizon * random.between(0.4, 0.62);
      const scale = index === 0 ? 1 : random.between(0.4, 0.7);
      const place = { x, y, size: layout.unit * 40 * scale, mirrored: random.chance(0.5), shadow: false };
      if (name === 'plane')
        paintFigure(context, scene, { ...place, size: place.size * 0.85 }, (sheet) =>
          drawPlane(sheet, { hull: '#f2f3f5', dark: palette.land, trim: colour ?? palette.accent }),
        );
      if (name === 'dragon')
        paintFigure(
          context,
          scene,
          { ...place, size: place.size * 1.25, y: Math.max(y + layout.unit * 12, place.size * 1.32) },
          (sheet) =>
            drawDragon(sheet, {
              body: colour ?? mix('#3f6a55', palette.land, 0.3),
              wing: colour ? lighten(colour, 0.2) : mix(palette.accent, '#8a3b3b', 0.5),
            }),
        );
      if (name === 'ufo')
        paintFigure(context, scene, { ...place, size: place.size * 0.8, mirrored: false }, (sheet) =>
          drawSaucer(sheet, { hull: colour ?? '#9aa5b8', light: '#a6ffd9' }),
        );
      if (name === 'rocket') paintRocket(context, scene, random, { x, colour, scale });
    }
  }
}

/** @param {Context} context @param {Scene} scene @param {Random} random @param {{ x: number, colour: string | null, scale: number }} rocket */
function paintRocket(context, scene, random, { x, colour, scale }) {
  const { palette, layout } = scene;
  const size = layout.unit * 40 * scale;
  const y = Math.max(size * 1.1, layout.horizon * 0.72);
  const ground = scene.kind === 'space' ? layout.height : layout.horizon + layout.unit * 4;
  for (let puff = 0; puff < 40; puff++) {
    const at = (puff + 1) / 40;
    glow(
      context,
      x + random.around(0, layout.unit * (1 + 11 * at ** 3)),
      y + (ground - y) * at,
      layout.unit * (2.4 + 5.4 * at),
      mix('#fff1dc', palette.cloudShade, at * 0.6),
      0.5,
    );
  }
  paintFigure(context, scene, { x, y, size, shadow: false, veil: 0.5 }, (sheet) =>
    drawRocket(sheet, { hull: '#f0f1f4', dark: palette.land, trim: colour ?? '#d9483b' }),
  );
}

/** @type {Paint} */
export function paintFlyingCars(context, scene, random) {
  const { palette, layout } = scene;
  const { colour, count } = thingNamed(scene, 'flyingcar');
  const total = count > 1 ? 8 : 3;
  const lights = [palette.accent, '#ff5fa8', '#ffd36b', '#6ef0ff'];
  for (let index = 0; index < total; index++) {
    const near = (index / (total - 1)) ** 1.6;
    const mirrored = random.chance(0.5);
    const size = layout.unit * (4.5 + 19 * near);
    const x = layout.width * (index === total - 1 ? random.between(0.36, 0.64) : random.between(0.05, 0.95));
    const y = layout.horizon * random.between(0.35, 0.9) + near * layout.unit * 10;
    inBox(context, x, y, size, mirrored, () =>
      drawFlyingCar(context, {
        hull: atDepth(palette, colour ?? random.pick(['#c9d2e0', '#3d4566', '#8a3f6b', '#2f6f86']), 0.4 * (1 - near)),
        glass: '#16203a',
        light: random.pick(lights),
      }),
    );
  }
}

/** Many small lights or wings near the viewer. @type {Paint} */
export function paintSmallFlyers(context, scene, random) {
  const { layout, things } = scene;
  for (const { name, colour, count } of things) {
    if (name === 'butterfly') {
      for (let index = 0; index < Math.max(1, count * 2 - 1); index++) {
        const size = layout.unit * (index === 0 ? 21 : random.between(5, 11));
        const x = index === 0 ? layout.subjectX : layout.width * random.between(0.1, 0.9);
        paintFigure(
          context,
          scene,
          { x, y: layout.height * (index === 0 ? 0.6 : random.between(0.35, 0.85)), size, shadow: false },
          (sheet) =>
            drawButterfly(sheet, {
              wing: colour ?? random.pick(['#f0862e', '#4f8fd9', '#e8b53a', '#c76fb0']),
              dark: '#2b2029',
            }),
        );
      }
    }
    if (name === 'lantern') {
      for (let index = 0; index < 26; index++) {
        const near = random.next() ** 3;
        inBox(
          context,
          layout.width * random.next(),
          layout.horizon * random.between(0.15, 1.05),
          layout.unit * (1.8 + 7 * near),
          false,
          () => drawSkyLantern(context, random),
        );
      }
    }
  }
}
