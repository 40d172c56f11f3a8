import type { ThingName } from './things/names.d.ts';

/** What the page is asked to paint. `width` and `height` in pixels, 64 to 2048; `guidanceScale` 0 to 20. */
export interface SketchRequest {
  prompt: string;
  negativePrompt: string;
  seed: number;
  width: number;
  height: number;
  guidanceScale: number;
}

export type SceneKind =
  | 'landscape'
  | 'interior'
  | 'still-life'
  | 'underwater'
  | 'space'
  | 'portrait'
  | 'backdrop'
  | 'abstract';

export type TimeOfDay = 'dawn' | 'day' | 'sunset' | 'dusk' | 'night';

/** Something with a body that stands in the picture. `colour` is `#rrggbb` where the prompt names one. */
export interface Thing {
  name: ThingName;
  colour: string | null;
  count: number;
}

/** All colours are `#rrggbb`. */
export interface Palette {
  sky: [top: string, upper: string, lower: string, horizon: string];
  sun: string;
  haze: string;
  land: string;
  foliage: string;
  ground: string;
  water: string;
  cloud: string;
  cloudShade: string;
  accent: string;
  /** What the air does to the colours of bodies: a veil of `ambient`, `ambientShare` strong. */
  ambient: string;
  ambientShare: number;
}

/** Where things are, in pixels of the picture. */
export interface Layout {
  width: number;
  height: number;
  /** A hundredth of the shorter side: every size is a multiple of it. */
  unit: number;
  horizon: number;
  sunX: number;
  sunY: number;
  sunRadius: number;
  /** Where the eye should rest: the castle, the lighthouse, the great peak. */
  focusX: number;
  subjectX: number;
}

/** What the program understood of a request: plain data. */
export interface Scene {
  kind: SceneKind;
  time: TimeOfDay;
  season: string | null;
  weather: string[];
  places: string[];
  sky: string[];
  things: Thing[];
  wearing: string[];
  styles: string[];
  moods: string[];
  /** Named colours that belong to the whole picture, `#rrggbb`. */
  colours: string[];
  /** Colours the prompt gives to places and clothes, by their names: "a white castle", "a red scarf". */
  ownColours: Record<string, string>;
  /** Petals of the flowers the prompt names, `#rrggbb`. */
  blooms: string[];
  /** What must not be there, by the request's own words. */
  without: string[];
  /** How literally to take the words, 0 to 1. */
  strength: number;
  /** The seed of every random stream. */
  key: string;
  palette: Palette;
  layout: Layout;
}

export interface Random {
  next(): number;
  between(low: number, high: number): number;
  /** Both ends included. */
  integer(low: number, high: number): number;
  /** Bell-shaped: most often near the centre, never further than `spread`. */
  around(centre: number, spread: number): number;
  chance(probability: number): boolean;
  pick<Choice>(choices: readonly Choice[]): Choice;
  fork(name: string): Random;
}

export type Context = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

export type Paint = (context: Context, scene: Scene, random: Random) => void;

export interface Layer {
  name: string;
  paint: Paint;
}

export type Point = [x: number, y: number];

/** What the page offers as `window.easelSketch`. */
export interface EaselSketch {
  /** Called after each layer with the share that is done, 0 to 1. */
  onProgress: ((fraction: number) => void) | null;
  /**
   * Paints on the canvas `#picture`. A second call aborts the first.
   * Rejects with a RangeError or TypeError that names the field, or with an AbortError.
   * `negativePrompt` is empty and `guidanceScale` 7 where absent.
   */
  paint(request: Pick<SketchRequest, 'prompt' | 'seed' | 'width' | 'height'> & Partial<SketchRequest>): Promise<{
    width: number;
    height: number;
    scene: Scene;
    description: string[];
  }>;
  abort(): void;
  /** The canvas as it is now, as `data:<type>;base64,...`; `quality` 0 to 1 for JPEG and WebP. */
  toDataUrl(type?: 'image/png' | 'image/jpeg' | 'image/webp', quality?: number): Promise<string>;
  /** Gives back the memory of the canvas, and with it the picture. */
  release(): void;
}

declare global {
  interface Window {
    easelSketch: EaselSketch;
  }
}

/** An interior's colours, the height of its floor's edge and its two walls, in pixels. */
export interface Room {
  wall: string;
  second: string;
  wood: string;
  textile: string;
  floor: number;
  left: number;
  right: number;
}
