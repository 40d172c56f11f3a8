import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toQueueAddress } from '../../../shared/queue/open-backend.ts';

const REDIS_URL = 'redis://:a-secret@one.example';
const POSTGRES_URL = 'postgres://easel:a-secret@two.example/easel';

test('the shared queue is where one of two settings says, or nowhere', () => {
  assert.deepEqual(toQueueAddress({ REDIS_URL }), { kind: 'redis', url: REDIS_URL });
  assert.deepEqual(toQueueAddress({ POSTGRES_URL }), { kind: 'postgres', url: POSTGRES_URL });
  const longer = POSTGRES_URL.replace('postgres:', 'postgresql:');
  assert.deepEqual(toQueueAddress({ POSTGRES_URL: longer }), { kind: 'postgres', url: longer });
  assert.equal(toQueueAddress({}), undefined);
});

test('two places, or one that is no PostgreSQL, are refused without telling a secret', () => {
  for (const settings of [{ REDIS_URL, POSTGRES_URL }, { POSTGRES_URL: 'mysql://easel:a-secret@two.example' }]) {
    assert.throws(
      () => toQueueAddress(settings),
      ({ name, message }: Error) =>
        name === 'SettingsError' && message.includes('#postgres_url') && !message.includes('a-secret'),
    );
  }
});
