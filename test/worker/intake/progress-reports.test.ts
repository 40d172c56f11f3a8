import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createProgressReports, type ProgressReport } from '../../../worker/intake/progress-reports.ts';
import { createManualClock } from '../../support/manual-clock.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('progress is reported at most twice a second, with every stage in between', async () => {
  const clock = createManualClock();
  const reports: ProgressReport[] = [];
  const progress = createProgressReports({
    report: async (one) => void reports.push(one),
    onFailure: (error) => assert.fail(String(error)),
    clock,
  });
  progress.add({ stage: 'browser' });
  for (let step = 1; step <= 30; step += 1) progress.add({ stage: 'generate', engine: 'fake', fraction: step / 100 });
  progress.add({ stage: 'generate', engineStatus: 'painting' });
  await turn();
  assert.equal(reports.length, 0);
  clock.advance(500);
  await turn();
  const stages = (report?: ProgressReport) => report?.changes.map(({ stage, fraction }) => [stage, fraction]);
  assert.deepEqual(stages(reports[0]), [
    ['browser', undefined],
    ['generate', 0.3],
  ]);
  assert.equal(reports[0]?.changes[1]?.engineStatus, 'painting');

  const preview = { mediaType: 'image/png', base64: 'AAAA' } as const;
  progress.add({ stage: 'generate', fraction: 0.5, preview });
  progress.add({ stage: 'generate', fraction: 0.6 });
  clock.advance(500);
  await turn();
  assert.deepEqual([stages(reports[1]), reports[1]?.preview], [[['generate', 0.6]], preview]);

  progress.add({ stage: 'upload' });
  assert.deepEqual(stages(await progress.end()), [['upload', undefined]], 'the last ones go with the end');
  clock.advance(5000);
  await turn();
  assert.equal(reports.length, 2);
});

test('a report that fails is told', async () => {
  const clock = createManualClock();
  const failure = Promise.withResolvers<unknown>();
  const report = () => Promise.reject(new Error('Redis is away'));
  const progress = createProgressReports({ report, onFailure: failure.resolve, clock });
  progress.add({ stage: 'browser' });
  await turn();
  clock.advance(500);
  assert.match(String(await failure.promise), /Redis is away/);
});
