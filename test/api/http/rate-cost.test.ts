import { deepEqual, equal, match } from 'node:assert/strict';
import { test } from 'node:test';
import { createRateLimit } from '../../../api/http/middleware/rate-limit.ts';
import { toSubscriber } from '../../../api/http/middleware/subscriber.ts';
import { startGateway } from '../gateway.ts';

const json = { 'content-type': 'application/json' };

test('a limit counts pictures times megapixels, and the answer says what is left', async (context) => {
  const gateway = await startGateway({ limit: createRateLimit({ perMinute: 10 }) });
  context.after(() => gateway.stop());
  const ask = (body: object) =>
    fetch(`${gateway.url}/v1/images/generations`, { method: 'POST', headers: json, body: JSON.stringify(body) });

  const small = await ask({ prompt: 'fox', size: '512x512' });
  match(String(small.headers.get('ratelimit')), /^"minute"; r=9; t=\d+$/);
  match(String(small.headers.get('ratelimit-policy')), /^"minute"; q=10; w=60$/);
  const large = await ask({ prompt: 'fox', n: 2, size: '2048x2048' });
  match(String(large.headers.get('ratelimit')), /^"minute"; r=1; t=\d+$/);
  const refused = await ask({ prompt: 'fox', n: 2 });
  equal(refused.status, 429);
  equal(Number(refused.headers.get('retry-after')) > 0, true);
});

test('a caller over the limit is refused before the body is read', async (context) => {
  const gateway = await startGateway({ limit: createRateLimit({ perMinute: 1 }) });
  context.after(() => gateway.stop());
  const ask = (body: string) => fetch(`${gateway.url}/jobs`, { method: 'POST', headers: json, body });
  const statuses = [await ask('{"prompt":"fox"}'), await ask('no JSON')].map(({ status }) => status);
  deepEqual(statuses, [202, 429]);
});

test('an IPv6 subscriber counts once, with any of the subscriber’s addresses', () => {
  equal(toSubscriber('192.0.2.7'), '192.0.2.7');
  equal(toSubscriber('::ffff:192.0.2.7'), '192.0.2.7');
  equal(toSubscriber('2001:db8:1:2::1'), '2001:db8:1:0::/56');
  equal(toSubscriber('2001:db8:1:ff:1:2:3:4'), '2001:db8:1:0::/56');
  equal(toSubscriber('2001:db8:1:1ff::'), '2001:db8:1:100::/56');
});
