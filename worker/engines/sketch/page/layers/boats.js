import { lighten, mix } from '../colour.js';
import { fillEllipse } from '../draw.js';
import { drawCar, drawRowboat, drawSailboat, drawTallShip } from '../subjects/boats.js';
import { paintFigure } from '../subjects/figure.js';
import { thingNamed } from './airborne.js';

/** @import { Paint } from '../types.d.ts' */

/** Boats on the water, with their wakes. @type {Paint} */
export function paintBoats(context, scene, random) {
  const { palette, layout, places } = scene;
  const { horizon, height, unit, width } = layout;
  for (const name of ['ship', 'boat']) {
    const thing = scene.things.find((candidate) => candidate.name === name);
    if (!thing) continue;
    const tall = scene.styles.includes('retro') || thing.count === 1 ? random.chance(0.5) : false;
    for (let index = 0; index < Math.min(5, thing.count); index++) {
      const near = index === 0 ? 1 : random.between(0.15, 0.6);
      const size = unit * (name === 'ship' ? 9 + 31 * near : 7 + 15 * near);
      const x = width * (index === 0 ? random.between(0.36, 0.64) : random.between(0.1, 0.9));
      const y =
        horizon +
        (height - horizon) * (0.07 + (places.includes('beach') ? 0.16 : 0.3) * near) +
        (name === 'boat' ? unit * 2 : 0);
      fillEllipse(context, mix(palette.water, '#000000', 0.35), x, y, size * 0.4, size * 0.025);
      const paint = {
        hull: thing.colour ?? random.pick(['#7a3b2e', '#2f4f6b', '#8a5a3a', '#b8463c']),
        sail: thing.colour ? lighten(thing.colour, 0.75) : '#f6efe0',
        dark: '#3a2a26',
      };
      paintFigure(context, scene, { x, y, size, mirrored: random.chance(0.5), shadow: false }, (sheet) => {
        if (name === 'boat') drawRowboat(sheet, paint);
        else if (tall) drawTallShip(sheet, paint);
        else drawSailboat(sheet, paint);
      });
      for (let wake = 0; wake < 9; wake++)
        fillEllipse(
          context,
          mix(palette.water, '#ffffff', 0.55),
          x + random.around(0, size * 0.6),
          y + random.between(0, size * 0.05),
          size * random.between(0.03, 0.12),
          Math.max(0.5, unit * 0.13),
        );
    }
  }
}

/** @type {Paint} */
export function paintCar(context, scene, random) {
  const { layout, time } = scene;
  const { colour } = thingNamed(scene, 'car');
  const place = {
    x: layout.width * 0.5 + random.around(0, layout.width * 0.03),
    y: layout.height - layout.unit * 9,
    size: layout.unit * 25,
  };
  paintFigure(context, scene, place, (sheet) =>
    drawCar(sheet, {
      hull: colour ?? random.pick(['#c8423b', '#2f7f8f', '#e0a83c']),
      glass: '#2c3a4c',
      dark: '#1e1d26',
      lit: time === 'night' || time === 'dusk',
    }),
  );
}
