import { landscapeChoices } from './landscape.js';
import { paintAbstract } from './layers/abstract.js';
import { paintFlyers } from './layers/airborne.js';
import { paintBackdrop, paintPortrait, paintSitters } from './layers/backdrop.js';
import { paintCreatures } from './layers/creatures.js';
import { paintGrain, paintVignette } from './layers/finish.js';
import { paintFurniture, paintRoomShell, paintRoomWindow } from './layers/interior.js';
import { paintPlanet } from './layers/sky.js';
import { paintNebula, paintSpacefarer, paintWorld } from './layers/space.js';
import { paintStars } from './layers/stars.js';
import { paintStillLife } from './layers/still-life.js';
import { styleLayers } from './layers/styles.js';
import { paintDepths, paintReef, paintSwimmers } from './layers/underwater.js';
import { bodiesIn, needsLayer } from './things/index.js';

/**
 * @import { Choice } from './landscape.js'
 * @import { Layer, Scene } from './types.d.ts'
 */

/** @type {Record<Scene['kind'], (scene: Scene) => Choice[]>} */
const KINDS = {
  landscape: landscapeChoices,
  interior: (scene) => [
    [true, 'room', paintRoomShell],
    [!scene.without.includes('window'), 'window', paintRoomWindow],
    [true, 'furniture', paintFurniture],
    [bodiesIn(scene).some(({ body }) => body.home !== 'portrait'), 'creatures', paintCreatures],
  ],
  'still-life': () => [[true, 'still life', paintStillLife]],
  underwater: () => [
    [true, 'depths', paintDepths],
    [true, 'reef', paintReef],
    [true, 'swimmers', paintSwimmers],
  ],
  space: (scene) => [
    [true, 'nebula', paintNebula],
    [!scene.without.includes('stars'), 'stars', paintStars],
    [
      !scene.without.includes('planet') && (scene.sky.includes('planet') || scene.sky.length === 0),
      'planet',
      paintPlanet,
    ],
    [true, 'world', paintWorld],
    [needsLayer(scene, 'flyers'), 'flyers', paintFlyers],
    [bodiesIn(scene).length === 1, 'spacefarer', paintSpacefarer],
    [
      bodiesIn(scene).length > 1 || bodiesIn(scene).some(({ thing }) => thing.name !== 'astronaut'),
      'creatures',
      paintCreatures,
    ],
  ],
  portrait: () => [
    [true, 'backdrop', paintBackdrop],
    [true, 'portrait', paintPortrait],
  ],
  backdrop: () => [
    [true, 'backdrop', paintBackdrop],
    [true, 'sitters', paintSitters],
  ],
  abstract: () => [[true, 'abstract', paintAbstract]],
};

/**
 * The layers of a scene, from the furthest to the paper's grain.
 * @param {Scene} scene
 * @returns {Layer[]}
 */
export function composeLayers(scene) {
  const chosen = KINDS[scene.kind](scene).filter(([wanted]) => wanted);
  const layers = chosen.map(([, name, paint]) => ({ name, paint }));
  const finish = [{ name: 'vignette', paint: paintVignette }, ...styleLayers(scene)];
  return [...layers, ...finish, ...(scene.styles.includes('pixel') ? [] : [{ name: 'grain', paint: paintGrain }])];
}
