import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { afterEach, describe, test } from 'node:test';
import { close, listen } from '../../../shared/net/http.ts';
import { findClosedDoor } from '../../e2e/closed-door.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { createFakeEngine, hanging } from '../fake-engine.ts';
import { openFrontDoor } from '../front-door.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of closing.splice(0).reverse()) await end();
});

async function openStarted(serviceUrl: string) {
  const clock = createManualClock();
  const far = { ...createFakeEngine('far'), serviceUrl };
  const door = await openFrontDoor({ engines: [far, createFakeEngine('near')], clock });
  closing.push(door.close);
  await door.start();
  return { clock, far, door };
}

describe('an engine whose service cannot be reached at the start', () => {
  // The second address is reserved for documentation, and the third cannot exist, so no real server is called.
  for (const [how, toUrl] of [
    ['refuses connections', findClosedDoor],
    ['swallows them', async () => 'https://192.0.2.1'],
    ['has no name that is known', async () => 'https://nowhere.invalid'],
  ] as const) {
    test(`one that ${how} rests before the first job`, async () => {
      const { far, door } = await openStarted(await toUrl());
      const started = performance.now();
      const { result } = await door.produce();
      assert.ok(performance.now() - started < 2500, `${performance.now() - started} ms`);
      assert.equal(result?.engine, 'near');
      assert.match(String(result?.warnings), /far rests for a while \(engine_failed\); near painted/);
      assert.equal(far.calls.length, 0);
    });
  }

  test('is tried again at growing pauses, and serves when it is back', async () => {
    const url = await findClosedDoor();
    const { clock, far, door } = await openStarted(url);
    for (const pauseMs of [15_000, 30_000]) {
      await clock.waitedFor((asked) => asked === pauseMs);
      assert.equal((await door.produce()).result?.engine, 'near');
      clock.advance(pauseMs);
    }
    await clock.waitedFor((asked) => asked === 60_000);
    assert.equal(far.calls.length, 0, 'no job was the trial');

    const server = createServer();
    const connected = new Promise((resolve) => server.once('connection', resolve));
    await listen(server, Number(new URL(url).port), '127.0.0.1');
    closing.push(() => close(server, 0));
    clock.advance(60_000);
    await connected;
    clock.advance(5_000);
    assert.equal((await door.produce()).result?.engine, 'far');
  });

  test('is found for all engines at once, while the first job waits', async () => {
    const engines = ['one', 'two', 'three'].map((name) => ({
      ...createFakeEngine(name),
      serviceUrl: 'https://192.0.2.1',
    }));
    const door = await openFrontDoor({ engines: [...engines, createFakeEngine('near')] });
    closing.push(door.close);
    await door.start();
    const started = performance.now();
    assert.equal((await door.produce()).result?.engine, 'near');
    assert.ok(performance.now() - started < 2500);
  });
});

test('a reachable upstream is used, and the check only opened a connection', async () => {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(request.url ?? '');
    response.end();
  });
  const { port } = await listen(server, 0, '127.0.0.1');
  closing.push(() => close(server, 0));
  const { door } = await openStarted(`http://127.0.0.1:${port}`);
  assert.equal((await door.produce()).result?.engine, 'far');
  assert.deepEqual(requests, []);
});

test('hanging engines leave the last one enough time, even without a deadline of the job', async () => {
  const hangers = ['one', 'two', 'three'].map((name) => createFakeEngine(name, hanging));
  const door = await openFrontDoor({ engines: [...hangers, createFakeEngine('near')], fallbackWithinMs: 800 });
  closing.push(door.close);
  const started = performance.now();
  const { result } = await door.produce();
  const tookMs = performance.now() - started;
  assert.equal(result?.engine, 'near');
  assert.deepEqual(
    hangers.map(({ calls }) => calls.length),
    [1, 1, 1],
    'each had its share',
  );
  assert.ok(tookMs < 2500, `${tookMs} ms`);
  assert.deepEqual(
    result?.attempts.map(({ code }) => code),
    ['engine_timeout', 'engine_timeout', 'engine_timeout'],
  );
});

test('a pinned engine has all the time of the job', async () => {
  const slow = createFakeEngine('slow', hanging);
  const door = await openFrontDoor({
    engines: [slow, createFakeEngine('near')],
    engineTimeoutMs: 600,
    fallbackWithinMs: 100,
  });
  closing.push(door.close);
  const started = performance.now();
  assert.equal((await door.produce({ engine: 'slow' })).error?.code, 'engine_timeout');
  assert.ok(performance.now() - started >= 590);
});
