import { deepEqual, equal, match } from 'node:assert/strict';
import { test } from 'node:test';
import { apiKeys } from '../../api/http/middleware/api-keys.ts';
import { createSecretBrake } from '../../shared/net/secret-brake.ts';
import { startGateway } from '../api/gateway.ts';

const KEYS = apiKeys('').parse('alice:secret-key-of-alice,bob:secret-key-of-bob-too');
const ADMIN_KEY = 'secret-key-of-the-operator';

test('an address that tries many keys gets no more answers, except for keys that it used before', async (context) => {
  let now = 0;
  const brake = createSecretBrake({ elapsed: () => now, maxWrongPerMinute: 3 });
  const gateway = await startGateway({ apiKeys: KEYS, adminKey: ADMIN_KEY, brake });
  context.after(() => gateway.stop());
  const ask = async (key: string): Promise<number> =>
    (await fetch(`${gateway.url}/generate?prompt=fox`, { headers: { 'x-api-key': key } })).status;

  equal(await ask('secret-key-of-alice'), 200);
  const wrong = [];
  for (let number = 0; number < 5; number += 1) wrong.push(await ask(`wrong-key-${number}`));
  deepEqual(wrong, [401, 401, 401, 429, 429]);
  equal(await ask('secret-key-of-alice'), 200, 'used before from here');
  equal(await ask('secret-key-of-bob-too'), 429, 'a right guess gets the same answer as a wrong one');
  const headers = { authorization: `Bearer ${ADMIN_KEY}` };
  const removal = await fetch(`${gateway.url}/images/some`, { method: 'DELETE', headers });
  equal(removal.status, 429);
  match(String(removal.headers.get('retry-after')), /^\d+$/);

  now += 60_000;
  equal(await ask('secret-key-of-bob-too'), 200);
});
