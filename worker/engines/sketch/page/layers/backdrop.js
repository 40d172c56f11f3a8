import { darken, fade, lighten, mix } from '../colour.js';
import { downwards, fillEllipse, fillPolygon, glow } from '../draw.js';
import { dress } from '../subjects/accessories.js';
import { paintFigure } from '../subjects/figure.js';
import { chooseLook, drawBust } from '../subjects/person.js';
import { bodiesIn } from '../things/index.js';

/** @import { Context, Paint, Random, Scene } from '../types.d.ts' */

/** Matching colours of ground, disc and leaves. */
const SETS = [
  ['#f2b8a0', '#f7e3c6', '#3f7a72'],
  ['#8fc1b5', '#f6e7c1', '#2f5f6b'],
  ['#f4c95d', '#fbeecb', '#c8553d'],
  ['#9db4d8', '#fbe4d8', '#46598c'],
  ['#c9a7cf', '#f9e6e4', '#6b4f8a'],
  ['#e98a6b', '#ffd9a8', '#7a3b4f'],
];

/** @param {Scene} scene @param {Random} random */
function chooseSet({ colours, styles, palette }, random) {
  if (styles.includes('neon')) return [palette.sky[1], palette.sky[3], palette.accent];
  const [ground, disc, leaf] = random.pick(SETS);
  const [named] = colours;
  return named ? [mix(ground, named, 0.7), lighten(named, 0.7), darken(named, 0.4)] : [ground, disc, leaf];
}

/** A poster's ground: rays or rings round a disc, leaves at its foot. @type {Paint} */
export function paintBackdrop(context, scene, random) {
  const { width, height, unit } = scene.layout;
  const [ground, disc, leaf] = chooseSet(scene, random.fork('set'));
  const x = width / 2;
  const y = height * 0.46;
  context.fillStyle = downwards(context, 0, height, [lighten(ground, 0.12), ground, darken(ground, 0.1)]);
  context.fillRect(0, 0, width, height);
  const radius = Math.min(unit * 38, width * 0.42);
  if (random.chance(0.5)) {
    const rays = 28;
    for (let ray = 0; ray < rays; ray += 2) {
      const from = (ray / rays) * Math.PI * 2;
      const to = ((ray + 1) / rays) * Math.PI * 2;
      const reach = Math.hypot(width, height);
      fillPolygon(context, fade(lighten(ground, 0.4), 0.4), [
        [x, y],
        [x + Math.cos(from) * reach, y + Math.sin(from) * reach],
        [x + Math.cos(to) * reach, y + Math.sin(to) * reach],
      ]);
    }
  } else
    for (let ring = 4; ring > 0; ring--)
      fillEllipse(context, fade(lighten(ground, 0.5), 0.16), x, y, radius * (1 + ring * 0.2));
  glow(context, x, y, radius * 1.7, disc, 0.5);
  fillEllipse(
    context,
    downwards(context, y - radius, y + radius, [lighten(disc, 0.25), disc, mix(disc, ground, 0.5)]),
    x,
    y,
    radius,
  );
  paintLeaves(context, random.fork('leaves'), { width, height, unit, leaf });
}

/** @param {Context} context @param {Random} random @param {{ width: number, height: number, unit: number, leaf: string }} place */
function paintLeaves(context, random, { width, height, unit, leaf }) {
  for (const side of [-1, 1]) {
    for (let frond = 0; frond < 7; frond++) {
      const angle = -Math.PI / 2 + side * (0.15 + frond * 0.2) + random.around(0, 0.1);
      const length = unit * random.between(24, 40);
      const x = width / 2 + side * width * 0.36;
      const y = height + unit * 4;
      const tone = frond % 3 === 0 ? lighten(leaf, 0.18) : frond % 3 === 1 ? leaf : darken(leaf, 0.18);
      const tip = { x: x + Math.cos(angle) * length, y: y + Math.sin(angle) * length };
      context.fillStyle = tone;
      context.beginPath();
      context.moveTo(x, y);
      context.quadraticCurveTo(
        x + Math.cos(angle - 0.35) * length * 0.6,
        y + Math.sin(angle - 0.35) * length * 0.6,
        tip.x,
        tip.y,
      );
      context.quadraticCurveTo(
        x + Math.cos(angle + 0.35) * length * 0.6,
        y + Math.sin(angle + 0.35) * length * 0.6,
        x,
        y,
      );
      context.fill();
      context.strokeStyle = fade(darken(tone, 0.35), 0.45);
      context.lineWidth = unit * 0.22;
      context.beginPath();
      context.moveTo(x, y);
      context.lineTo(tip.x, tip.y);
      context.stroke();
    }
  }
}

/** A large portrait. @type {Paint} */
export function paintSitters(context, scene, random) {
  const { width, height, unit } = scene.layout;
  const cast = bodiesIn(scene).flatMap(({ thing, body }) =>
    Array.from({ length: Math.min(3, thing.count) }, () => ({ thing, body })),
  );
  const size = Math.min(unit * 76, (width * 1.02) / Math.max(1, cast.length * 0.78));
  for (const [index, { thing, body }] of cast.entries()) {
    const share = cast.length > 1 ? index / (cast.length - 1) - 0.5 : 0;
    const stream = random.fork(`${thing.name} ${index}`);
    paintFigure(
      context,
      scene,
      { x: width / 2 + share * (width - size * 0.82), y: height - unit * 5, size, veil: 0.5 },
      (sheet) => body.draw(sheet, scene, stream, thing.colour),
    );
  }
}

/** @type {Paint} */
export function paintPortrait(context, scene, random) {
  const { layout, things, palette } = scene;
  const { width, height, unit } = layout;
  const people = things.filter(({ name }) => name === 'woman' || name === 'man' || name === 'person').slice(0, 2);
  const size = Math.min(unit * 88, (width * 1.06) / Math.max(1, people.length * 0.72), height * 0.86);
  for (const [index, { name, colour }] of people.entries()) {
    const share = people.length > 1 ? index - 0.5 : 0;
    const stream = random.fork(`${name} ${index}`);
    const look = chooseLook(stream, name === 'woman' || name === 'man' ? name : 'person', colour, palette.accent);
    paintFigure(
      context,
      scene,
      { x: width / 2 + share * size * 0.66, y: height, size, shadow: false, veil: 0.55 },
      (sheet) => {
        drawBust(sheet, stream, look);
        dress(sheet, scene);
      },
    );
  }
}
