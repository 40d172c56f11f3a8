import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { removeDirectory } from '../../support/remove-directory.ts';
import { PICTURE_BYTES } from '../fake-jobs.ts';
import { startGateway, type TestGateway } from '../gateway.ts';

describe('GET /images/{name}', () => {
  let dataDirectory: string;
  let gateway: TestGateway;
  const asked: string[] = [];
  const keep = (name: string): Promise<void> => writeFile(join(dataDirectory, 'images', name), PICTURE_BYTES);

  before(async () => {
    dataDirectory = await mkdtemp(join(tmpdir(), 'easel-images-'));
    await mkdir(join(dataDirectory, 'images'));
    await writeFile(join(dataDirectory, 'job-secret'), 'secret');
    const collectImage = async (name: string): Promise<boolean> => {
      asked.push(name);
      if (name !== 'elsewhere.png') return false;
      await keep(name);
      return true;
    };
    gateway = await startGateway({ dataDirectory, collectImage });
    await keep('here.png');
  });
  after(async () => {
    await gateway.stop();
    await removeDirectory(dataDirectory);
  });

  test('sends the file with its type, to be cached for ever, and to other sites', async () => {
    const response = await fetch(`${gateway.url}/images/here.png`);
    assert.equal(response.headers.get('content-type'), 'image/png');
    assert.match(response.headers.get('cache-control') ?? '', /max-age=31536000, immutable/);
    assert.equal(response.headers.get('x-content-type-options'), 'nosniff');
    assert.equal(response.headers.get('cross-origin-resource-policy'), 'cross-origin');
    assert.deepEqual(Buffer.from(await response.arrayBuffer()), PICTURE_BYTES);
    assert.deepEqual(asked, [], 'nobody is asked for what is at hand');
  });

  test('has an ETag, so that a second request gets no bytes', async () => {
    const etag = (await fetch(`${gateway.url}/images/here.png`)).headers.get('etag') ?? '';
    const status = await new Promise((resolve) => {
      const headers = { 'if-none-match': etag };
      request(`${gateway.url}/images/here.png`, { headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).end();
    });
    assert.equal(status, 304);
  });

  test('a picture of another gateway is fetched to this one', async () => {
    const response = await fetch(`${gateway.url}/images/elsewhere.png`);
    assert.equal(response.status, 200);
    assert.deepEqual(Buffer.from(await response.arrayBuffer()), PICTURE_BYTES);
  });

  test('a range beyond the end is 416 with the length of the picture, and without other facts of the file', async () => {
    const size = PICTURE_BYTES.length;
    const response = await fetch(`${gateway.url}/images/here.png`, { headers: { range: `bytes=${size}-` } });
    assert.equal(response.status, 416);
    assert.equal(response.headers.get('content-range'), `bytes */${size}`);
    assert.match(response.headers.get('content-type') ?? '', /^application\/json/);
    assert.equal(response.headers.get('cache-control'), 'no-store');
    assert.equal(response.headers.get('etag'), null);
    assert.match(((await response.json()) as { error: string }).error, /range/);
  });

  test('`curl -C -` does not change a whole file', async () => {
    const file = join(dataDirectory, 'whole.png');
    await writeFile(file, PICTURE_BYTES);
    await promisify(execFile)('curl', ['--silent', '-C', '-', '-o', file, `${gateway.url}/images/here.png`]);
    assert.deepEqual(await readFile(file), PICTURE_BYTES);
  });

  test('`curl -C -` completes half a file', async () => {
    const half = Math.floor(PICTURE_BYTES.length / 2);
    const response = await fetch(`${gateway.url}/images/here.png`, { headers: { range: `bytes=${half}-` } });
    assert.equal(response.status, 206);
    assert.deepEqual(Buffer.from(await response.arrayBuffer()), PICTURE_BYTES.subarray(half));
  });

  test('a failed precondition is 412 in JSON', async () => {
    for (const headers of [{ 'if-match': '"another"' }, { 'if-unmodified-since': new Date(0).toUTCString() }]) {
      const response = await fetch(`${gateway.url}/images/here.png`, { headers });
      assert.equal(response.status, 412);
      assert.match(((await response.json()) as { error: string }).error, /If-Match/);
    }
  });

  test('an unknown picture is 404 in JSON', async () => {
    const response = await fetch(`${gateway.url}/images/nowhere.png`);
    assert.equal(response.status, 404);
    assert.equal(((await response.json()) as { code: string }).code, 'not_found');
  });

  test('files outside the folder cannot be read', async () => {
    for (const path of [
      '..%2fjob-secret',
      '%2e%2e%2fjob-secret',
      '..%5cjob-secret',
      '%2fetc%2fpasswd',
      '.%2e/job-secret',
    ]) {
      const response = await fetch(`${gateway.url}/images/${path}`);
      assert.ok(response.status === 404 || response.status === 403 || response.status === 400, path);
      assert.doesNotMatch(await response.text(), /^secret|root:/);
    }
  });
});
