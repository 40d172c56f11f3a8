import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readGatewaySettings } from '../../../api/config.ts';
import { startGateway } from '../gateway.ts';

/** Headers for browsers. */

async function headersOf(overrides: Parameters<typeof startGateway>[0], init: RequestInit = {}): Promise<Headers> {
  const gateway = await startGateway(overrides);
  const response = await fetch(`${gateway.url}/health`, init);
  await response.arrayBuffer();
  await gateway.stop();
  return response.headers;
}

describe('Strict-Transport-Security', () => {
  for (const [publicUrl, hsts, expected] of [
    ['https://pictures.example', true, 'max-age=31536000'],
    ['https://pictures.example/easel', true, 'max-age=31536000'],
    ['https://pictures.example', false, null],
    ['http://pictures.example', true, null],
    [undefined, true, null],
  ] as const) {
    test(`with PUBLIC_URL=${publicUrl} and HSTS=${hsts} is ${expected}`, async () => {
      const headers = await headersOf({ publicUrl, hsts });
      assert.equal(headers.get('strict-transport-security'), expected);
    });
  }
});

describe('CORS_ORIGINS', () => {
  const read = (value: string) => readGatewaySettings({ CORS_ORIGINS: value }).CORS_ORIGINS;

  test('accepts a slash at the end, capitals and the default port', () => {
    const given = 'https://a.example/, HTTPS://B.example ,http://localhost:3000/,https://c.example:443';
    const origins = ['https://a.example', 'https://b.example', 'http://localhost:3000', 'https://c.example'];
    assert.deepEqual(read(given), origins);
    assert.equal(read('*'), undefined);
  });

  for (const value of ['a.example', 'https://a.example/page', 'https://*.example', 'ftp://a.example', 'null']) {
    test(`refuses ${value} with the name of the setting`, () =>
      assert.throws(() => read(value), /CORS_ORIGINS: expected origins/));
  }

  test('allows only its pages', async () => {
    const corsOrigins = read('https://a.example/');
    const ask = (origin: string) => headersOf({ corsOrigins }, { headers: { origin } });
    assert.equal((await ask('https://a.example')).get('access-control-allow-origin'), 'https://a.example');
    assert.equal((await ask('https://b.example')).get('access-control-allow-origin'), null);
  });
});

test('a preflight is cached for two hours, and scripts may read the headers that retries need', async () => {
  const headers = { origin: 'https://a.example', 'access-control-request-method': 'POST' };
  const preflight = await headersOf({}, { method: 'OPTIONS', headers });
  assert.equal(preflight.get('access-control-max-age'), '7200');
  const exposed = (await headersOf({}, { headers })).get('access-control-expose-headers') ?? '';
  for (const name of ['Retry-After', 'X-Should-Retry', 'X-Request-Id']) assert.ok(exposed.includes(name), name);
});

describe('what protects a browser stands in every answer', () => {
  const PROTECTION = {
    'content-security-policy': /^default-src 'self';.*img-src 'self' data: blob: https:;/,
    'cross-origin-opener-policy': /^same-origin$/,
    'cross-origin-resource-policy': /^cross-origin$/,
    'origin-agent-cluster': /^\?1$/,
    'referrer-policy': /^no-referrer$/,
    'x-content-type-options': /^nosniff$/,
    'x-dns-prefetch-control': /^off$/,
    'x-download-options': /^noopen$/,
    'x-frame-options': /^SAMEORIGIN$/,
    'x-permitted-cross-domain-policies': /^none$/,
    'x-xss-protection': /^0$/,
  };
  const preflight = { origin: 'https://a.example', 'access-control-request-method': 'POST' };
  const cases: readonly [string, Parameters<typeof startGateway>[0], RequestInit][] = [
    ['an answer', {}, {}],
    ['a refusal', {}, { method: 'PUT' }],
    ['a preflight', {}, { method: 'OPTIONS', headers: preflight }],
    ['an answer, with CORS_ORIGINS', { corsOrigins: ['https://a.example'] }, {}],
    [
      'a preflight, with CORS_ORIGINS',
      { corsOrigins: ['https://a.example'] },
      { method: 'OPTIONS', headers: preflight },
    ],
  ];
  for (const [what, overrides, init] of cases) {
    test(what, async () => {
      const headers = await headersOf(overrides, init);
      for (const [name, expected] of Object.entries(PROTECTION)) assert.match(headers.get(name) ?? '', expected, name);
      assert.equal(headers.has('x-powered-by'), false);
    });
  }
});
