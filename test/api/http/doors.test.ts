import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, beforeEach, describe, test } from 'node:test';
import { apiKeys } from '../../../api/http/middleware/api-keys.ts';
import { startGateway, type TestGateway } from '../gateway.ts';

/** Requests with small mistakes: they work, or get an error that names the mistake. */

interface Answer {
  readonly status: number;
  readonly text: string;
}

interface Post {
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  readonly method?: string;
}

/** Uses node:http, which adds no header and does not change the path. */
function send(gateway: TestGateway, { path, headers = {}, body, method = 'POST' }: Post): Promise<Answer> {
  const { hostname, port } = new URL(gateway.url);
  return new Promise((resolve, reject) => {
    const isChunked = 'transfer-encoding' in headers;
    const length = body === undefined || isChunked ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const call = request({ hostname, port, path, method, headers: { ...length, ...headers } }, async (response) => {
      const text = Buffer.concat(await response.toArray()).toString();
      resolve({ status: response.statusCode ?? 0, text });
    });
    call.once('error', reject);
    call.end(body);
  });
}

const FOX = JSON.stringify({ prompt: 'a red fox' });

describe('a body', () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startGateway();
  });
  after(() => gateway.stop());
  beforeEach(() => gateway.jobs.submissions.splice(0));

  const TAKEN: ReadonlyArray<readonly [name: string, headers: Record<string, string>]> = [
    ['without a type', {}],
    ['with an empty type', { 'content-type': '' }],
    ['with charset=UTF8', { 'content-type': 'application/json; charset=UTF8' }],
    ['with charset="utf-8"', { 'content-type': 'application/json;charset="utf-8"' }],
    ['as text/json', { 'content-type': 'text/json' }],
    ['as application/problem+json', { 'content-type': 'application/problem+json' }],
  ];
  for (const path of ['/jobs', '/generate', '/v1/images/generations', '/sdapi/v1/txt2img', '/api/generate-image']) {
    for (const [name, headers] of TAKEN) {
      test(`${name} is read as JSON by ${path}`, async () => {
        const { status, text } = await send(gateway, { path, headers, body: FOX });
        assert.ok(status < 300, `${status} ${text}`);
        assert.equal(gateway.jobs.submissions[0]?.draft.prompt, 'a red fox');
      });
    }
  }

  test('in chunks and without a type is read as JSON too', async () => {
    const { status } = await send(gateway, { path: '/jobs', headers: { 'transfer-encoding': 'chunked' }, body: FOX });
    assert.equal(status, 202);
  });

  test('in UTF-16 is read as it says', async () => {
    const headers = { 'content-type': 'application/json; charset=utf-16le' };
    const { status } = await send(gateway, { path: '/jobs', headers, body: Buffer.from(FOX, 'utf16le') });
    assert.equal(status, 202);
    assert.equal(gateway.jobs.submissions[0]?.draft.prompt, 'a red fox');
  });

  const REFUSED: ReadonlyArray<readonly [headers: Record<string, string>, words: RegExp]> = [
    [{ 'content-type': 'text/plain' }, /type `text\/plain`; send JSON with `Content-Type: application\/json`/],
    [{ 'content-type': 'application/x-www-form-urlencoded' }, /`application\/x-www-form-urlencoded`/],
    [{ 'content-type': 'nonsense' }, /`nonsense`/],
    [{ 'content-type': 'application/json; charset=latin1' }, /charset `latin1` is not supported; send UTF-8/],
    [{ 'content-type': 'application/json', 'content-encoding': 'zip' }, /encoding `zip` is not supported/],
  ];
  for (const [headers, words] of REFUSED) {
    test(`with ${JSON.stringify(headers)} is refused with a sentence of its own`, async () => {
      const native = await send(gateway, { path: '/jobs', headers, body: FOX });
      const body = JSON.parse(native.text) as { code: string; error: string };
      assert.deepEqual([native.status, body.code], [415, 'unsupported_media_type']);
      assert.match(body.error, words);
      const openai = await send(gateway, { path: '/v1/images/generations', headers, body: FOX });
      assert.equal(openai.status, 415);
      assert.match((JSON.parse(openai.text) as { error: { message: string } }).error.message, words);
    });
  }
});

describe('an address', () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startGateway();
  });
  after(() => gateway.stop());
  beforeEach(() => gateway.jobs.submissions.splice(0));

  for (const path of [
    '//v1/images/generations',
    '/v1//images/generations',
    '/v1/images/generations/',
    '/v1/images//generations//',
    '/images/generations',
    '//images/generations?x=//',
  ]) {
    test(`POST ${path} is OpenAI's`, async () => {
      const { status, text } = await send(gateway, { path, body: FOX });
      assert.equal(status, 200, text);
      assert.ok(Array.isArray((JSON.parse(text) as { data: unknown }).data));
    });
  }

  for (const path of ['//generate?prompt=a//b', '/generate/?prompt=a//b', '//generate//?prompt=a//b']) {
    test(`GET ${path} keeps its query`, async () => {
      assert.equal((await send(gateway, { path, method: 'GET' })).status, 200);
      assert.equal(gateway.jobs.submissions[0]?.draft.prompt, 'a//b');
    });
  }

  test('a prompt in the path keeps its own slashes', async () => {
    assert.equal((await send(gateway, { path: '//prompt//and//or', method: 'GET' })).status, 200);
    assert.equal(gateway.jobs.submissions[0]?.draft.prompt, 'and//or');
  });

  test('in its absolute form is the same address', async () => {
    const path = 'http://elsewhere.example/generate?prompt=fox';
    assert.equal((await send(gateway, { path, method: 'GET' })).status, 200);
  });

  test('/models without /v1 is OpenAI’s list for its SDKs, and Pollinations’ for all others', async () => {
    const ask = async (path: string, headers = {}): Promise<unknown> =>
      JSON.parse((await send(gateway, { path, headers, method: 'GET' })).text);
    const names = await ask('/models');
    assert.deepEqual(names, ['perchance', 'sketch']);
    assert.equal(((await ask('/models', { 'x-stainless-lang': 'js' })) as { object: string }).object, 'list');
    assert.equal(((await ask('/models/sketch')) as { id: string }).id, 'sketch');
  });
});

const KEYS = apiKeys('').parse('alice:the-secret-of-alice,bob:the-secret-of-bob-too');
const BASIC = `Basic ${Buffer.from('the-secret-of-alice:the-secret-of-alice').toString('base64')}`;

describe('a key', () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startGateway({ apiKeys: KEYS, adminKey: 'secret-of-the-operator' });
  });
  after(() => gateway.stop());
  beforeEach(() => gateway.jobs.submissions.splice(0));

  const WAYS: ReadonlyArray<readonly [query: string, headers: Record<string, string>]> = [
    ['', { 'api-key': 'the-secret-of-alice' }],
    ['', { 'x-api-key': 'the-secret-of-alice' }],
    ['', { authorization: 'Bearer the-secret-of-alice' }],
    ['', { authorization: 'Token the-secret-of-alice' }],
    ['', { authorization: 'key the-secret-of-alice' }],
    ['', { authorization: BASIC }],
    ['?token=the-secret-of-alice', {}],
    ['?key=the-secret-of-alice', {}],
  ];

  for (const [query, headers] of WAYS) {
    test(`is taken from ${query}${JSON.stringify(headers)}`, async () => {
      const { status, text } = await send(gateway, { path: `/jobs${query}`, headers, body: FOX });
      assert.equal(status, 202, text);
      assert.equal(gateway.jobs.submissions[0]?.options.client.id, 'key:alice');
    });
  }

  test('never reaches an engine, however it is sent', async () => {
    const admitted = { 'x-api-key': 'the-secret-of-alice' };
    const twice: typeof WAYS = [
      ...WAYS,
      ['', { ...admitted, authorization: 'Bearer the-secret-of-alice' }],
      ['', { ...admitted, authorization: 'the-secret-of-alice' }],
      ['', { ...admitted, authorization: 'Bearer the-secret-of-bob-too' }],
      ['', { ...admitted, authorization: 'Bearer secret-of-the-operator' }],
      ['?authorization_token=the-secret-of-alice', admitted],
      ['?authorization_token=secret-of-the-operator', admitted],
    ];
    for (const [query, headers] of twice) {
      const { status } = await send(gateway, { path: `/generate-image${query}`, headers, body: FOX });
      assert.equal(status, 200, JSON.stringify([query, headers]));
    }
    assert.equal(gateway.jobs.submissions.length, twice.length);
    for (const { options } of gateway.jobs.submissions) assert.equal(options.credentials, undefined);
  });

  test('does not touch the caller’s own token for an engine', async () => {
    const headers = { 'x-api-key': 'the-secret-of-alice', authorization: 'Bearer token-of-piclumen' };
    await send(gateway, { path: '/generate-image', headers, body: FOX });
    assert.deepEqual(gateway.jobs.submissions[0]?.options.credentials, { piclumen: 'token-of-piclumen' });
  });

  test('is never logged', () => {
    assert.ok(gateway.logged.length > 10);
    assert.doesNotMatch(gateway.logged.join(''), /secret-of/);
  });
});
