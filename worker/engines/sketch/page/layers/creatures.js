import { darken, fade, lighten, mix } from '../colour.js';
import { dress } from '../subjects/accessories.js';
import { drawCritter } from '../subjects/critter.js';
import { paintFigure } from '../subjects/figure.js';
import { drawOwl, drawPenguin } from '../subjects/fowl.js';
import { drawCow, drawDeer, drawElephant, drawHorse, drawSheep } from '../subjects/hoofed.js';
import { drawFish, drawLeapingWhale, drawSwimmingWhale } from '../subjects/marine.js';
import { chooseLook, drawAstronaut, drawWanderer } from '../subjects/person.js';
import { drawRobot } from '../subjects/robot.js';
import { COATS } from '../words/coats.js';

/** @import { Context, Paint, Random, Scene, Thing } from '../types.d.ts' */

/** @typedef {(sheet: Context, scene: Scene, random: Random, colour: string | null) => void} Draw */

/**
 * A seated animal in its own coat or in a named colour: "a red fox" keeps the red that foxes have.
 * @param {string} name
 * @returns {Draw}
 */
function critter(name) {
  return (sheet, scene, _random, colour) => {
    const coat = COATS[name];
    if (!coat) throw new RangeError(`no coat for ${name}`);
    const share = name === 'fox' ? 0.25 : 0.82;
    const painted = colour
      ? { ...coat, coat: mix(coat.coat, colour, share), dark: mix(coat.dark, darken(colour, 0.6), share * 0.6) }
      : coat;
    drawCritter(sheet, painted);
    dress(sheet, scene);
  };
}

/** @param {'woman' | 'man' | 'person'} who @returns {Draw} */
const wanderer = (who) => (sheet, scene, random, colour) =>
  drawWanderer(sheet, chooseLook(random, who, colour, scene.palette.accent));

/** Bodies on the ground: how tall (in hundredths of the picture's shorter side) and how drawn. @type {Record<string, { tall: number, draw: Draw }>} */
export const BODIES = {
  ...Object.fromEntries(
    Object.keys(COATS).map((name) => [
      name,
      { tall: name === 'mouse' ? 30 : name === 'rabbit' ? 34 : 46, draw: critter(name) },
    ]),
  ),
  owl: {
    tall: 40,
    draw: (sheet, scene, _random, colour) => {
      drawOwl(sheet, colour ?? '#8a6546');
      dress(sheet, scene);
    },
  },
  penguin: {
    tall: 40,
    draw: (sheet, scene, _random, colour) => {
      drawPenguin(sheet, colour ?? '#2b3040');
      dress(sheet, scene);
    },
  },
  horse: {
    tall: 46,
    draw: (sheet, _scene, _random, colour) =>
      drawHorse(sheet, { coat: colour ?? '#8a5332', mane: colour ? darken(colour, 0.45) : '#3a2219', horn: false }),
  },
  unicorn: {
    tall: 46,
    draw: (sheet, scene, _random, colour) =>
      drawHorse(sheet, { coat: colour ?? '#f6f1f4', mane: lighten(scene.palette.accent, 0.25), horn: true }),
  },
  deer: {
    tall: 46,
    draw: (sheet, _scene, random, colour) =>
      drawDeer(sheet, { coat: colour ?? '#a96a3c', pale: '#f3e2cc', antlers: random.chance(0.85) }),
  },
  cow: {
    tall: 40,
    draw: (sheet, _scene, _random, colour) => drawCow(sheet, { coat: '#f2ece2', patch: colour ?? '#3b2f2e' }),
  },
  sheep: {
    tall: 32,
    draw: (sheet, _scene, random, colour) => drawSheep(sheet, random, { coat: colour ?? '#f4efe4', dark: '#3a3238' }),
  },
  elephant: { tall: 52, draw: (sheet, _scene, _random, colour) => drawElephant(sheet, colour ?? '#8b8f9b') },
  robot: {
    tall: 52,
    draw: (sheet, scene, random, colour) => {
      drawRobot(sheet, random, { hull: colour ?? '#d5dbe2', trim: scene.palette.accent, light: '#6ef0e6' });
      dress(sheet, scene);
    },
  },
  astronaut: {
    tall: 46,
    draw: (sheet, scene, _random, colour) =>
      drawAstronaut(sheet, mix(scene.palette.sky[1], '#2a4a8a', 0.4), colour ?? scene.palette.accent),
  },
  woman: { tall: 34, draw: wanderer('woman') },
  man: { tall: 36, draw: wanderer('man') },
  person: { tall: 35, draw: wanderer('person') },
};

/** Animals that turn their side to us may face either way. */
const SIDEWAYS = ['horse', 'unicorn', 'deer', 'cow', 'sheep', 'elephant'];

/** @param {Scene} scene @returns {{ thing: Thing, body: { tall: number, draw: Draw } }[]} */
export function bodiesIn({ things }) {
  return things.flatMap((thing) => {
    const body = BODIES[thing.name];
    return body ? [{ thing, body }] : [];
  });
}

/** Everybody who stands on the ground, side by side in front. @type {Paint} */
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
    const mirrored = SIDEWAYS.includes(thing.name) && stream.chance(0.5);
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

/** A whale where there is no water swims in the air, as in a dream. @type {Paint} */
export function paintSkyWhale(context, scene, random) {
  const { layout } = scene;
  const size = layout.unit * 72;
  const y = layout.horizon * 0.5 + size * 0.45;
  const hide = hideOf(scene, 'whale', '#4a6a92');
  paintFigure(context, scene, { x: layout.subjectX, y, size, mirrored: random.chance(0.5), shadow: false }, (sheet) =>
    drawSwimmingWhale(sheet, hide),
  );
}

/** Fish that leap over the ripples they have made. @type {Paint} */
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
