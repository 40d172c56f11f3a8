import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { apiKeys } from '../../../api/http/middleware/api-keys.ts';
import { createRateLimit } from '../../../api/http/middleware/rate-limit.ts';
import { toTrustProxy } from '../../../api/http/middleware/trust-proxy.ts';
import { startGateway, type TestGateway } from '../gateway.ts';

const KEYS = apiKeys('').parse('alice:secret-key-of-alice,bot:secret-key-of-bot:2,tiny:secret-key-of-tiny:100:1');

describe('keys and limits', () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startGateway({
      apiKeys: KEYS,
      limit: createRateLimit({ perMinute: 3 }),
      trustProxy: toTrustProxy('1'),
    });
  });
  after(() => gateway.stop());

  const ask = (headers: Record<string, string>, query = '') =>
    fetch(`${gateway.url}/generate?prompt=fox${query}`, { headers });

  test('a key is taken as bearer, as X-API-Key, as key= and as the password of Basic', async () => {
    const basic = Buffer.from('anybody:secret-key-of-alice').toString('base64');
    const statuses = [
      await ask({ authorization: 'Bearer secret-key-of-alice' }),
      await ask({ 'x-api-key': 'secret-key-of-alice' }),
      await ask({}, '&key=secret-key-of-alice'),
    ].map((response) => response.status);
    assert.deepEqual(statuses, [200, 200, 200]);
    assert.equal(gateway.jobs.submissions.at(-1)?.options.client.id, 'key:alice');
    assert.equal((await ask({ authorization: `Basic ${basic}` })).status, 429, 'the fourth of a minute');
  });

  test('a token for an engine in Authorization does not hide the key beside it', async () => {
    const headers = { authorization: 'Bearer token-of-another-service', 'x-api-key': 'secret-key-of-alice' };
    assert.notEqual((await ask(headers)).status, 401);
    assert.notEqual((await ask({ authorization: headers.authorization }, '&key=secret-key-of-alice')).status, 401);
  });

  test('a missing or wrong key is 401 with a sentence that says how to send one', async () => {
    const none = await ask({});
    assert.equal(none.status, 401);
    assert.match(await none.text(), /X-API-Key/);
    const wrong = await ask({ 'x-api-key': 'secret-key-of-nobody' });
    assert.equal(wrong.status, 401);
    assert.doesNotMatch(await wrong.text(), /secret-key-of-nobody/);
    assert.doesNotMatch(gateway.logged.join(''), /secret-key-of/);
  });

  test('a key has its own limit, shown in the standard headers', async () => {
    const answers = [];
    for (let index = 0; index < 3; index++) answers.push(await ask({ 'x-api-key': 'secret-key-of-bot' }));
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200, 429],
    );
    assert.match(answers[0]?.headers.get('ratelimit-policy') ?? '', /"minute"; q=2; w=60/);
    assert.match(answers[0]?.headers.get('ratelimit') ?? '', /"minute"; r=1; t=/);
    const refused = answers[2];
    assert.ok(refused !== undefined && Number(refused.headers.get('retry-after')) <= 60);
    assert.equal(((await refused.json()) as { code: string }).code, 'rate_limited');
  });

  test('a day has a quota', async () => {
    assert.equal((await ask({ 'x-api-key': 'secret-key-of-tiny' })).status, 200);
    const second = await ask({ 'x-api-key': 'secret-key-of-tiny' });
    assert.equal(second.status, 429);
    assert.equal(second.headers.get('retry-after'), '60', 'clients ignore more');
  });
});

describe('limits without keys', () => {
  test('count by the address that the trusted proxy saw, not by the one that the client claims', async () => {
    const gateway = await startGateway({ limit: createRateLimit({ perMinute: 1 }), trustProxy: toTrustProxy('1') });
    const ask = async (forwarded: string) =>
      (await fetch(`${gateway.url}/generate?prompt=fox`, { headers: { 'x-forwarded-for': forwarded } })).status;
    assert.equal(await ask('198.51.100.1'), 200);
    assert.equal(await ask('198.51.100.1'), 429);
    assert.equal(await ask('203.0.113.9, 198.51.100.1'), 429, 'what stands before the proxy’s own word is a claim');
    assert.equal(await ask('198.51.100.2'), 200);
    assert.equal(await ask('2001:db8:1:2::1'), 200);
    assert.equal(await ask('2001:db8:1:2::ffff'), 429, 'one subscriber has a whole IPv6 network');
    await gateway.stop();
  });

  test('count by the connection when no proxy is trusted', async () => {
    const gateway = await startGateway({ limit: createRateLimit({ perMinute: 1 }), trustProxy: toTrustProxy('0') });
    const ask = async (forwarded: string) =>
      (await fetch(`${gateway.url}/generate?prompt=fox`, { headers: { 'x-forwarded-for': forwarded } })).status;
    assert.equal(await ask('198.51.100.1'), 200);
    assert.equal(await ask('198.51.100.2'), 429);
    await gateway.stop();
  });
});

describe('the operator’s key', () => {
  test('removes a picture, and no other key can', async () => {
    const removed: string[] = [];
    const removePicture = async (id: string): Promise<void> => void removed.push(id);
    const gateway = await startGateway({ adminKey: 'the-operator', removePicture });
    const remove = (headers: Record<string, string>) =>
      fetch(`${gateway.url}/images/p1`, { method: 'DELETE', headers });
    assert.equal((await remove({})).status, 401);
    assert.equal((await remove({ 'x-api-key': 'somebody' })).status, 403);
    assert.deepEqual(removed, []);
    assert.equal((await remove({ 'x-api-key': 'the-operator' })).status, 204);
    assert.deepEqual(removed, ['p1']);
    await gateway.stop();
    const open = await startGateway({ removePicture });
    assert.equal((await fetch(`${open.url}/images/p1`, { method: 'DELETE' })).status, 403);
    await open.stop();
  });
});

describe('GET /status', () => {
  const status = () => ({ worker: 'ready', details: { jobs: { waiting: 3 }, workers: [] } });
  const ask = async (url: string, headers: Record<string, string> = {}): Promise<unknown> =>
    (await fetch(`${url}/status`, { headers })).json();

  test('with keys set, a caller without a key only sees that it runs', async () => {
    const gateway = await startGateway({ apiKeys: KEYS, adminKey: 'the-operator', status });
    const little = { service: 'easel', version: '1.0.0', worker: 'ready', ready: true };
    assert.deepEqual(await ask(gateway.url), little);
    assert.deepEqual(await ask(gateway.url, { 'x-api-key': 'secret-of-nobody' }), little);
    for (const key of ['secret-key-of-alice', 'the-operator']) {
      const whole = await ask(gateway.url, { 'x-api-key': key });
      assert.partialDeepStrictEqual(whole, { ...little, reasons: [], ...status().details });
    }
    await gateway.stop();
  });

  test('without keys, everybody sees everything', async () => {
    const gateway = await startGateway({ status });
    assert.match(JSON.stringify(await ask(gateway.url)), /"waiting":3/);
    await gateway.stop();
  });
});
