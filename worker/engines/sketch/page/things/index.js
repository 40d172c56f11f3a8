import { IN_LAYERS } from './in-layers.js';
import { PEOPLE } from './people.js';
import { SEATED } from './seated.js';
import { STANDING } from './standing.js';

/**
 * @import { Scene, Thing } from '../types.d.ts'
 * @import { ThingName } from './names.d.ts'
 * @import { Body, ThingLayer, ThingRecord } from './record.d.ts'
 */

/** The record of each thing that stands, swims or flies in a picture. @type {Readonly<Record<ThingName, ThingRecord>>} */
export const THINGS = { ...SEATED, ...STANDING, ...PEOPLE, ...IN_LAYERS };

/** @param {string} name @returns {name is ThingName} */
export const isThing = (name) => Object.hasOwn(THINGS, name);

/** @param {Pick<Scene, 'things'>} scene @returns {{ thing: Thing, body: Body }[]} the things that stand on the ground */
export function bodiesIn({ things }) {
  return things.flatMap((thing) => {
    const record = THINGS[thing.name];
    return record.draw ? [{ thing, body: record }] : [];
  });
}

/** @param {Pick<Scene, 'things'>} scene @param {ThingLayer} layer whether anything in the scene is drawn by it */
export const needsLayer = ({ things }, layer) => things.some(({ name }) => THINGS[name].layers?.includes(layer));
