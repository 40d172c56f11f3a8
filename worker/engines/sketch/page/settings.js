import { THINGS } from './things/index.js';

/**
 * @import { ThingRecord } from './things/record.d.ts'
 * @import { Random, Scene, SceneKind, Thing, TimeOfDay } from './types.d.ts'
 */

/**
 * @typedef {Pick<Scene, 'places' | 'weather' | 'sky' | 'styles' | 'moods' | 'season' | 'things' | 'without'>
 *   & { kinds: string[], times: string[], furniture: string[] }} Reading
 */

/** @param {Thing[]} things @param {ThingRecord['home']} home */
const isHome = (things, home) => things.some(({ name }) => THINGS[name].home === home);

/** @param {Thing} thing */
const livesOnlyUnderWater = ({ name }) => THINGS[name].layers?.every((layer) => layer === 'swimmers') ?? false;

/** @param {string[]} list @param {readonly string[]} wanted */
const hasAny = (list, wanted) => wanted.some((name) => list.includes(name));

/**
 * @param {Reading} read
 * @returns {SceneKind}
 */
export function chooseKind(read) {
  const { things } = read;
  const outside = read.places.length > 0;
  if (read.kinds.includes('interior')) return 'interior';
  if (read.kinds.includes('abstract') && things.length === 0 && !outside) return 'abstract';
  if (
    things.some(livesOnlyUnderWater) ||
    (isHome(things, 'underwater') && !outside) ||
    read.kinds.includes('underwater')
  ) {
    return 'underwater';
  }
  if (read.kinds.includes('space') || (isHome(things, 'space') && !outside)) return 'space';
  if (read.kinds.includes('still-life') && things.length === 0 && read.places.every((place) => place === 'flowers'))
    return 'still-life';
  if (isHome(things, 'portrait') && (read.kinds.includes('portrait') || !outside)) return 'portrait';
  if (isHome(things, 'backdrop') && !outside) return 'backdrop';
  if (outside || things.length + read.sky.length + read.weather.length + read.times.length > 0) return 'landscape';
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
  const named = /** @type {TimeOfDay[]} */ (read.times).filter((time) => !read.without.includes(time));
  // "A sunny night" is night, because the rarer word counts.
  const [first] = named.length > 1 ? named.filter((time) => time !== 'day') : named;
  const drawn = random.next();
  if (first) return first;
  if (hasAny(read.sky, ['stars', 'milkyway', 'moon', 'comet']) || read.weather.includes('aurora')) return 'night';
  if (read.styles.includes('neon') || (read.moods.includes('futuristic') && read.places.includes('city')))
    return 'night';
  if (read.things.some(({ name }) => THINGS[name].bringsDusk)) return 'dusk';
  if (read.moods.includes('magical')) return 'dusk';
  if (kind === 'interior' || kind === 'still-life' || kind === 'backdrop' || kind === 'portrait') return 'day';
  if (hasAny(read.weather, ['rainbow', 'clear', 'clouds']) || read.sky.includes('sun')) return 'day';
  // Portraits need light on the face, and a season needs light for its colours.
  if (read.things.length > 0 || read.season) return drawn < 0.6 ? 'day' : drawn < 0.8 ? 'sunset' : 'dawn';
  if (drawn < 0.5) return 'day';
  return drawn < 0.74 ? 'sunset' : drawn < 0.9 ? 'dawn' : 'dusk';
}

/**
 * Adds the places that the named ones need: a fox needs a wood, and a wood needs ground.
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
    const home = read.things.map(({ name }) => THINGS[name].home).find((found) => Array.isArray(found));
    if (home) places = [...home];
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
