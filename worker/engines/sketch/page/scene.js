import { layOut } from './layout.js';
import { readText } from './lexicon.js';
import { choosePalette } from './palette.js';
import { createRandom, hashText } from './random.js';
import { chooseKind, chooseTime, completePlaces } from './settings.js';
import { isThing } from './things/index.js';
import { BLOOMS, COLOURS } from './words/looks.js';

/**
 * @import { Scene, SketchRequest, Thing } from './types.d.ts'
 * @import { Hit } from './lexicon.js'
 * @import { ThingName } from './things/names.d.ts'
 */

/** Words that count things. */
const COUNTS = new Map(
  Object.entries({ two: 2, three: 3, four: 4, five: 5, six: 6, seven: 7, couple: 2, pair: 2, flock: 7, many: 6 }),
);
const PLURAL_COUNT = 3;
/** Categories that a colour may belong to. */
const OWNERS = ['thing', 'place', 'wearing'];
/** Most words from a colour to its thing: "red and very shiny balloon" is too far. */
const COLOUR_REACH = 2;

/** @param {Hit[]} hits @param {string} category */
const namesIn = (hits, category) => [
  ...new Set(hits.filter((hit) => hit.category === category).map((hit) => hit.name)),
];

/**
 * Each colour belongs to the first body that follows it closely. All other colours belong to the picture.
 * @param {Hit[]} hits
 */
function shareColours(hits) {
  /** @type {Map<Hit, string>} */
  const ofThing = new Map();
  /** @type {string[]} */
  const ofPicture = [];
  for (const hit of hits) {
    if (hit.category !== 'colour') continue;
    const hex = COLOURS[hit.name];
    if (hex === undefined) continue;
    const owner = hits.find((other) => {
      const distance = other.index - (hit.index + hit.length);
      return other.category !== 'colour' && distance >= 0 && distance < COLOUR_REACH;
    });
    if (owner && OWNERS.includes(owner.category)) ofThing.set(owner, hex);
    else if (owner?.category !== 'time') ofPicture.push(hex);
  }
  return { ofThing, ofPicture };
}

/** @param {Hit[]} hits @param {string} prompt @param {Map<Hit, string>} colours @returns {Thing[]} */
function readThings(hits, prompt, colours) {
  const words = prompt.toLowerCase().split(/\s+/);
  const namedCount = words.map((word) => COUNTS.get(word)).find((count) => count !== undefined);
  /** @type {Map<ThingName, Thing>} */
  const things = new Map();
  for (const hit of hits) {
    if (hit.category !== 'thing' || !isThing(hit.name) || things.has(hit.name)) continue;
    const count = hit.plural ? (namedCount ?? PLURAL_COUNT) : 1;
    things.set(hit.name, { name: hit.name, colour: colours.get(hit) ?? null, count });
  }
  return [...things.values()];
}

/** Without people means without women and men, too. @param {Hit[]} hits */
function refused(hits) {
  const names = hits.map((hit) => hit.name);
  return [...new Set(names.includes('person') ? [...names, 'woman', 'man'] : names)];
}

/**
 * The scene of a prompt as plain data: its things, time, place and style. A pure function.
 * @param {SketchRequest} request
 * @returns {Scene}
 */
export function readScene(request) {
  const all = readText(request.prompt);
  const without = refused([...readText(request.negativePrompt), ...all.filter((hit) => hit.negated)]);
  const hits = all.filter((hit) => !without.includes(hit.name));
  const key = hashText(JSON.stringify([request.prompt, request.negativePrompt, request.seed])).join('-');
  const random = createRandom(`${key}/scene`);
  const { ofThing, ofPicture } = shareColours(hits);
  /** @type {Record<string, string>} */
  const ownColours = Object.fromEntries(
    [...ofThing].filter(([hit]) => hit.category !== 'thing').map(([hit, hex]) => [hit.name, hex]),
  );
  const named = readThings(hits, request.prompt, ofThing);
  /** @type {Thing[]} */
  const things =
    named.length === 0 && hits.some((hit) => hit.name === 'portrait')
      ? [{ name: 'person', colour: null, count: 1 }]
      : named;
  const read = {
    places: namesIn(hits, 'place'),
    weather: namesIn(hits, 'weather'),
    sky: namesIn(hits, 'sky'),
    styles: namesIn(hits, 'style'),
    moods: namesIn(hits, 'mood'),
    wearing: namesIn(hits, 'wearing'),
    kinds: namesIn(hits, 'kind'),
    furniture: namesIn(hits, 'furniture'),
    times: namesIn(hits, 'time'),
    season: namesIn(hits, 'season')[0] ?? null,
    things,
    without,
  };
  const kind = chooseKind(read);
  const set = {
    kind,
    time: chooseTime(read, kind, random),
    season: read.season,
    weather: read.weather,
    things,
    wearing: read.wearing,
    styles: read.styles,
    moods: read.moods,
    colours: ofPicture,
    ownColours,
    blooms: namesIn(hits, 'bloom').flatMap((name) => BLOOMS[name] ?? []),
    without,
    strength: Math.max(0, Math.min(1, request.guidanceScale / 20)),
    key,
    ...completePlaces(read, kind, random),
  };
  const palette = choosePalette(set, random.fork('palette'));
  return { ...set, palette, layout: layOut(set, request, random.fork('layout')) };
}
