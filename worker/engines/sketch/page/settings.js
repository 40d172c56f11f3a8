/** @import { Random, Scene, SceneKind, TimeOfDay } from './types.d.ts' */

/**
 * @typedef {Pick<Scene, 'places' | 'weather' | 'sky' | 'styles' | 'moods' | 'season' | 'things' | 'without'>
 *   & { kinds: string[], times: string[], furniture: string[] }} Reading
 */

/** Who is painted close, alone before a plain ground, when the prompt names no place. */
const SITTERS = ['cat', 'dog', 'panda', 'koala', 'owl', 'raccoon', 'mouse', 'pig', 'lion', 'tiger', 'penguin', 'robot'];
const PEOPLE = ['woman', 'man', 'person'];

/** Where somebody is at home when the prompt names no place. @type {Record<string, string[]>} */
const HOMES = {
  fox: ['forest', 'meadow'],
  wolf: ['forest', 'mountains'],
  bear: ['mountains', 'forest'],
  rabbit: ['meadow', 'flowers'],
  deer: ['forest', 'meadow'],
  horse: ['meadow', 'hills'],
  cow: ['meadow', 'hills'],
  sheep: ['meadow', 'hills'],
  unicorn: ['meadow', 'forest'],
  elephant: ['meadow', 'trees'],
  whale: ['sea'],
  boat: ['lake', 'mountains'],
  ship: ['sea'],
  balloon: ['hills', 'mountains'],
  dragon: ['mountains'],
  bird: ['hills'],
  plane: ['mountains'],
  rocket: ['desert'],
  ufo: ['desert', 'hills'],
  flyingcar: ['city'],
  car: ['road', 'mountains'],
  butterfly: ['meadow', 'flowers'],
  lantern: ['lake', 'hills'],
  fireflies: ['forest', 'meadow'],
  campfire: ['forest', 'mountains'],
  tent: ['forest', 'mountains'],
};

/** @param {string[]} list @param {readonly string[]} wanted */
const hasAny = (list, wanted) => wanted.some((name) => list.includes(name));

/**
 * @param {Reading} read
 * @returns {SceneKind}
 */
export function chooseKind(read) {
  const names = read.things.map((thing) => thing.name);
  const outside = read.places.length > 0;
  if (read.kinds.includes('interior')) return 'interior';
  if (read.kinds.includes('abstract') && names.length === 0 && !outside) return 'abstract';
  if (
    hasAny(names, ['jellyfish', 'turtle']) ||
    (names.includes('fish') && !outside) ||
    read.kinds.includes('underwater')
  ) {
    return 'underwater';
  }
  if (read.kinds.includes('space') || (names.includes('astronaut') && !outside)) return 'space';
  if (read.kinds.includes('still-life') && names.length === 0 && read.places.every((place) => place === 'flowers'))
    return 'still-life';
  if (hasAny(names, PEOPLE) && (read.kinds.includes('portrait') || !outside)) return 'portrait';
  if (hasAny(names, SITTERS) && !outside) return 'backdrop';
  if (outside || names.length + read.sky.length + read.weather.length + read.times.length > 0) return 'landscape';
  if (read.season || read.moods.includes('magical')) return 'landscape';
  if (read.moods.includes('futuristic')) return 'landscape';
  return read.furniture.length > 0 ? 'interior' : 'abstract';
}

/**
 * @param {Reading} read
 * @param {SceneKind} kind
 * @param {Random} random
 * @returns {TimeOfDay}
 */
export function chooseTime(read, kind, random) {
  const told = /** @type {TimeOfDay[]} */ (read.times).filter((time) => !read.without.includes(time));
  // "A sunny night" is night: the rarer word was meant.
  const [first] = told.length > 1 ? told.filter((time) => time !== 'day') : told;
  const drawn = random.next();
  if (first) return first;
  if (hasAny(read.sky, ['stars', 'milkyway', 'moon', 'comet']) || read.weather.includes('aurora')) return 'night';
  if (read.styles.includes('neon') || (read.moods.includes('futuristic') && read.places.includes('city')))
    return 'night';
  if (
    hasAny(
      read.things.map((thing) => thing.name),
      ['fireflies', 'lantern', 'campfire'],
    )
  )
    return 'dusk';
  if (read.moods.includes('magical')) return 'dusk';
  if (kind === 'interior' || kind === 'still-life' || kind === 'backdrop' || kind === 'portrait') return 'day';
  if (hasAny(read.weather, ['rainbow', 'clear', 'clouds']) || read.sky.includes('sun')) return 'day';
  // Whoever stands in the picture wants light on the face, and a season wants its colours seen.
  if (read.things.length > 0 || read.season) return drawn < 0.6 ? 'day' : drawn < 0.8 ? 'sunset' : 'dawn';
  if (drawn < 0.5) return 'day';
  return drawn < 0.74 ? 'sunset' : drawn < 0.9 ? 'dawn' : 'dusk';
}

/**
 * The land and the sky around what was named: a fox needs a wood, a wood needs a ground.
 * @param {Reading} read
 * @param {SceneKind} kind
 * @param {Random} random
 * @returns {{ places: string[], sky: string[] }}
 */
export function completePlaces(read, kind, random) {
  const allowed = (/** @type {string[]} */ names) => names.filter((name) => !read.without.includes(name));
  if (kind === 'interior') return { places: allowed(read.furniture), sky: read.sky };
  if (kind !== 'landscape') return { places: read.places, sky: read.sky };
  let places = [...read.places];
  if (places.length === 0) {
    const home = read.things.map((thing) => HOMES[thing.name]).find((found) => found !== undefined);
    if (home) places = home;
    else if (read.sky.includes('planet')) places = ['desert', 'mountains', 'crystals'];
    else if (read.moods.includes('magical')) places = ['floating', 'mountains', 'lake', 'mushrooms'];
    else if (read.moods.includes('futuristic') || read.styles.includes('neon')) places = ['city'];
    else
      places = random.pick([
        ['mountains', 'lake'],
        ['hills', 'meadow'],
        ['mountains', 'forest'],
        ['sea', 'cliff'],
      ]);
  }
  if (read.moods.includes('magical') && !places.includes('floating') && random.chance(0.5)) places.push('crystals');
  const sky = [...read.sky];
  return { places: allowed(places), sky: allowed(sky) };
}
