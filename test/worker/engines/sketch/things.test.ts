import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { describe, test } from 'node:test';
import type { ThingRecord } from '../../../../worker/engines/sketch/page/things/record.d.ts';
import type { Context, Layer, Random, Scene, SketchRequest } from '../../../../worker/engines/sketch/page/types.d.ts';

// The module is plain JavaScript without declarations, so its types are declared here.
const folder = '../../../../worker/engines/sketch/page';
const { readScene }: { readScene(request: SketchRequest): Scene } = await import(`${folder}/scene.js`);
const { composeLayers }: { composeLayers(scene: Scene): Layer[] } = await import(`${folder}/compose.js`);
const { createRandom }: { createRandom(key: string): Random } = await import(`${folder}/random.js`);
const { readText }: { readText(text: string): { category: string; name: string }[] } = await import(
  `${folder}/lexicon.js`
);
const { THINGS }: { THINGS: Record<string, ThingRecord> } = await import(`${folder}/things/index.js`);
const { CLOTHES }: { CLOTHES: { wearing: Record<string, string> } } = await import(`${folder}/words/clothes.js`);

/** A canvas that paints nothing and counts calls. */
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

/** Number of strokes of a drawing, which is the same for the same scene. */
function countCalls(paint: (context: Context) => void): number {
  const { context, count } = createCounter();
  class Sheet {
    readonly width = 256;
    readonly height = 256;
    getContext = (): Context => context;
  }
  Object.assign(globalThis, { OffscreenCanvas: Sheet, Path2D: class {}, DOMMatrix: class {} });
  paint(context);
  return count();
}

const countStrokes = (scene: Scene): number =>
  countCalls((context) => {
    for (const layer of composeLayers(scene)) layer.paint(context, scene, createRandom(layer.name));
  });

const read = (prompt: string): Scene =>
  readScene({ prompt, negativePrompt: '', seed: 1, width: 256, height: 256, guidanceScale: 7 });

/** Whether the strokes change when only the thing is removed from the picture. */
function isDrawn(name: string, word: string): boolean {
  return ['', 'by the sea, ', 'under water, ', 'a fox, ', 'portrait, '].some((place) => {
    const scene = read(`${place}${word}`);
    const without = { ...scene, things: scene.things.filter((thing) => thing.name !== name), wearing: [] };
    const isThere = scene.things.some((thing) => thing.name === name) || scene.wearing.includes(name);
    return isThere && countStrokes(scene) !== countStrokes(without);
  });
}

const PLACES = ['', 'by the sea, ', 'under water, ', 'in a city street, '];
const firstWord = (words: string) => words.split('|')[0] ?? '';
const things = Object.entries(THINGS);

describe('everything that the sketch page has words for', () => {
  const kinds: [kind: string, entries: [name: string, words: string][]][] = [
    ['things', things.map(([name, { words }]) => [name, words])],
    ['clothes', Object.entries(CLOTHES.wearing)],
  ];
  for (const [kind, entries] of kinds) {
    test(`is drawn: ${kind}`, () => {
      assert.ok(entries.length > 5);
      const missing = entries.filter(([name, words]) => !isDrawn(name, firstWord(words)));
      assert.deepEqual(
        missing.map(([name]) => name),
        [],
      );
    });
  }
});

describe('the record of a thing', () => {
  test('is found by each of its words', () => {
    const unread = things.flatMap(([name, { words, otherLanguages }]) =>
      [...words.split('|'), ...(otherLanguages?.split('|') ?? [])]
        .filter((word) => !readText(word).some((hit) => hit.category === 'thing' && hit.name === name))
        .map((word) => `${name}: ${word}`),
    );
    assert.deepEqual(unread, []);
  });

  test('has a drawing that is not empty, if it has one', () => {
    const scene = read('meadow');
    const empty = things.filter(
      ([name, { draw }]) => draw && countCalls((context) => draw(context, scene, createRandom(name), null)) === 0,
    );
    assert.deepEqual(
      empty.map(([name]) => name),
      [],
    );
  });

  test('names only layers of its pictures', () => {
    const absent = things.flatMap(([name, { words, layers = [] }]) => {
      const seen = PLACES.flatMap((place) => composeLayers(read(`${place}${firstWord(words)}`)));
      return layers.filter((layer) => !seen.some((found) => found.name === layer)).map((layer) => `${name}: ${layer}`);
    });
    assert.deepEqual(absent, []);
  });

  test('is in one table, and every table is in the index', async () => {
    const files = (await readdir(new URL(`${folder}/things/`, import.meta.url))).filter((file) => file.endsWith('.js'));
    const tables = files.filter((file) => file !== 'index.js').map((file) => import(`${folder}/things/${file}`));
    const names = (await Promise.all(tables)).flatMap((table) =>
      Object.values(table).flatMap((all) => Object.keys(all as object)),
    );
    assert.deepEqual(names.sort(), Object.keys(THINGS).sort());
  });
});
