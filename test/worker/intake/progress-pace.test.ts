import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import type { ProgressEvent } from '../../../shared/contract/generation.ts';
import { createProgressPace } from '../../../worker/intake/progress-pace.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { createFakeEngine, paintAll } from '../fake-engine.ts';
import { type FrontDoor, openFrontDoor, toRequest } from '../front-door.ts';

let door: FrontDoor | undefined;
afterEach(async () => {
  await door?.close();
  door = undefined;
});

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('progress of an engine that reports every step', () => {
  test('is sent at most twice a second, the newest one, and at every change of the stage', async () => {
    const clock = createManualClock();
    const step = Promise.withResolvers<void>();
    const engine = createFakeEngine('chatty', async (request, { onProgress }) => {
      for (let percent = 1; percent <= 50; percent += 1) onProgress({ stage: 'generate', fraction: percent / 100 });
      await step.promise;
      onProgress({ stage: 'download' });
      return paintAll(request);
    });
    door = await openFrontDoor({ engines: [engine], clock });
    const stream = await door.open({ jobId: 'chatty', request: toRequest() });
    await clock.waitedFor((milliseconds) => milliseconds === 500);
    clock.advance(500);
    await stream.until((event) => event.type === 'progress' && event.fraction === 0.5);
    step.resolve();
    const heard = (await stream.ended).flatMap((event) =>
      event.type === 'progress' ? [`${event.stage} ${event.fraction ?? ''}`.trim()] : [],
    );
    assert.deepEqual(heard, ['queue', 'generate', 'generate 0.5', 'download', 'convert', 'upload']);
  });

  test('is held back when nothing is urgent, but keeps every stage', async () => {
    const clock = createManualClock();
    const sent: (readonly ProgressEvent[])[] = [];
    const pace = createProgressPace({
      send: async (events) => void sent.push(events),
      onFailure: (error) => assert.fail(String(error)),
      clock,
    });
    pace.add({ stage: 'browser' });
    for (let step = 1; step <= 30; step += 1) pace.add({ stage: 'generate', engine: 'fake', fraction: step / 100 });
    pace.add({ stage: 'generate', engineStatus: 'painting', fraction: undefined });
    await turn();
    assert.equal(sent.length, 0);
    clock.advance(500);
    await turn();
    const newest = { stage: 'generate', engine: 'fake', fraction: 0.3, engineStatus: 'painting' };
    assert.deepEqual(sent[0], [{ stage: 'browser' }, newest]);

    const preview = { mediaType: 'image/png', base64: 'AAAA' } as const;
    pace.add({ stage: 'generate', fraction: 0.5, preview });
    pace.add({ stage: 'generate', fraction: 0.6 });
    clock.advance(500);
    await turn();
    assert.deepEqual(sent[1], [{ stage: 'generate', fraction: 0.6, preview }]);

    pace.add({ stage: 'upload' });
    assert.deepEqual(await pace.end(), [{ stage: 'upload' }], 'the last ones go with the end');
    pace.add({ stage: 'upload', fraction: 1 });
    clock.advance(5000);
    await turn();
    assert.equal(sent.length, 2);
  });

  test('says when it cannot be sent', async () => {
    const clock = createManualClock();
    const failure = Promise.withResolvers<unknown>();
    const send = () => Promise.reject(new Error('Redis is away'));
    const pace = createProgressPace({ send, onFailure: failure.resolve, clock });
    pace.add({ stage: 'browser' });
    await turn();
    clock.advance(500);
    assert.match(String(await failure.promise), /Redis is away/);
  });
});
