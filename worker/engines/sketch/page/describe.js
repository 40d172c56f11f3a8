/** @import { Scene } from './types.d.ts' */

/** @type {Record<Scene['kind'], string>} */
const KINDS = {
  landscape: 'a landscape',
  interior: 'a room',
  'still-life': 'a still life',
  underwater: 'a scene under water',
  space: 'a scene in space',
  portrait: 'a portrait',
  backdrop: 'a figure before a plain ground',
  abstract: 'an abstract composition',
};

/**
 * What the program understood, as short phrases for a person, most important first.
 * @param {Scene} scene
 * @returns {string[]}
 */
export function describeScene(scene) {
  const things = scene.things.map(({ name, count }) => (count > 1 ? `${name} (${count})` : name));
  const time = scene.kind === 'landscape' || scene.kind === 'interior' ? [scene.time] : [];
  const rest = [
    scene.places,
    time,
    scene.sky,
    scene.weather,
    scene.season ?? [],
    scene.wearing,
    scene.moods,
    scene.styles,
  ].flat();
  return [KINDS[scene.kind], ...things, ...new Set(rest)];
}
