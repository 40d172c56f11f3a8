import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Layer, Scene, SketchRequest } from '../../../../worker/engines/sketch/page/types.d.ts';

// The module is plain JavaScript without declarations, so its types are declared here.
const folder = '../../../../worker/engines/sketch/page';
const { readScene }: { readScene(request: SketchRequest): Scene } = await import(`${folder}/scene.js`);
const { composeLayers }: { composeLayers(scene: Scene): Layer[] } = await import(`${folder}/compose.js`);
const { describeScene }: { describeScene(scene: Scene): string[] } = await import(`${folder}/describe.js`);

const read = (prompt: string, changes: Partial<SketchRequest> = {}) =>
  readScene({ prompt, negativePrompt: '', seed: 1, width: 768, height: 768, guidanceScale: 7, ...changes });

const layerNames = (scene: Scene) => composeLayers(scene).map((layer) => layer.name);

/** Everything that a scene names, in any of its fields. */
const named = (scene: Scene) => [
  scene.kind,
  scene.time,
  scene.season,
  ...scene.places,
  ...scene.weather,
  ...scene.sky,
  ...scene.styles,
  ...scene.moods,
  ...scene.wearing,
  ...scene.things.map((thing) => thing.name),
];

describe('reading a prompt', () => {
  const table: [prompt: string, expected: string[]][] = [
    ['a red fox', ['landscape', 'fox', 'forest']],
    ['a cat wearing sunglasses', ['backdrop', 'cat', 'sunglasses']],
    ['sunset over mountains', ['landscape', 'sunset', 'mountains']],
    ['fantasy castle', ['landscape', 'castle', 'magical']],
    ['robot', ['backdrop', 'robot']],
    ['a lighthouse at night in a storm', ['landscape', 'lighthouse', 'night', 'storm']],
    ['futuristic city with flying cars', ['landscape', 'city', 'flyingcar', 'futuristic', 'night']],
    ['serene mountain landscape at sunset', ['landscape', 'mountains', 'sunset', 'calm']],
    ['a magical landscape', ['landscape', 'magical']],
    ["teenage girl's minimalist room with pastel colors", ['interior', 'minimal', 'pastel']],
    ['beautiful landscape with mountains and a lake', ['landscape', 'mountains', 'lake']],
    ['butterflies in the woods', ['butterfly', 'forest']],
    ['the Milky Way over dunes', ['milkyway', 'dunes', 'night']],
    ['portrait', ['portrait', 'person']],
    ['two goldfish', ['underwater', 'fish']],
    ['astronaut', ['space', 'astronaut']],
    ['still life with a vase', ['still-life']],
    ['un château dans la forêt sous la neige', ['castle', 'forest', 'snow']],
    ['un faro en la playa al atardecer', ['lighthouse', 'beach', 'sunset']],
    ['Ein Fuchs im Wald', ['fox', 'forest']],
    ['uma baleia no mar à noite', ['whale', 'night']],
    ['замок в горах зимой', ['castle', 'winter']],
    ['狐狸在森林里', ['fox', 'forest']],
    ['夕焼けの海と猫', ['sunset', 'sea', 'cat']],
  ];
  for (const [prompt, expected] of table) {
    test(prompt, () => {
      const found = named(read(prompt));
      for (const name of expected) assert.ok(found.includes(name), `${name} in ${found.join(', ')}`);
    });
  }

  test('reads whole words only', () => {
    for (const prompt of ['concatenate', 'seasoned boatload', 'foxtrot', 'suntan cityless']) {
      assert.equal(read(prompt).kind, 'abstract', prompt);
    }
  });

  test('a colour belongs to the thing after it', () => {
    const scene = read('a blue robot in a white castle, purple sky');
    assert.equal(scene.things[0]?.colour, '#3568b8');
    assert.equal(scene.ownColours.castle, '#f4f1ea');
    assert.deepEqual(scene.colours, ['#7a4fb0']);
  });

  test('reads numbers of things', () => {
    const count = (prompt: string) => read(prompt).things[0]?.count;
    assert.equal(count('a dog'), 1);
    assert.equal(count('dogs'), 3);
    assert.equal(count('five dogs'), 5);
    assert.equal(count('two wolves'), 2);
  });

  test('describes itself for a person', () => {
    assert.deepEqual(describeScene(read('two dogs on the beach at night')).slice(0, 4), [
      'a landscape',
      'dog (2)',
      'beach',
      'night',
    ]);
  });
});

describe('what the prompt or the negative prompt excludes', () => {
  const table: [prompt: string, negativePrompt: string, layer: string][] = [
    ['mountains at noon', 'birds', 'birds'],
    ['mountains at noon', 'clouds', 'clouds'],
    ['a stormy sea', 'rain, storm', 'rain'],
    ['meadow at night', 'moon', 'moon'],
    ['a fox in the forest', 'fox', 'creatures'],
    ['people on a beach', 'people', 'creatures'],
    ['a woman on a beach', 'people', 'creatures'],
    ['mountains and a lake', 'trees', 'frame trees'],
  ];
  for (const [prompt, negativePrompt, layer] of table) {
    test(`${prompt}, without ${negativePrompt}`, () => {
      assert.ok(layerNames(read(prompt)).includes(layer));
      assert.ok(!layerNames(read(prompt, { negativePrompt })).includes(layer));
    });
  }

  test('an exclusion in the prompt counts too, but only for what it names', () => {
    const scene = read('mountains at noon, no birds, a lake');
    assert.ok(!layerNames(scene).includes('birds'));
    assert.ok(scene.places.includes('lake'));
  });
});

describe('the things that a scene needs', () => {
  const table: [prompt: string, layers: string[]][] = [
    ['a boat in the mountains', ['mountains', 'water', 'boats']],
    ['a whale over a city street', ['city', 'sky whale']],
    ['koi in a pond', ['water', 'fish']],
    ['a hot air balloon', ['hills', 'balloons']],
    ['winter forest', ['forest', 'snow']],
    ['an owl, pixel art', ['sitters', 'style pixel 0']],
  ];
  for (const [prompt, layers] of table) {
    test(prompt, () => {
      const found = layerNames(read(prompt));
      for (const layer of layers) assert.ok(found.includes(layer), `${layer} in ${found.join(', ')}`);
    });
  }
});

describe('a scene', () => {
  test('is the same for the same request, and plain data', () => {
    const scene = read('a castle by the sea');
    assert.deepEqual(read('a castle by the sea'), scene);
    assert.deepEqual(structuredClone(scene), scene);
  });

  test('has another key for another prompt, negative prompt or seed', () => {
    const keys = [read('a'), read('b'), read('a', { seed: 2 }), read('a', { negativePrompt: 'b' })].map(
      (scene) => scene.key,
    );
    assert.equal(new Set(keys).size, 4);
  });

  test('unknown words make an abstract composition', () => {
    for (const prompt of ['xyzzy', '', '12345', '!!!', 'lorem ipsum dolor']) {
      assert.equal(read(prompt).kind, 'abstract', prompt);
    }
  });

  test('names of built-in properties are ordinary words', () => {
    assert.equal(read('constructor __proto__ toString valueOf').kind, 'abstract');
    assert.equal(read('constructor toString dogs').things[0]?.count, 3);
  });

  test('fits into every shape', () => {
    for (const [width, height] of [
      [64, 64],
      [2048, 64],
      [64, 2048],
      [512, 768],
    ] as const) {
      const { layout } = read('mountains', { width, height });
      assert.ok(layout.horizon > height * 0.3 && layout.horizon < height * 0.9);
      assert.ok(layout.sunX > 0 && layout.sunX < width && layout.focusX > 0 && layout.focusX < width);
    }
  });
});
