import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { readSettings, SettingsError } from '../../../../shared/service/config.ts';
import { stableDiffusion } from '../../../../worker/engines/stable-diffusion/index.ts';
import { readDevices, requireModel, requireRuntime } from '../../../../worker/engines/stable-diffusion/settings.ts';
import { createEngineServices } from '../../../contracts/engine-services.ts';
import { removeDirectory } from '../../../support/remove-directory.ts';
import { createTinyEngine, writeTinySet } from './setup.ts';

const CHECK = join(import.meta.dirname, '../../../../worker/engines/stable-diffusion/check.ts');

async function make(context: TestContext, options: Parameters<typeof writeTinySet>[0] = {}): Promise<string> {
  const directory = await writeTinySet(options);
  context.after(() => removeDirectory(directory));
  return directory;
}

function messageOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    assert.ok(error instanceof SettingsError);
    return error.message;
  }
  return assert.fail('nothing was thrown');
}

describe('the settings of stable-diffusion', () => {
  const create = (environment: Record<string, string>) =>
    stableDiffusion.create(readSettings(stableDiffusion.settings, environment), createEngineServices({}));

  test('have working defaults, except for the model', () => {
    const settings = readSettings(stableDiffusion.settings, {});
    const hub = { SD_HUB_URL: 'https://huggingface.co' };
    assert.deepEqual(settings, { SD_DEVICES: 'cpu', SD_IDLE_UNLOAD_MS: 300_000, ...hub });
    assert.match(
      messageOf(() => create({})),
      /^SD_MODEL_DIR: expected the path of a directory/,
    );
  });

  test('name what is wrong with the directory', async (context) => {
    const directory = await make(context);
    await rm(join(directory, 'unet/config.json'));
    assert.match(
      messageOf(() => requireModel(directory)),
      /^SD_MODEL_DIR: .*unet\/config\.json: is missing/,
    );
  });

  test('take devices in any case and order, and name the known ones', () => {
    assert.deepEqual(readDevices(' WebGPU, cpu,'), ['webgpu', 'cpu']);
    for (const wrong of ['gpu', ',', 'cpu;webgpu']) {
      assert.match(
        messageOf(() => readDevices(wrong)),
        /^SD_DEVICES: expected names out of cpu, webgpu, cuda/,
      );
    }
  });

  test('without onnxruntime-node name the command that installs it', () => {
    const message = messageOf(() => requireRuntime(() => false));
    assert.match(
      message,
      /^ENGINES: .*`ONNXRUNTIME_NODE_INSTALL=skip npm install --no-save --save-prod onnxruntime-node@\d/,
    );
    requireRuntime(() => true);
  });
});

describe('memory', () => {
  const GB = 1024 ** 3;

  test('that is too small is refused before anything is loaded, with figures and advice', async (context) => {
    const tiny = await createTinyEngine({ config: { measureFree: async () => 0.3 * GB } });
    context.after(tiny.close);
    const error = await tiny.paint({ width: 1024, height: 1024 }).catch((thrown: unknown) => thrown);
    assert.match(
      String((error as { publicMessage?: string }).publicMessage),
      /not enough memory here for a picture of this size: about 0\.7 GB of memory are needed, 0\.3 GB are free\. Ask for a smaller one\.$/,
    );
    assert.deepEqual(tiny.lines, [], 'no process was started');
  });

  test('that is too small for every size is refused without that advice', async (context) => {
    const tiny = await createTinyEngine({ config: { measureFree: async () => 0.1 * GB } });
    context.after(tiny.close);
    await assert.rejects(tiny.paint(), { code: 'engine_failed', publicMessage: /are free\.$/ });
  });

  test('of a graphics card is not estimated', async (context) => {
    const config = {
      devices: ['webgpu', 'cpu'],
      measureFree: async () => 0,
      childPath: join(import.meta.dirname, 'fake-child.ts'),
    };
    process.env.FAKE_CHILD = 'exits';
    const tiny = await createTinyEngine({ config });
    context.after(() => {
      delete process.env.FAKE_CHILD;
      return tiny.close();
    });
    await assert.rejects(tiny.paint(), /ended with code 134/);
  });
});

describe('npm run sd:check', () => {
  const check = (...args: string[]): Promise<{ code: number; output: string }> =>
    promisify(execFile)(process.execPath, [CHECK, ...args]).then(
      ({ stdout }) => ({ code: 0, output: stdout }),
      ({ code, stderr }: { code: number; stderr: string }) => ({ code, output: stderr }),
    );

  test('says how much memory a complete directory needs', async (context) => {
    const directory = await make(context, { family: 'sdxl' });
    const { code, output } = await check(directory);
    assert.equal(code, 0);
    for (const pattern of [
      /is complete/,
      /kind +Stable Diffusion XL/,
      /size +64x64, multiples of 16/,
      /steps +25 \(1 to 150\)/,
      /scheduler +EulerDiscreteScheduler/,
      /disk +0\.\d MB/,
      /text_encoder_2 +0\.\d MB/,
      /memory +about \d+\.\d MB on the CPU/,
    ]) {
      assert.match(output, pattern);
    }
  });

  test('lists what an incomplete directory lacks, and fails', async (context) => {
    const directory = await make(context);
    await removeDirectory(join(directory, 'tokenizer'));
    const { code, output } = await check(directory);
    assert.equal(code, 1);
    assert.match(
      output,
      /not complete:\n {2}tokenizer\/vocab\.json: is missing\n {2}tokenizer\/merges\.txt: is missing/,
    );
  });

  test('asks for a directory', async () => {
    const { code, output } = await check();
    assert.deepEqual([code, output], [2, 'Usage: npm run sd:check DIR\n']);
  });
});
