import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import { createManualClock } from '../../support/manual-clock.ts';
import { createFakeEngine, paintAll } from '../fake-engine.ts';
import { type FrontDoor, openFrontDoor, toRequest } from '../front-door.ts';

let door: FrontDoor | undefined;
afterEach(async () => {
  await door?.close();
  door = undefined;
});

describe('progress of an engine that tells of every step', () => {
  test('goes out twice a second at most, the latest, and every change of the stage', async () => {
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
    await clock.waitedFor((milliseconds) => milliseconds === 1000);
    clock.advance(1000);
    await stream.until((event) => event.type === 'progress' && event.fraction === 0.5);
    step.resolve();
    const told = (await stream.ended).flatMap((event) =>
      event.type === 'progress' ? [`${event.stage} ${event.fraction ?? ''}`.trim()] : [],
    );
    assert.deepEqual(told, ['queue', 'generate', 'generate 0.5', 'download', 'convert', 'upload']);
  });
});
