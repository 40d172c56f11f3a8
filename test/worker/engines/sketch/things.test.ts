import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Context, Layer, Random, Scene, SketchRequest } from '../../../../worker/engines/sketch/page/types.d.ts';

// Plain JavaScript without declarations: its shapes are stated here once.
const folder = '../../../../worker/engines/sketch/page';
const { readScene }: { readScene(request: SketchRequest): Scene } = await import(`${folder}/scene.js`);
const { composeLayers }: { composeLayers(scene: Scene): Layer[] } = await import(`${folder}/compose.js`);
const { createRandom }: { createRandom(key: string): Random } = await import(`${folder}/random.js`);
const { THINGS }: { THINGS: Record<string, Record<string, string>> } = await import(`${folder}/words/things.js`);

/** A canvas that paints nothing and counts what it is told. */
function createCounter() {
  let calls = 0;
  const answers: Record<string, unknown> = {
    getImageData: (_x: number, _y: number, width: number, height: number) => ({
      data: new Uint8ClampedArray(width * height * 4),
    }),
    createImageData: (width: number, height: number) => ({ data: new Uint8ClampedArray(width * height * 4) }),
    measureText: () => ({ width: 1 }),
  };
  const canvas = { width: 256, height: 256, getContext: () => context };
  const context: object = new Proxy(
    { canvas },
    {
      get: (target, name) => {
        if (name === 'canvas') return target.canvas;
        return (...values: unknown[]) => {
          calls += 1;
          const answer = answers[String(name)];
          return typeof answer === 'function' ? answer(...values) : context;
        };
      },
      set: () => true,
    },
  );
  return { context: context as Context, count: () => calls };
}

/** How many strokes the picture of a text takes; the same text and the same things take the same. */
function countStrokes(scene: Scene): number {
  const { context, count } = createCounter();
  class Sheet {
    readonly width = 256;
    readonly height = 256;
    getContext = (): Context => context;
  }
  Object.assign(globalThis, { OffscreenCanvas: Sheet, Path2D: class {}, DOMMatrix: class {} });
  for (const layer of composeLayers(scene)) layer.paint(context, scene, createRandom(layer.name));
  return count();
}

const read = (prompt: string): Scene =>
  readScene({ prompt, negativePrompt: '', seed: 1, width: 256, height: 256, guidanceScale: 7 });

/** Whether a picture of the place takes other strokes when the thing is taken out of it, and only that. */
function isDrawn(name: string, word: string): boolean {
  return ['', 'by the sea, ', 'under water, ', 'a fox, ', 'portrait, '].some((place) => {
    const scene = read(`${place}${word}`);
    const without = { ...scene, things: scene.things.filter((thing) => thing.name !== name), wearing: [] };
    const isThere = scene.things.some((thing) => thing.name === name) || scene.wearing.includes(name);
    return isThere && countStrokes(scene) !== countStrokes(without);
  });
}

describe('everything that the sketch page has words for', () => {
  for (const category of ['thing', 'wearing']) {
    test(`of the kind "${category}" is drawn`, () => {
      const entries = Object.entries(THINGS[category] ?? {});
      assert.ok(entries.length > 5);
      const missing = entries.filter(([name, words]) => !isDrawn(name, words.split('|')[0] ?? ''));
      assert.deepEqual(
        missing.map(([name]) => name),
        [],
      );
    });
  }
});
