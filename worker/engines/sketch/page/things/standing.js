import { darken, lighten } from '../colour.js';
import { dress } from '../subjects/accessories.js';
import { drawOwl, drawPenguin } from '../subjects/fowl.js';
import { drawCow, drawDeer, drawElephant, drawHorse, drawSheep } from '../subjects/hoofed.js';

/**
 * @import { ThingName } from './names.d.ts'
 * @import { ThingRecord } from './record.d.ts'
 */

/** Animals on the ground that each have a drawing of their own. @satisfies {Partial<Record<ThingName, ThingRecord>>} */
export const STANDING = {
  owl: {
    words: 'owl',
    otherLanguages: 'buho|hibou|eule|coruja|gufo|сова|猫头鹰|フクロウ',
    home: 'backdrop',
    tall: 40,
    draw: (sheet, scene, _random, colour) => {
      drawOwl(sheet, colour ?? '#8a6546');
      dress(sheet, scene);
    },
  },
  penguin: {
    words: 'penguin',
    home: 'backdrop',
    tall: 40,
    draw: (sheet, scene, _random, colour) => {
      drawPenguin(sheet, colour ?? '#2b3040');
      dress(sheet, scene);
    },
  },
  horse: {
    words: 'horse|pony|stallion|mare|foal|mustang',
    otherLanguages: 'caballo|cheval|chevaux|pferd|pferde|cavalo|cavallo|лошадь|конь|马|馬',
    home: ['meadow', 'hills'],
    facesEitherWay: true,
    tall: 46,
    draw: (sheet, _scene, _random, colour) =>
      drawHorse(sheet, { coat: colour ?? '#8a5332', mane: colour ? darken(colour, 0.45) : '#3a2219', horn: false }),
  },
  unicorn: {
    words: 'unicorn|pegasus',
    home: ['meadow', 'forest'],
    facesEitherWay: true,
    tall: 46,
    draw: (sheet, scene, _random, colour) =>
      drawHorse(sheet, { coat: colour ?? '#f6f1f4', mane: lighten(scene.palette.accent, 0.25), horn: true }),
  },
  deer: {
    words: 'deer|stag|elk|moose|reindeer|doe|fawn|buck',
    otherLanguages: 'ciervo|cerf|hirsch|veado|cervo|олень|鹿',
    home: ['forest', 'meadow'],
    facesEitherWay: true,
    tall: 46,
    draw: (sheet, _scene, random, colour) =>
      drawDeer(sheet, { coat: colour ?? '#a96a3c', pale: '#f3e2cc', antlers: random.chance(0.85) }),
  },
  cow: {
    words: 'cow|bull|cattle|ox',
    home: ['meadow', 'hills'],
    facesEitherWay: true,
    tall: 40,
    draw: (sheet, _scene, _random, colour) => drawCow(sheet, { coat: '#f2ece2', patch: colour ?? '#3b2f2e' }),
  },
  sheep: {
    words: 'sheep|lamb',
    home: ['meadow', 'hills'],
    facesEitherWay: true,
    tall: 32,
    draw: (sheet, _scene, random, colour) => drawSheep(sheet, random, { coat: colour ?? '#f4efe4', dark: '#3a3238' }),
  },
  elephant: {
    words: 'elephant',
    home: ['meadow', 'trees'],
    facesEitherWay: true,
    tall: 52,
    draw: (sheet, _scene, _random, colour) => drawElephant(sheet, colour ?? '#8b8f9b'),
  },
};
