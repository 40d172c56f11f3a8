import { mix } from '../colour.js';
import { dress } from '../subjects/accessories.js';
import { chooseLook, drawAstronaut, drawWanderer } from '../subjects/person.js';
import { drawRobot } from '../subjects/robot.js';

/**
 * @import { ThingName } from './names.d.ts'
 * @import { Draw, ThingRecord } from './record.d.ts'
 */

/** @param {'woman' | 'man' | 'person'} who @returns {Draw} */
const wanderer = (who) => (sheet, scene, random, colour) =>
  drawWanderer(sheet, chooseLook(random, who, colour, scene.palette.accent));

/** People, and things that look like them. @satisfies {Partial<Record<ThingName, ThingRecord>>} */
export const PEOPLE = {
  robot: {
    words: 'robot|android|cyborg|mech|droid|automaton|robotic',
    otherLanguages: 'roboter|робот|робота|机器人|ロボット',
    home: 'backdrop',
    tall: 52,
    draw: (sheet, scene, random, colour) => {
      drawRobot(sheet, random, { hull: colour ?? '#d5dbe2', trim: scene.palette.accent, light: '#6ef0e6' });
      dress(sheet, scene);
    },
  },
  astronaut: {
    words: 'astronaut|cosmonaut|spaceman|space suit|spacesuit',
    otherLanguages: 'astronauta|astronaute|raumfahrer|космонавт|астронавт|宇航员|宇宙飛行士',
    home: 'space',
    tall: 46,
    draw: (sheet, scene, _random, colour) =>
      drawAstronaut(sheet, mix(scene.palette.sky[1], '#2a4a8a', 0.4), colour ?? scene.palette.accent),
  },
  woman: {
    words:
      'woman|women|girl|lady|female|princess|queen|mother|bride|witch|goddess|elf|fairy|mermaid|actress|girlfriend',
    otherLanguages: 'mujer|femme|frau|mulher|donna|fille|chica|madchen|женщина|девушка|девочка|女人|女孩|女性|少女',
    home: 'portrait',
    tall: 34,
    draw: wanderer('woman'),
  },
  man: {
    words: 'man|men|boy|guy|male|prince|king|father|wizard|knight|samurai|warrior|cowboy|pirate|hero|monk|fisherman',
    otherLanguages: 'hombre|homme|mann|homem|uomo|мужчина|мальчик|男人|男孩|男性|少年',
    home: 'portrait',
    tall: 36,
    draw: wanderer('man'),
  },
  person: {
    words:
      'person|people|human|child|children|kid|couple|hiker|traveler|traveller|wanderer|figure|someone|friend|dancer|character',
    home: 'portrait',
    tall: 35,
    draw: wanderer('person'),
  },
};
