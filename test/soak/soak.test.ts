import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FAULTS } from './faults.ts';
import { faketimeLibrary } from './service-clock.ts';
import { soak } from './soak.ts';

test('a short soak: every fault strikes once, and every client gets its picture', async () => {
  const { results, strikes, complaints } = await soak({
    usesRedis: false,
    concurrency: 2,
    isBuilt: false,
    requests: Number.POSITIVE_INFINITY,
    milliseconds: 120_000,
    clients: 3,
    seed: 7,
    faults: [],
    rounds: 1,
    pauseMs: 300,
    restMs: 1000,
    warmUp: 6,
    watched: ['processes'],
    signal: new AbortController().signal,
    onProgress: () => undefined,
  });
  assert.deepEqual(complaints, []);
  assert.ok(results.some(({ end }) => end === 'picture'));
  if (process.env.CI)
    assert.ok(faketimeLibrary, 'libfaketime is not installed, and its fault must not be left out in CI');
  const absent = ['redis', ...(faketimeLibrary === undefined ? ['clock'] : [])];
  const names = FAULTS.map(({ name }) => name).filter((name) => !absent.includes(name));
  assert.deepEqual(strikes, Object.fromEntries(names.map((name) => [name, 1])));
});
