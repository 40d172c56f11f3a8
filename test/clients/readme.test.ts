import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { type Services, startServices } from '../e2e/services.ts';
import { removeDirectory } from '../support/remove-directory.ts';
import { describePicture, fetchPicture } from './describe-picture.ts';

/** Runs every call of the README unchanged, against running services. */

const run = promisify(execFile);
const readme = await readFile(join(import.meta.dirname, '../../README.md'), 'utf8');

const fences = [...readme.matchAll(/^```\w*\n([\s\S]*?)^```/gm)].map(([, text = '']) => text);
const lines = fences.flatMap((text) => text.replaceAll('\\\n', ' ').split('\n'));
const calls = lines.filter((line) => line.startsWith('curl '));

describe('the calls of the README', () => {
  let services: Services;
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'easel-readme-'));
    services = await startServices();
  });
  after(async () => {
    await services.stop();
    await removeDirectory(directory);
  });

  const toHere = (text: string): string => text.replaceAll('http://localhost:10000', services.url);

  test('are found by this test', () => assert.ok(calls.length >= 5, String(calls.length)));

  for (const call of calls) {
    test(call, async () => {
      const line = `${toHere(call).replace(/\s+#.*$/, '')} --silent --write-out '%{stderr}%{http_code}'`;
      const { stdout, stderr } = await run('sh', ['-c', line], { cwd: directory });
      await checkAnswer(call, Number(stderr), stdout);
    });
  }

  /** Expects what the README promises for the call: a file, the address of a job, or the JSON of a picture. */
  async function checkAnswer(call: string, status: number, stdout: string): Promise<void> {
    const file = / -o (\S+)/.exec(call)?.[1];
    if (file !== undefined) {
      assert.equal(status, 200);
      assert.ok((await readdir(directory)).includes(file));
      assert.equal(await describePicture(await readFile(join(directory, file))), 'png 768x768');
      return;
    }
    const answer = JSON.parse(stdout) as { image_url: string; status_url: string; success: boolean };
    assert.equal(answer.success, true);
    if (/respond-async|\/jobs/.test(call)) {
      assert.equal(status, 202);
      const job = await fetch(answer.status_url);
      assert.equal(job.status, 200);
      await job.arrayBuffer();
      return;
    }
    assert.equal(status, 200);
    assert.match(await fetchPicture(answer.image_url), /^png \d+x\d+$/);
  }

  test('the JSON example has the fields of a real answer', async () => {
    const shown = fences.find((text) => text.startsWith('{')) ?? '';
    const response = await fetch(`${services.url}/generate?prompt=a+red+fox`);
    assert.deepEqual(Object.keys(JSON.parse(shown) as object), Object.keys((await response.json()) as object));
  });

  test('the <img> example shows a picture', async () => {
    const source = /<img src="([^"]+)">/.exec(readme)?.[1] ?? '';
    assert.equal(await fetchPicture(toHere(source)), 'jpeg 768x768');
  });
});
