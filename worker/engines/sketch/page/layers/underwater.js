import { darken, fade, lighten, mix } from '../colour.js';
import { downwards, fillEllipse, fillPolygon, glow, ramp, strokeOutline } from '../draw.js';
import { createNoise } from '../noise.js';
import { paintFigure } from '../subjects/figure.js';
import { drawFish, drawJellyfish, drawSwimmingWhale, drawTurtle } from '../subjects/marine.js';
import { THINGS } from '../things/index.js';
import { paintBand } from './ground.js';

/** @import { Context, Paint, Random, Scene } from '../types.d.ts' */

const CORALS = ['#ff7a6b', '#ffb15c', '#e86fa3', '#9b6fd0', '#ffd86b', '#5fd0b0'];

/** @type {Paint} */
export function paintDepths(context, scene, random) {
  const { layout, palette, colours, time } = scene;
  const { width, height, unit } = layout;
  const dark = time === 'night' || scene.moods.includes('gloomy');
  const hues = dark ? ['#1a5f8a', '#0e3f6b', '#082848', '#05162c'] : ['#a8ecea', '#43b9cf', '#1d7fae', '#0f4a7c'];
  const tinted = hues.map((hue) => (colours[0] ? mix(hue, colours[0], 0.3) : hue));
  context.fillStyle = downwards(context, 0, height, ramp(tinted, 14));
  context.fillRect(0, 0, width, height);
  glow(context, layout.sunX, -unit * 6, unit * 80, '#eafff4', dark ? 0.35 : 0.75);
  for (let ray = 0; ray < 9; ray++) {
    const lean = random.around(0, 0.5);
    const top = layout.sunX + random.around(0, unit * 30);
    const wide = unit * random.between(3, 9);
    const long = height * random.between(0.6, 1);
    fillPolygon(context, downwards(context, 0, long, [fade('#f0fffa', 0.2), fade('#f0fffa', 0)]), [
      [top - wide * 0.4, 0],
      [top + wide * 0.4, 0],
      [top + lean * long + wide * 1.6, long],
      [top + lean * long - wide * 1.6, long],
    ]);
  }
  for (const [row, depth] of [0.75, 0.45].entries()) {
    const noise = createNoise(random.fork(`reef ${row}`), 4);
    const tone = mix(mix(palette.land, '#123a5c', 0.7), tinted[2] ?? '#1d7fae', depth);
    paintBand(
      context,
      width,
      height,
      unit,
      (x) => height * (0.7 + row * 0.09) - unit * 11 * noise(x / (unit * 20)),
      downwards(context, height * 0.6, height, [lighten(tone, 0.1), darken(tone, 0.2)]),
    );
  }
}

/** @type {Paint} */
export function paintReef(context, scene, random) {
  const { width, height, unit } = scene.layout;
  const sand = mix('#d9c594', '#1d6f96', 0.45);
  const noise = createNoise(random.fork('bed'), 2);
  const bed = (/** @type {number} */ x) => height - unit * 9 - unit * 4 * noise(x / (unit * 30));
  paintBand(
    context,
    width,
    height,
    unit,
    bed,
    downwards(context, height - unit * 15, height, [lighten(sand, 0.25), darken(sand, 0.25)]),
  );
  const count = Math.round(24 * Math.min(2, width / (unit * 100)));
  for (let index = 0; index < count; index++) {
    const x = width * random.next();
    const y = bed(x) + unit * random.between(0, 7);
    const hue = mix(random.pick(CORALS), '#2a6f9e', random.between(0.05, 0.35));
    const size = unit * random.between(5, 15);
    const kind = random.integer(0, 3);
    if (kind === 0)
      branch(context, random, { x, y, length: size * 0.5, angle: -Math.PI / 2, depth: 4, hue, line: size * 0.1 });
    else if (kind === 1)
      for (let blade = 0; blade < 7; blade++)
        strokeOutline(
          context,
          mix(hue, '#3f9a6a', 0.7),
          unit * 0.9,
          `M${x + blade * unit} ${y}C${x + blade * unit + random.around(0, unit * 4)} ${y - size * 0.6} ${x + blade * unit - random.around(0, unit * 4)} ${y - size} ${x + blade * unit + random.around(0, unit * 3)} ${y - size * random.between(1, 1.7)}`,
        );
    else if (kind === 2)
      for (let dome = 0; dome < 4; dome++)
        fillEllipse(
          context,
          dome % 2 === 0 ? hue : lighten(hue, 0.15),
          x + random.around(0, size * 0.4),
          y - size * 0.16,
          size * random.between(0.2, 0.34),
        );
    else
      for (let tube = 0; tube < 4; tube++) {
        const tall = size * random.between(0.5, 1);
        context.fillStyle = downwards(context, y - tall, y, [lighten(hue, 0.2), darken(hue, 0.25)]);
        context.beginPath();
        context.roundRect(x + tube * size * 0.15, y - tall, size * 0.13, tall, size * 0.06);
        context.fill();
        fillEllipse(
          context,
          darken(hue, 0.45),
          x + tube * size * 0.15 + size * 0.065,
          y - tall + size * 0.03,
          size * 0.06,
          size * 0.025,
        );
      }
  }
}

/** @param {Context} context @param {Random} random @param {{ x: number, y: number, length: number, angle: number, depth: number, hue: string, line: number }} twig */
function branch(context, random, { x, y, length, angle, depth, hue, line }) {
  const endX = x + Math.cos(angle) * length;
  const endY = y + Math.sin(angle) * length;
  strokeOutline(context, depth > 1 ? hue : lighten(hue, 0.2), line, `M${x} ${y}L${endX} ${endY}`);
  if (depth === 0) return;
  for (const turn of [-0.5, 0.45])
    branch(context, random, {
      x: endX,
      y: endY,
      length: length * random.between(0.62, 0.8),
      angle: angle + turn + random.around(0, 0.2),
      depth: depth - 1,
      hue,
      line: line * 0.75,
    });
}

/** @type {Paint} */
export function paintSwimmers(context, scene, random) {
  const { layout, things, without } = scene;
  const { width, height, unit, subjectX } = layout;
  const sea = things.filter(({ name }) => THINGS[name].layers?.includes('swimmers'));
  if (!without.includes('fish'))
    paintShoal(context, scene, random.fork('shoal'), sea.find(({ name }) => name === 'fish')?.colour ?? null);
  for (const { name, colour, count } of sea) {
    for (let index = 0; index < Math.min(5, count); index++) {
      const near = index === 0 ? 1 : random.between(0.35, 0.7);
      const x = index === 0 ? subjectX : width * random.between(0.12, 0.88);
      const y = height * (index === 0 ? 0.64 : random.between(0.35, 0.75));
      const place = { x, y, size: unit * 46 * near, mirrored: random.chance(0.5), shadow: false, veil: 0.6 };
      const bright = random.pick(['#f28a3c', '#f4c542', '#ef6a78', '#4fb7d9']);
      if (name === 'fish')
        paintFigure(context, scene, { ...place, size: place.size * 0.9 }, (sheet) =>
          drawFish(sheet, { coat: colour ?? bright, second: '#fff6ea', stripes: random.chance(0.6) }),
        );
      if (name === 'whale')
        paintFigure(context, scene, { ...place, size: place.size * 1.7, y: y + unit * 14 }, (sheet) =>
          drawSwimmingWhale(sheet, colour ?? '#3d6288'),
        );
      if (name === 'turtle') paintFigure(context, scene, place, (sheet) => drawTurtle(sheet, colour ?? '#5f8f5a'));
      if (name === 'jellyfish') {
        glow(context, x, y - place.size * 0.7, place.size, colour ?? '#e8a6e0', 0.5);
        paintFigure(context, scene, { ...place, veil: 0.2 }, (sheet) =>
          drawJellyfish(sheet, random, colour ?? random.pick(['#d98ae0', '#8ab4f0', '#f0a0b8'])),
        );
      }
    }
  }
  for (let bubble = 0; bubble < 40; bubble++) {
    const radius = unit * random.between(0.2, 1.1);
    const x = width * random.next();
    const y = height * random.next();
    fillEllipse(context, fade('#ffffff', 0.14), x, y, radius);
    context.strokeStyle = fade('#ffffff', 0.45);
    context.lineWidth = Math.max(0.5, unit * 0.12);
    context.stroke();
  }
}

/** @param {Context} context @param {Scene} scene @param {Random} random @param {string | null} colour */
function paintShoal(context, { layout }, random, colour) {
  const { width, height, unit } = layout;
  const centre = { x: width * random.between(0.25, 0.75), y: height * random.between(0.2, 0.4) };
  const flip = random.pick([-1, 1]);
  for (let index = 0; index < 24; index++) {
    const size = unit * random.between(2.4, 5);
    const tone = mix(colour ?? '#f6d98a', '#2f8fb4', random.between(0.2, 0.65));
    context.save();
    context.translate(centre.x + random.around(0, unit * 27), centre.y + random.around(0, unit * 13));
    context.scale((flip * size) / 100, size / 100);
    drawFish(context, { coat: tone, second: tone, stripes: false });
    context.restore();
  }
}
