import { darken, fade, lighten, mix } from '../colour.js';
import { downwards, fillPolygon } from '../draw.js';
import { createNoise } from '../noise.js';
import { atDepth } from '../palette.js';

/** @import { Context, Paint, Point, Random, Scene } from '../types.d.ts' */

/**
 * A jagged line between two points.
 * @param {Random} random @param {Point} from @param {Point} to @param {number} roughness pixels @param {number} steps
 * @returns {Point[]}
 */
function jag(random, from, to, roughness, steps) {
  return Array.from({ length: steps + 1 }, (_, index) => {
    const at = index / steps;
    const inner = Math.sin(Math.PI * at) ** 0.5;
    return [
      from[0] + (to[0] - from[0]) * at + random.around(0, roughness) * inner,
      from[1] + (to[1] - from[1]) * at + random.around(0, roughness * 0.55) * inner,
    ];
  });
}

/**
 * @typedef {{ x: number, foot: number, height: number, left: number, right: number }} Peak pixels; `left` and `right`
 *   are how far the slopes reach
 * @typedef {{ lit: string, shade: string, air: string, snow: string | null, sunRight: boolean }} Rock
 */

/** @param {Context} context @param {Random} random @param {Peak} peak @param {Rock} rock */
function paintPeak(context, random, peak, rock) {
  const { x, foot, height, left, right } = peak;
  const top = foot - height;
  const rough = height * 0.035;
  const leftSlope = jag(random, [x - left, foot], [x, top], rough, 14);
  const rightSlope = jag(random, [x, top], [x + right, foot], rough, 14);
  const ridge = jag(
    random,
    [x, top],
    [x + (rock.sunRight ? -1 : 1) * left * random.between(0.05, 0.22), foot],
    height * 0.06,
    12,
  );
  const whole = [...leftSlope, ...rightSlope];
  fillPolygon(
    context,
    downwards(context, top, foot, [rock.lit, mix(rock.lit, rock.air, 0.35), mix(rock.lit, rock.air, 0.85)]),
    whole,
  );
  const shaded = rock.sunRight ? [...leftSlope, ...ridge.slice(1)] : [...ridge.toReversed(), ...rightSlope.slice(1)];
  fillPolygon(
    context,
    downwards(context, top, foot, [rock.shade, mix(rock.shade, rock.air, 0.4), mix(rock.shade, rock.air, 0.88)]),
    shaded,
  );
  context.save();
  context.beginPath();
  for (const [pointX, pointY] of whole) context.lineTo(pointX, pointY);
  context.clip();
  paintSpurs(context, random, peak, rock);
  if (rock.snow) paintSnow(context, random, peak, rock, ridge);
  context.restore();
}

/** Side ridges that run down from the main ridge. @param {Context} context @param {Random} random @param {Peak} peak @param {Rock} rock */
function paintSpurs(context, random, { x, foot, height, left, right }, rock) {
  for (let spur = 0; spur < 9; spur++) {
    const at = random.between(0.16, 0.8);
    const side = random.chance(0.5) ? 1 : -1;
    const reach = side > 0 ? right : left;
    const startX = x + side * reach * at * random.between(0.15, 0.8);
    const startY = foot - height * (1 - at);
    const length = height * random.between(0.14, 0.34);
    const litSide = rock.sunRight ? side > 0 : side < 0;
    const tone = litSide ? rock.shade : darken(rock.shade, 0.16);
    const drop = startX + side * length * 0.35;
    fillPolygon(context, downwards(context, startY, startY + length, [fade(tone, 0.55), fade(tone, 0)]), [
      [startX, startY],
      ...jag(random, [startX, startY], [drop, startY + length], length * 0.1, 4),
      [drop - side * length * random.between(0.3, 0.55), startY + length],
    ]);
  }
}

/**
 * @param {Context} context @param {Random} random @param {Peak} peak @param {Rock} rock @param {Point[]} ridge
 */
function paintSnow(context, random, { x, foot, height, left, right }, rock, ridge) {
  const top = foot - height;
  const line = height * random.between(0.26, 0.38);
  const snow = rock.snow ?? '#ffffff';
  const teeth = 11;
  const hem = Array.from({ length: teeth + 1 }, (_, index) => {
    const at = index / teeth;
    const depth = line * (index % 2 === 0 ? random.between(0.55, 0.8) : random.between(0.95, 1.4));
    return /** @type {Point} */ ([x - left * 0.5 + (left + right) * 0.5 * at, top + depth]);
  });
  fillPolygon(context, downwards(context, top, top + line * 1.4, [snow, mix(snow, rock.air, 0.3)]), [
    [x - left * 0.5, top - 9],
    ...hem,
    [x + right * 0.5, top - 9],
  ]);
  const cool = mix(snow, rock.shade, 0.45);
  const spine = ridge.filter(([, y]) => y < top + line * 1.1);
  const shadedHem = hem.filter(([hemX]) => (rock.sunRight ? hemX < x : hemX > x));
  if (rock.sunRight) shadedHem.reverse();
  const shade = [...spine, ...shadedHem, /** @type {Point} */ ([x + (rock.sunRight ? -left : right) * 0.5, top - 9])];
  fillPolygon(context, fade(cool, 0.9), shade);
}

/** @type {Paint} */
export function paintMountains(context, scene, random) {
  const { palette, layout, weather, season, moods, time } = scene;
  const { width, horizon, unit, focusX, sunX } = layout;
  const sunRight = sunX > focusX;
  const grand = moods.includes('epic') ? 1.2 : 1;
  const snowy = season === 'winter' || weather.includes('snow') || random.chance(season === 'summer' ? 0.4 : 0.75);
  const bright = time === 'day' ? '#ffffff' : lighten(mix(palette.sky[3], palette.sun, 0.4), 0.35);
  paintFarRange(context, scene, random.fork('far'), 0.93, unit * 17 * grand);
  for (const [row, depth] of [0.64, 0.36].entries()) {
    const count = Math.max(2, Math.round((row === 0 ? 5 : 4) * Math.max(0.7, width / (unit * 115))));
    const lit = atDepth(palette, mix(palette.land, palette.sun, 0.16), depth);
    const rock = {
      lit,
      shade: atDepth(palette, palette.land, depth * 0.92),
      air: palette.haze,
      snow: snowy ? atDepth(palette, bright, depth * 0.55) : null,
      sunRight,
    };
    const peaks = Array.from({ length: count }, (_, index) => {
      const x = width * ((index + 0.5) / count) + random.around(0, (width / count) * 0.4);
      const near = Math.exp(-(((x - focusX) / (width * 0.26)) ** 2));
      const height = unit * grand * (row === 0 ? 15 + 21 * near : 10 + 15 * near) * random.between(0.85, 1.15);
      return {
        x,
        foot: horizon + unit,
        height: Math.min(height, horizon * 0.78),
        left: height * random.between(0.85, 1.35),
        right: height * random.between(0.85, 1.35),
      };
    }).sort((first, second) => second.height - first.height);
    for (const peak of peaks) paintPeak(context, random, peak, rock);
    paintAir(context, scene, unit * (row === 0 ? 15 : 9));
  }
}

/** @param {Context} context @param {Scene} scene @param {Random} random @param {number} depth @param {number} height */
export function paintFarRange(context, { palette, layout }, random, depth, height) {
  const { width, horizon, unit } = layout;
  const noise = createNoise(random, 5);
  const step = Math.max(1.5, unit * 0.45);
  /** @type {Point[]} */
  const points = [[0, horizon + unit]];
  for (let x = 0; x <= width + step; x += step)
    points.push([x, horizon - height * (0.52 + 0.5 * noise(x / (unit * 21)))]);
  points.push([width + step, horizon + unit]);
  const colour = atDepth(palette, palette.land, depth);
  fillPolygon(
    context,
    downwards(context, horizon - height, horizon, [colour, mix(colour, palette.sky[3], 0.55)]),
    points,
  );
}

/** Mist that gathers at the foot. @param {Context} context @param {Scene} scene @param {number} reach */
export function paintAir(context, { palette, layout }, reach) {
  const { width, horizon, unit } = layout;
  const air = mix(palette.haze, palette.sky[3], 0.45);
  context.fillStyle = downwards(context, horizon - reach, horizon + unit, [
    fade(air, 0),
    fade(air, 0.22),
    fade(air, 0.7),
  ]);
  context.fillRect(0, horizon - reach, width, reach + unit);
}
