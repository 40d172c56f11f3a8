import { fade, mix } from '../colour.js';
import { paintFigure } from '../subjects/figure.js';
import { drawFish, drawLeapingWhale, drawSwimmingWhale } from '../subjects/marine.js';
import { bodiesIn } from '../things/index.js';

/** @import { Paint, Scene } from '../types.d.ts' */

/** All things that stand on the ground, side by side in the foreground. @type {Paint} */
export function paintCreatures(context, scene, random) {
  const { layout } = scene;
  const { width, height, unit, subjectX } = layout;
  const cast = bodiesIn(scene).flatMap(({ thing, body }) =>
    Array.from({ length: Math.min(7, thing.count) }, (_, index) => ({ thing, body, index })),
  );
  const crowd = cast.length > 1 ? Math.max(0.45, 1 - cast.length * 0.11) : 1;
  const spread = Math.min(width * 0.8, unit * 34 * (cast.length - 1));
  for (const [place, { thing, body, index }] of cast.entries()) {
    const share = cast.length > 1 ? place / (cast.length - 1) - 0.5 : 0;
    const stream = random.fork(`${thing.name} ${index}`);
    const size = unit * body.tall * crowd * stream.between(0.94, 1.06);
    const back = index % 2 === 1 ? unit * 5 : 0;
    const centre = cast.length > 1 ? width / 2 : subjectX;
    const mirrored = body.facesEitherWay === true && stream.chance(0.5);
    paintFigure(context, scene, { x: centre + share * spread, y: height - unit * 7 - back, size, mirrored }, (sheet) =>
      body.draw(sheet, scene, stream, thing.colour),
    );
  }
}

/** @param {Scene} scene @param {string} name @param {string} usual @returns {string} */
const hideOf = ({ things }, name, usual) => things.find((thing) => thing.name === name)?.colour ?? usual;

/** @type {Paint} */
export function paintWhale(context, scene, random) {
  const { layout } = scene;
  const size = Math.min(layout.unit * 58, layout.height * 0.55);
  const y = layout.horizon + (layout.height - layout.horizon) * 0.5;
  const hide = hideOf(scene, 'whale', '#3f5a78');
  paintFigure(context, scene, { x: layout.subjectX, y, size, mirrored: random.chance(0.5), shadow: false }, (sheet) =>
    drawLeapingWhale(sheet, random, hide),
  );
}

/** Without water, a whale swims in the air. @type {Paint} */
export function paintSkyWhale(context, scene, random) {
  const { layout } = scene;
  const size = layout.unit * 72;
  const y = layout.horizon * 0.5 + size * 0.45;
  const hide = hideOf(scene, 'whale', '#4a6a92');
  paintFigure(context, scene, { x: layout.subjectX, y, size, mirrored: random.chance(0.5), shadow: false }, (sheet) =>
    drawSwimmingWhale(sheet, hide),
  );
}

/** Fish that leap, with their ripples below. @type {Paint} */
export function paintLeapingFish(context, scene, random) {
  const { layout, palette, things } = scene;
  const { width, height, horizon, unit } = layout;
  const count = Math.max(1, Math.min(5, things.find((thing) => thing.name === 'fish')?.count ?? 1));
  for (let index = 0; index < count; index++) {
    const size = unit * random.between(13, 19);
    const x = width * (0.5 + ((index - (count - 1) / 2) / Math.max(2, count)) * 0.75);
    const y = horizon + (height - horizon) * random.between(0.25, 0.55);
    for (let ring = 1; ring < 4; ring++) {
      context.strokeStyle = fade(mix('#ffffff', palette.sky[3], 0.3), 0.6 / ring);
      context.lineWidth = unit * 0.3;
      context.beginPath();
      context.ellipse(x, y, size * 0.24 * ring, size * 0.06 * ring, 0, 0, Math.PI * 2);
      context.stroke();
    }
    const coat = hideOf(scene, 'fish', random.pick(['#e8662f', '#f0a23a', '#d9d3c8']));
    const place = { x, y: y - size * 0.05, size, mirrored: random.chance(0.5), shadow: false };
    paintFigure(context, scene, place, (sheet) => drawFish(sheet, { coat, second: '#fff6ea', stripes: false }));
  }
}
