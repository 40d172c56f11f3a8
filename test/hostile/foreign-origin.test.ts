import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { apiKeys } from '../../api/http/middleware/api-keys.ts';
import { startGateway, type TestGateway } from '../api/gateway.ts';
import { pending } from '../contracts/dialect.ts';

/** A page of another site calls from the visitor's address. It must get no more than any stranger. */

const KEY = 'sesame-sesame-sesame';
const OWN = 'https://studio.example';

const ALLOWED: Readonly<Record<string, Record<string, string>>> = {
  'a program': {},
  'our own page': { 'sec-fetch-site': 'same-origin' },
  'an address that was typed': { 'sec-fetch-site': 'none' },
  'a page of the same site': { 'sec-fetch-site': 'same-site', origin: 'http://127.0.0.1:5173' },
  'a page of the same host, without HTTPS': { origin: 'http://127.0.0.1:5173' },
  'a page that CORS_ORIGINS names': { 'sec-fetch-site': 'cross-site', origin: OWN },
};
const REFUSED: Readonly<Record<string, Record<string, string>>> = {
  'a page of another site': { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
  'a form, a picture or a script of another site': { 'sec-fetch-site': 'cross-site' },
  'a page of another host, without HTTPS': { origin: 'http://evil.example' },
  'a sandbox or a file': { origin: 'null' },
};
const CALLS = [
  ['POST', 'interrupt'],
  ['POST', 'skip'],
  ['GET', 'progress'],
  ['POST', 'options'],
] as const;

describe('actions allowed by the caller’s address', () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startGateway({ corsOrigins: [OWN] });
    pending(gateway.jobs);
    const draft = { prompt: 'x', count: 1, strict: false, safe: false, format: 'png', deliver: 'bytes', previews: 0 };
    const options = { client: { id: 'me' }, asynchronous: true, requestId: 'r', traceparent: 't' };
    await gateway.jobs.submit(draft as Parameters<TestGateway['jobs']['submit']>[0], options);
  });
  after(() => gateway.stop());

  const call = (url: string, [method, name]: (typeof CALLS)[number], headers: Record<string, string>) =>
    fetch(`${url}/sdapi/v1/${name}`, {
      method,
      headers: { ...headers, ...(name === 'options' && { 'content-type': 'application/json' }) },
      ...(name === 'options' && { body: '{"sd_model_checkpoint":"sketch"}' }),
    });

  for (const [who, headers] of Object.entries(REFUSED)) {
    test(`${who} can neither cancel, watch nor change the job`, async () => {
      for (const target of CALLS) {
        const response = await call(gateway.url, target, headers);
        assert.equal(response.status, 403, target[1]);
        assert.match(((await response.json()) as { detail: string }).detail, /CORS_ORIGINS/);
      }
      assert.deepEqual(gateway.jobs.cancelled, []);
    });
  }

  test('a Basic password is not accepted from another site, because browsers add it by themselves', async () => {
    const keyed = await startGateway({ apiKeys: apiKeys('Keys.').parse(`me:${KEY}`) });
    const foreign = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' };
    const authorization = `Basic ${Buffer.from(`me:${KEY}`).toString('base64')}`;
    const ambient = await call(keyed.url, CALLS[0], { ...foreign, authorization });
    const own = await call(keyed.url, CALLS[0], { ...foreign, 'x-api-key': KEY });
    await keyed.stop();
    assert.deepEqual([ambient.status, own.status], [403, 200]);
  });

  for (const [who, headers] of Object.entries(ALLOWED)) {
    test(`${who} may`, async () => {
      for (const target of CALLS) assert.equal((await call(gateway.url, target, headers)).status, 200, target[1]);
    });
  }
});
