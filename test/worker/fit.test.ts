import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { GenerationRequest } from '../../shared/contract/generation.ts';
import type { EngineLimits } from '../../worker/engines/engine.ts';
import { fit } from '../../worker/engines/fit.ts';
import { LIMITS } from './fake-engine.ts';
import { toRequest } from './front-door.ts';

const fitted = (changes: Partial<GenerationRequest>, limits: Partial<EngineLimits> = {}) =>
  fit(toRequest(changes), { name: 'easelette', limits: { ...LIMITS, ...limits } }, 'own-token');

describe('fit', () => {
  test('missing parameters become the defaults of the engine, without a warning', () => {
    const { request, warnings } = fitted({ shape: undefined });
    assert.deepEqual(warnings, []);
    assert.deepEqual(request, {
      prompt: toRequest().prompt,
      negativePrompt: '',
      seed: 7,
      count: 1,
      width: 64,
      height: 64,
      shape: 'square',
      guidanceScale: 7,
      steps: 20,
      sampler: undefined,
      scheduler: undefined,
      previews: 0,
      options: undefined,
      credential: 'own-token',
    });
  });

  test('a shape becomes the engine’s size for it', () => {
    const { request, warnings } = fitted({ shape: 'portrait' });
    assert.deepEqual([request.width, request.height, request.shape, warnings], [48, 64, 'portrait', []]);
  });

  test('a prompt that is too long for the engine is cut at a word, with a warning', () => {
    const cut = (prompt: string, promptCharacters: number) => {
      const { request, warnings } = fitted({ prompt, negativePrompt: prompt }, { promptCharacters });
      return { prompt: request.prompt, negativePrompt: request.negativePrompt, warnings };
    };
    const warnings = [
      'The prompt was cut to its first 9 characters: easelette reads 12 at most.',
      'The negative prompt was cut to its first 9 characters: easelette reads 12 at most.',
    ];
    assert.deepEqual(cut('a red fox asleep', 12), { prompt: 'a red fox', negativePrompt: 'a red fox', warnings });
    assert.equal(cut('a red fox asleep', 9).prompt, 'a red fox', 'a word that ends at the limit is whole');
    assert.equal(cut('foxfoxfoxfox', 5).prompt, 'foxfo');
    assert.deepEqual(cut('🦊🦊🦊', 3), { prompt: '🦊🦊🦊', negativePrompt: '🦊🦊🦊', warnings: [] });
    assert.equal(cut('🦊🦊🦊', 2).prompt, '🦊🦊');
    const long = 'word '.repeat(6400).trim();
    assert.ok(cut(long, 2000).prompt.length <= 2000);
    assert.equal(fitted({ prompt: long }).request.prompt, long);
  });

  const sizes = {
    grid: { multipleOf: 64, min: 100, max: 1000, maxPixels: 512 * 512 },
    wide: { multipleOf: 64, min: 256, max: 2048 },
    gpt: { multipleOf: 16, min: 480, max: 3840, minPixels: 655_360, maxPixels: 8_294_400, maxRatio: 3 },
    list: [
      { width: 512, height: 512 },
      { width: 1024, height: 1024 },
      { width: 512, height: 768 },
    ],
  };
  const cases: ReadonlyArray<[name: keyof typeof sizes, wanted: [number, number], got: [number, number]]> = [
    ['grid', [256, 512], [256, 512]],
    ['grid', [250, 500], [256, 512]],
    ['grid', [16, 16], [128, 128]],
    ['grid', [4096, 64], [960, 128]],
    ['wide', [3840, 2160], [2048, 1152]],
    ['wide', [2160, 3840], [1152, 2048]],
    ['wide', [4096, 4096], [2048, 2048]],
    ['wide', [100, 50], [512, 256]],
    ['wide', [2048, 256], [2048, 256]],
    ['wide', [4096, 300], [2048, 256]],
    ['gpt', [1024, 1024], [1024, 1024]],
    ['gpt', [1376, 1008], [1376, 1008]],
    ['gpt', [3840, 2160], [3840, 2160]],
    ['gpt', [512, 512], [816, 816]],
    ['gpt', [4096, 1024], [3072, 1024]],
    ['gpt', [4096, 4096], [2880, 2880]],
    ['grid', [1000, 1000], [512, 512]],
    ['list', [1024, 1024], [1024, 1024]],
    ['list', [900, 900], [1024, 1024]],
    ['list', [100, 150], [512, 768]],
  ];
  for (const [name, [width, height], got] of cases) {
    test(`${width}x${height} on the ${name} is ${got.join('x')}`, () => {
      const { request, warnings } = fitted({ width, height }, { sizes: sizes[name] });
      assert.deepEqual([request.width, request.height], got);
      const isSame = got[0] === width && got[1] === height;
      assert.deepEqual(
        warnings,
        isSame ? [] : [`The size ${width}x${height} became ${got.join('x')}, the nearest that easelette makes.`],
      );
    });
  }

  test('a size that is too large or too small keeps its aspect ratio', () => {
    for (let width = 64; width <= 4096; width += 189) {
      for (let height = 64; height <= 4096; height += 189) {
        const ratio = width / height;
        if (ratio > 8 || ratio < 1 / 8) continue;
        const { request } = fitted({ width, height }, { sizes: sizes.wide });
        // Half a step of 64 on the shorter side, which has at least 256 pixels.
        const change = Math.abs(Math.log(request.width / request.height / ratio));
        assert.ok(change <= 32 / 256, `${width}x${height} became ${request.width}x${request.height}`);
      }
    }
  });

  test('a picture never exceeds the engine’s number of pixels', () => {
    for (let width = 100; width <= 4096; width += 333) {
      for (let height = 100; height <= 4096; height += 333) {
        const { request } = fitted({ width, height }, { sizes: sizes.grid });
        assert.ok(request.width * request.height <= sizes.grid.maxPixels, `${request.width}x${request.height}`);
        assert.deepEqual([request.width % 64, request.height % 64], [0, 0]);
      }
    }
  });

  test('numbers are limited and rounded to the engine’s values, with a warning', () => {
    const { request, warnings } = fitted({ guidanceScale: 7.5, steps: 150 });
    assert.deepEqual([request.guidanceScale, request.steps], [8, 50]);
    assert.deepEqual(warnings, [
      'The guidance scale 7.5 became 8: easelette takes whole numbers from 1 to 20.',
      'The number of steps 150 became 50: easelette takes whole numbers from 1 to 50.',
    ]);
    const free = fitted({ guidanceScale: 7.25 }, { guidanceScale: { min: 0, max: 10, default: 5 } });
    assert.deepEqual([free.request.guidanceScale, free.warnings], [7.25, []]);
    const tenths = fitted({ guidanceScale: 7.3 }, { guidanceScale: { min: 0, max: 10, step: 0.1, default: 5 } });
    assert.deepEqual([tenths.request.guidanceScale, tenths.warnings], [7.3, []]);
  });

  test('every parameter that the engine does not have is dropped and named', () => {
    const limits = { seed: false, negativePrompt: false, guidanceScale: undefined, steps: undefined };
    const changes = {
      seedGiven: true,
      negativePrompt: 'fog',
      guidanceScale: 3,
      steps: 9,
      sampler: 'Euler',
      scheduler: 'x',
    };
    const { request, warnings } = fitted(changes, limits);
    assert.deepEqual(
      [request.negativePrompt, request.guidanceScale, request.steps, request.sampler],
      ['', undefined, undefined, undefined],
    );
    assert.deepEqual(warnings, [
      'easelette takes no negative prompt; it was left out.',
      'easelette takes no guidance scale; 3 was left out.',
      'easelette takes no number of steps; 9 was left out.',
      'easelette takes no sampler; yours was left out.',
      'easelette takes no scheduler; yours was left out.',
      'easelette takes no seed, so this picture cannot be made again.',
    ]);
  });

  test('samplers are recognised in any case, or passed on unchanged', () => {
    assert.equal(fitted({ sampler: ' Euler A ' }, { samplers: ['euler a'] }).request.sampler, 'euler a');
    assert.equal(fitted({ sampler: 'DPM++ 2M' }, { samplers: 'any' }).request.sampler, 'DPM++ 2M');
    const { request, warnings } = fitted({ sampler: 'nonsense' }, { samplers: ['euler a'] });
    assert.equal(request.sampler, undefined);
    assert.deepEqual(warnings, ['easelette does not know this sampler; it used its own.']);
  });

  test('an engine gets its own extras, and warns when there are only those of others', () => {
    const own = fitted({ engineOptions: { easelette: { a: 1 }, other: { b: 2 } } });
    assert.deepEqual([own.request.options, own.warnings], [{ a: 1 }, []]);
    const others = fitted({ engineOptions: { other: { b: 2 } } });
    assert.deepEqual(others.warnings, ['easelette does not know the options for other.']);
  });
});
