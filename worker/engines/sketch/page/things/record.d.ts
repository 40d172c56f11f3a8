import type { Context, Random, Scene } from '../types.d.ts';
import type { PLACES } from '../words/places.js';

export type PlaceName = keyof (typeof PLACES)['place'];

/** Draws in a box of 100 by 100 whose foot is its lower edge. `colour` is `#rrggbb` where the prompt names one. */
export type Draw = (sheet: Context, scene: Scene, random: Random, colour: string | null) => void;

/** The layers that draw things in their own way. A thing without any of them is drawn by the layer `creatures`. */
export type ThingLayer =
  | 'balloons'
  | 'birds'
  | 'boats'
  | 'camp'
  | 'car'
  | 'fish'
  | 'flyers'
  | 'flying cars'
  | 'motes'
  | 'sky whale'
  | 'small flyers'
  | 'swimmers'
  | 'whale';

export interface ThingWords {
  /** English words and phrases, separated by `|`. Plurals in -s, -es and -ies are found by rule. */
  words: string;
  /** The same in other languages. A word that means something else in everyday English is left out. */
  otherLanguages?: string;
  /** Where it is shown when the prompt names no place: in these places, or in a picture of this kind. */
  home: readonly PlaceName[] | 'backdrop' | 'portrait' | 'space' | 'underwater';
  /** It gives light, so that the picture is at dusk unless the prompt says otherwise. */
  bringsDusk?: boolean;
}

/** A thing that stands on the ground, or sits for its portrait. */
export interface Body extends ThingWords {
  /** Height in hundredths of the picture's shorter side. */
  tall: number;
  draw: Draw;
  /** Seen from the side, so that it may be mirrored. */
  facesEitherWay?: boolean;
  layers?: undefined;
}

export interface InLayers extends ThingWords {
  layers: readonly ThingLayer[];
  draw?: undefined;
}

/** All that the page knows of a thing. */
export type ThingRecord = Body | InLayers;
