import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { apiKeys } from '../../../api/http/middleware/api-keys.ts';
import { ERRORS, type ErrorCode } from '../../../shared/errors.ts';
import { startGateway, type TestGateway } from '../gateway.ts';

/** Failures before a route is found have the shape of the dialect to which the address belongs. */

type ToBody = (code: ErrorCode, message: string) => unknown;

const toNative: ToBody = (code, error) => ({ success: false, error, code, retryable: false });

const DIALECTS: ReadonlyArray<readonly [path: string, toBody: ToBody]> = [
  ['/image/generate', (_code, message) => ({ message, error: message })],
  ['/generate-image', (code, message) => ({ statuscode: ERRORS[code].status, message })],
  ['/check-image', (code, message) => ({ statuscode: ERRORS[code].status, message })],
  ['/api/generate-image', (_code, error) => ({ success: false, error })],
  [
    '/v1/images/generations',
    (code, message) => ({
      error: {
        message,
        type: 'invalid_request_error',
        param: null,
        code: code === 'unauthorized' ? 'invalid_api_key' : code,
      },
    }),
  ],
  [
    '/sdapi/v1/txt2img',
    (code, message) => ({ detail: code === 'unauthorized' ? 'Incorrect username or password' : message }),
  ],
  ['/jobs', toNative],
];

const KEY = 'sesame-open-sesame';
const WRONG_TYPE =
  'The body is of the type `text/plain;charset=UTF-8`; send JSON with `Content-Type: application/json`.';
const json = { 'content-type': 'application/json', 'x-api-key': KEY };

describe('failures before a route', () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startGateway({ apiKeys: apiKeys('Keys.').parse(`me:${KEY}`) });
  });
  after(() => gateway.stop());

  async function send(path: string, init: RequestInit): Promise<{ response: Response; body: unknown }> {
    const response = await fetch(gateway.url + path, init);
    return { response, body: await response.json() };
  }

  for (const [path, toBody] of DIALECTS) {
    test(`${path}: no key, a body of another type, one too large, another method`, async () => {
      const body = JSON.stringify({ prompt: 'fox' });
      const noKey = await send(path, { method: 'POST', body, headers: { 'content-type': 'application/json' } });
      assert.equal(noKey.response.status, 401);
      const noKeyMessage = 'An API key is needed: `Authorization: Bearer …`, `X-API-Key: …` or `key=…`.';
      assert.deepEqual(noKey.body, toBody('unauthorized', noKeyMessage));

      const form = await send(path, { method: 'POST', body: 'prompt=fox', headers: { 'x-api-key': KEY } });
      assert.equal(form.response.status, 415);
      assert.deepEqual(form.body, toBody('unsupported_media_type', WRONG_TYPE));

      const huge = await send(path, { method: 'POST', body: JSON.stringify('x'.repeat(300_000)), headers: json });
      assert.equal(huge.response.status, 413);
      assert.deepEqual(
        huge.body,
        toBody('payload_too_large', 'The body is too large: at most 256,000 bytes are allowed here.'),
      );

      const put = await send(path, { method: 'PUT', body, headers: json });
      assert.equal(put.response.status, 405);
      const allowed = put.response.headers.get('allow');
      assert.match(allowed ?? '', /POST/);
      assert.deepEqual(put.body, toBody('method_not_allowed', `This address only answers ${allowed}.`));
    });
  }

  test('POST /generate says `error`, also where it shares its address with the native dialect', async () => {
    const { response, body } = await send('/generate', { method: 'PUT', headers: json });
    assert.equal(response.status, 405);
    assert.match((body as { error: string }).error, /GET, POST|POST, GET/);
  });

  test('an address of Pollinations without a prompt, or with one that is no text', async () => {
    for (const [path, status] of [
      ['/prompt', 404],
      ['/prompt/a%00b', 400],
    ] as const) {
      const { response, body } = await send(path, { headers: json });
      assert.equal(response.status, status);
      assert.equal((body as { status: number }).status, status);
    }
  });

  test('AUTOMATIC1111 asks for Basic, and takes the key as its password', async () => {
    const { response } = await send('/sdapi/v1/options', {});
    assert.equal(response.headers.get('www-authenticate'), 'Basic');
    const authorization = `Basic ${Buffer.from(`anybody:${KEY}`).toString('base64')}`;
    const allowed = await send('/sdapi/v1/options', { headers: { authorization } });
    assert.equal(allowed.response.status, 200);
  });

  test('a key that came in Authorization is never taken for a token of an engine', async () => {
    const start = async (query: string, headers: Record<string, string>) => {
      const body = JSON.stringify({ prompt: 'fox' });
      const { response } = await send(`/generate-image${query}`, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json', ...headers },
      });
      assert.equal(response.status, 200);
      return gateway.jobs.submissions.at(-1)?.options.credentials;
    };
    assert.equal(await start('', { authorization: `Bearer ${KEY}` }), undefined);
    assert.deepEqual(await start('?authorization_token=mine', { authorization: `Bearer ${KEY}` }), {
      piclumen: 'mine',
    });
    assert.deepEqual(await start('', { 'x-api-key': KEY, authorization: 'Bearer mine' }), { piclumen: 'mine' });
    assert.deepEqual(await start(`?key=${KEY}`, { authorization: 'mine' }), { piclumen: 'mine' });
  });
});
