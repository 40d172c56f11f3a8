import assert from 'node:assert/strict';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { createDisk } from '../../worker/stores/disk/index.ts';
import { createFakeEngine } from '../worker/fake-engine.ts';
import { startInProcess } from './in-process.ts';

/** Number of picture files. Names of the same file count once. */
async function countFiles(directory: string): Promise<{ readonly names: number; readonly files: number }> {
  const entries = await readdir(directory, { recursive: true });
  const pictures = entries.filter((name) => /\.(png|jpg|webp|avif)$/.test(name));
  const stats = await Promise.all(pictures.map((name) => stat(join(directory, name))));
  return { names: pictures.length, files: new Set(stats.map(({ ino }) => ino)).size };
}

for (const [what, path] of [
  ['an address', '/generate?prompt=a+heron&seed=1'],
  ['bytes', '/generate?prompt=a+heron&seed=1&output=image'],
] as const) {
  test(`a picture asked for as ${what} is written once where gateway and worker share a disk`, async (context) => {
    let directory = '';
    const system = await startInProcess(({ dataDirectory, clock }) => {
      directory = dataDirectory;
      const images = { directory: join(dataDirectory, 'images'), maxBytes: Number.POSITIVE_INFINITY, clock };
      return { engines: [createFakeEngine('only')], stores: [createDisk(images)] };
    });
    context.after(system.close);
    const answer = await fetch(`${system.url}${path}`);
    assert.equal(answer.status, 200);
    if (answer.headers.get('content-type') === 'image/png') await answer.arrayBuffer();
    else {
      const { image_url } = (await answer.json()) as { readonly image_url: string };
      assert.equal((await fetch(new URL(new URL(image_url).pathname, system.url))).status, 200);
    }
    assert.deepEqual(await countFiles(directory), { names: 2, files: 1 });
    assert.doesNotMatch(system.log(), /"(path|url|route)":"\/pictures/, 'and is not fetched by a second call');
  });
}
