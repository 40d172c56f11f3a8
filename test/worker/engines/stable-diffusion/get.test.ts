import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { inspectModelDirectory } from '../../../../worker/engines/stable-diffusion/model/model-directory.ts';
import { createHubStandIn, HUB_REPOSITORY, type HubStandIn } from '../../../stand-ins/hub/hub-stand-in.ts';
import { removeDirectory } from '../../../support/remove-directory.ts';
import { writeTinySet } from './setup.ts';

const PROGRAM = join(import.meta.dirname, '../../../../worker/engines/stable-diffusion/get.ts');

describe('npm run sd:get', () => {
  let model: string;
  let hub: HubStandIn;
  let directory: string;
  before(async () => {
    model = await writeTinySet({ external: true });
    hub = await createHubStandIn(model);
  });
  after(async () => {
    await hub.close();
    await removeDirectory(model);
  });
  beforeEach(async (context) => {
    directory = await mkdtemp(join(tmpdir(), 'easel-get-'));
    hub.mend();
    hub.tamper = undefined;
    hub.requests.splice(0);
    if ('after' in context) context.after(() => removeDirectory(directory));
  });

  /** Exit code and output. */
  function get(...args: string[]): Promise<{ code: number; output: string }> {
    return new Promise((resolve) => {
      const env = { ...process.env, SD_HUB_URL: hub.url };
      execFile(process.execPath, [PROGRAM, ...args], { env, cwd: directory }, (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : Number(error.code), output: `${stdout}${stderr}` }),
      );
    });
  }

  const fetched = (): string[] => hub.requests.filter(({ path }) => path.includes('/resolve/')).map(({ path }) => path);

  test('downloads a model that the engine can use, and nothing else; the second time it downloads nothing', async () => {
    const target = join(directory, 'model');
    const { code, output } = await get(target, HUB_REPOSITORY, '--yes');
    assert.equal(code, 0, output);
    assert.match(output, /licence {2}mit/);
    assert.match(output, /100 %/);
    assert.deepEqual(inspectModelDirectory(target).problems, []);
    for (const name of ['vae_encoder', 'unet/model_fp16.onnx', 'unet/model.safetensors', 'unet/model.onnx.part']) {
      assert.equal(existsSync(join(target, name)), false, name);
    }
    const bytes = await readFile(join(model, 'unet/model.onnx'));
    assert.ok((await readFile(join(target, 'unet/model.onnx'))).equals(bytes));
    const count = fetched().length;
    assert.equal((await get(target, `${HUB_REPOSITORY}@main`, '--yes')).code, 0);
    assert.equal(fetched().length, count);
  });

  test('shows the licence, and downloads nothing when nobody can accept it', async () => {
    const { code, output } = await get(join(directory, 'model'), HUB_REPOSITORY);
    assert.equal(code, 1);
    assert.match(output, /licence {2}mit[\s\S]*add --yes/);
    assert.deepEqual(fetched(), []);
  });

  test('continues a broken download', async () => {
    const target = join(directory, 'model');
    const bytes = await readFile(join(model, 'unet/model.onnx_data'));
    const half = Math.floor(bytes.length / 2);
    await mkdir(join(target, 'unet'), { recursive: true });
    await writeFile(join(target, 'unet/model.onnx_data.part'), bytes.subarray(0, half));
    let resets = 1;
    hub.interfere(({ path }) => {
      if (!path.endsWith('/unet/model.onnx_data') || resets === 0) return undefined;
      resets -= 1;
      return 'reset';
    });
    const { code, output } = await get(target, HUB_REPOSITORY, '--yes');
    assert.equal(code, 0, output);
    const ranges = hub.requests.filter(({ path }) => path.endsWith('/unet/model.onnx_data'));
    assert.deepEqual(
      ranges.map(({ headers }) => headers.range),
      [`bytes=${half}-`, `bytes=${half}-`],
    );
    assert.ok((await readFile(join(target, 'unet/model.onnx_data'))).equals(bytes));
  });

  for (const [what, path] of [
    ['of a model', 'unet/model.onnx'],
    ['of a small file', 'unet/config.json'],
  ] as const) {
    test(`bytes ${what} that are not those of the listing are not kept`, async () => {
      hub.tamper = (name, bytes) => {
        if (name !== path) return bytes;
        const other = Buffer.from(bytes);
        other.writeUInt8(other.readUInt8(0) ^ 1, 0);
        return other;
      };
      const { code, output } = await get(join(directory, 'model'), HUB_REPOSITORY, '--yes');
      assert.equal(code, 1);
      assert.match(output, new RegExp(`${path}: the download does not match the repository`));
      assert.equal(existsSync(join(directory, 'model', path)), false);
      assert.equal(existsSync(join(directory, 'model', `${path}.part`)), false);
    });
  }

  test('a page in place of a file, and more bytes than are listed, are refused', async () => {
    hub.tamper = (name, bytes) => (name === 'model_index.json' ? Buffer.concat([bytes, Buffer.alloc(9)]) : bytes);
    const { code, output } = await get(join(directory, 'model'), HUB_REPOSITORY, '--yes');
    assert.equal(code, 1);
    assert.match(output, /model_index\.json: more than the \d+ bytes/);
  });

  test('says what is wrong with the repository or the arguments', async () => {
    const unknown = await get(join(directory, 'model'), 'acme/nothing', '--yes');
    assert.equal(unknown.code, 1);
    assert.match(unknown.output, /acme\/nothing: there is no public repository/);
    assert.equal((await get()).code, 2);
    assert.match((await get(directory, 'no-repository')).output, /^Usage/);
  });
});
