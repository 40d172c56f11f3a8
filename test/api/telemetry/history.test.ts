import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHistory } from '../../../api/telemetry/history.ts';

const HALF_HOUR_MS = 1_800_000;

test('counts the last day by half hours: who made a picture, who failed before, and nothing older', () => {
  let time = 1000 * HALF_HOUR_MS;
  const history = createHistory({ now: () => time });
  history.note({ engine: 'b', attempts: [{ engine: 'a', code: 'engine_failed' }], tookMs: 1200 }, ['c']);
  time += 47 * HALF_HOUR_MS;
  history.note({ engine: 'b', attempts: [], tookMs: 3400 }, []);
  history.note({ attempts: [{ engine: 'a', code: 'engine_busy' }], code: 'engine_busy' }, []);
  const counts = () =>
    history
      .of(['a', 'b', 'c'])
      .map(({ bars }) => [
        bars.length,
        ...bars.flatMap(({ done, failed }, at) => (done + failed > 0 ? [[at, done, failed]] : [])),
      ]);
  assert.deepEqual(counts(), [[48, [0, 0, 1], [47, 0, 1]], [48, [0, 1, 0], [47, 1, 0]], [48]]);
  const rested = () => history.of(['c'])[0]?.bars.map((bar) => bar.rested) ?? [];
  assert.deepEqual([rested()[0], rested().filter(Boolean).length], [true, 1]);
  assert.deepEqual(history.lastPicture(), { at: time, tookMs: 3400 });
  time += HALF_HOUR_MS;
  assert.deepEqual(counts(), [[48, [46, 0, 1]], [48, [46, 1, 0]], [48]]);
});

test('unknown names from a worker do not fill the memory', () => {
  const history = createHistory({ now: () => 0 });
  for (let index = 0; index < 500; index += 1) history.note({ engine: `e${index}`, attempts: [] }, []);
  const known = history.of(Array.from({ length: 500 }, (_, index) => `e${index}`));
  assert.equal(known.filter(({ bars }) => bars.some(({ done }) => done > 0)).length, 100);
});
