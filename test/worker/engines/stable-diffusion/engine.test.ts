import assert from 'node:assert/strict';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import sharp from 'sharp';
import type { ProgressEvent } from '../../../../shared/contract/generation.ts';
import { type EngineSubject, engineContract } from '../../../contracts/engine.ts';
import type { ModelSetOptions } from '../../../fixtures/onnx/model-set.ts';
import { createTinyEngine, findChildren, NEVER, requestFor, type TinyEngine, waitForEnd } from './setup.ts';
import { needing, RUNTIME } from './with-runtime.ts';

interface TinySubject extends EngineSubject, Pick<TinyEngine, 'directory'> {}

/** The next request starts a process that reads the files again. */
async function killProcess(): Promise<void> {
  for (const pid of await findChildren()) {
    process.kill(pid, 'SIGKILL');
    await waitForEnd(pid);
  }
}

const spoil =
  (name: string, spoilt: (bytes: Buffer) => Buffer) =>
  async ({ directory }: TinySubject): Promise<void> => {
    const path = join(directory, name);
    const bytes = await readFile(path);
    await rename(path, `${path}.good`);
    await writeFile(path, spoilt(bytes));
    await killProcess();
  };

async function mend({ directory }: TinySubject): Promise<void> {
  for (const name of ['unet/model.onnx', 'vae_decoder/model.onnx', 'tokenizer/vocab.json']) {
    await rename(join(directory, `${name}.good`), join(directory, name)).catch((error: NodeJS.ErrnoException) => {
      assert.equal(error.code, 'ENOENT');
    });
  }
  await killProcess();
}

needing([RUNTIME], 'the contract of stable-diffusion', () => {
  engineContract<TinySubject>({
    name: 'stable-diffusion',
    create: async (log) => {
      const { engine, directory, close } = await createTinyEngine({ log });
      return { engine, directory, secrets: [], close };
    },
    request: { steps: 3 },
    // A tiny picture is made before it can be cancelled, so the cancellation comes while the process loads the model.
    stall: killProcess,
    mend,
    faults: [
      {
        name: 'a model file that is none',
        code: 'engine_failed',
        provoke: spoil('unet/model.onnx', (bytes) => Buffer.alloc(bytes.length, 'garbage')),
        check: (error) => assert.match(error.message, /unet\/model\.onnx/),
      },
      {
        name: 'a model file that was cut off',
        code: 'engine_failed',
        provoke: spoil('vae_decoder/model.onnx', (bytes) => bytes.subarray(0, bytes.length - 300)),
        check: (error) => assert.match(error.message, /vae_decoder\/model\.onnx/),
      },
      {
        name: 'a model file whose head is whole and whose graph is not',
        code: 'engine_failed',
        provoke: spoil('unet/model.onnx', (bytes) =>
          Buffer.from(bytes.toString('latin1').replace('Softmax', 'Nonsens'), 'latin1'),
        ),
        check: (error) => assert.match(error.message, /no device can load the model: cpu: .*Nonsens/s),
      },
      {
        name: 'a vocabulary without its special tokens',
        code: 'engine_failed',
        provoke: spoil('tokenizer/vocab.json', () => Buffer.from('{"a":0}')),
        check: (error) => assert.match(error.message, /vocab\.json/),
      },
      {
        name: 'options, of which there are none',
        code: 'invalid_request',
        provoke: () => undefined,
        request: { options: { clip_skip: 2 } },
      },
    ],
  });

  describe('stable-diffusion through its process', () => {
    const FAMILIES: ReadonlyArray<readonly [what: string, set: ModelSetOptions]> = [
      ['Stable Diffusion 1', {}],
      ['Stable Diffusion 2', { family: 'sd2' }],
      ['Turbo', { family: 'turbo' }],
      ['a latent consistency model', { family: 'lcm' }],
      ['SDXL', { family: 'sdxl' }],
      ['SDXL Turbo', { family: 'sdxl-turbo' }],
      ['external data', { external: true }],
      ['float16', { precision: 'float16' }],
      ['SDXL in float16 with external data', { family: 'sdxl', precision: 'float16', external: true }],
      [
        'int32 ids and float32 timesteps of one dimension',
        { idType: 'int32', timestepType: 'float32', timestepIsScalar: false },
      ],
    ];
    for (const [what, set] of FAMILIES) {
      test(`${what}: whole pictures, the same for the same seed`, async (context) => {
        const tiny = await createTinyEngine({ set });
        context.after(tiny.close);
        const { steps, guidanceScale } = tiny.engine.limits;
        const request = {
          width: 128,
          height: 64,
          steps: Math.min(3, steps?.max ?? 1),
          guidanceScale: guidanceScale?.default,
        };
        const [first, again, other] = [
          await tiny.paint(request),
          await tiny.paint(request),
          await tiny.paint({ ...request, seed: 5 }),
        ];
        const [image] = first.images;
        const { width, height } = await sharp(image?.bytes).metadata();
        assert.deepEqual([width, height, image?.seed], [128, 64, 1234]);
        assert.deepEqual(again, first);
        assert.notDeepEqual(other.images, first.images);
        const { channels } = await sharp(image?.bytes).stats();
        assert.ok(channels.every(({ stdev }) => stdev > 5));
      });
    }

    test('several pictures equal those of single calls, and previews are sent', async (context) => {
      const tiny = await createTinyEngine();
      context.after(tiny.close);
      const events: Omit<ProgressEvent, 'engine'>[] = [];
      const request = requestFor({ count: 3, previews: 2, seed: 4_294_967_295 });
      const { images } = await tiny.engine.generate(request, {
        signal: NEVER,
        onProgress: (event) => void events.push(event),
      });
      assert.deepEqual(
        images.map(({ seed }) => seed),
        [4_294_967_295, 0, 1],
      );
      for (const [index, image] of images.entries()) {
        const single = await tiny.paint({ seed: (request.seed + index) % 2 ** 32 });
        assert.deepEqual(single.images[0], image);
      }
      const previews = events.flatMap(({ preview }) => preview ?? []);
      assert.equal(previews.length, 2);
      const { width, format } = await sharp(Buffer.from(previews[0]?.base64 ?? '', 'base64')).metadata();
      assert.deepEqual([width, format], [32, 'jpeg']);
      const fractions = events.map(({ fraction = 0 }) => fraction);
      assert.deepEqual(
        fractions,
        fractions.toSorted((a, b) => a - b),
      );
      // PNDM makes one step more than requested.
      assert.equal(
        events.filter(({ engineStatus = '' }) => /^step \d of 4 of picture \d$/.test(engineStatus)).length,
        12,
      );
    });

    test('makes the same bytes with one thread and with three', async (context) => {
      const pictures = [];
      for (const threads of [1, 3]) {
        const tiny = await createTinyEngine({ config: { threads } });
        context.after(tiny.close);
        pictures.push((await tiny.paint({ width: 128, height: 128 })).images[0]?.bytes);
      }
      assert.deepEqual(pictures[0], pictures[1]);
    });

    test('makes the same picture with inline and with external weights', async (context) => {
      const pictures = [];
      for (const external of [false, true]) {
        const tiny = await createTinyEngine({ set: { external } });
        context.after(tiny.close);
        pictures.push((await tiny.paint()).images[0]?.bytes);
      }
      assert.deepEqual(pictures[0], pictures[1]);
    });

    test('prompt, negative prompt, guidance, steps and sampler all change the picture', async (context) => {
      const tiny = await createTinyEngine({ set: { family: 'sdxl' } });
      context.after(tiny.close);
      const seen = new Set<string>();
      const requests = [
        {},
        { prompt: 'two foxes' },
        { negativePrompt: '' },
        { negativePrompt: 'sharp' },
        { guidanceScale: 2 },
        { guidanceScale: 1 },
        { steps: 4 },
        { sampler: 'dpm++ 2m' },
        { sampler: 'euler a' },
        { scheduler: 'karras' },
      ];
      for (const request of requests) {
        const { images } = await tiny.paint(request);
        seen.add(Buffer.from(images[0]?.bytes ?? []).toString('base64'));
      }
      assert.equal(seen.size, requests.length);
    });
  });
});
