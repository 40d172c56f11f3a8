import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { AppError } from '../../shared/errors.ts';
import { type Clock, systemClock } from '../../shared/wait.ts';
import { createFakeEngine, paintAll } from '../worker/fake-engine.ts';
import { openFrontDoor } from '../worker/front-door.ts';
import { ask, askServed, readServerTiming } from './ask.ts';
import { startInProcess } from './in-process.ts';

/**
 * The wall clock is corrected while the services work, as on a machine that was suspended, or whose time was wrong until it
 * reached a time server. No time passes, so nothing may be late, and nothing may wait until the clock shows the hour again.
 */

const HOUR_MS = 3_600_000;
const JUMPS = { 'two hours forward': 2 * HOUR_MS, 'an hour back': -HOUR_MS };
/** Much more than the test's work takes, and much less than any jump. */
const SOON_MS = 30_000;
const WISHES = { prompt: 'a sundial', seed: 7 };

function createJumpyClock(): Clock & { jump(milliseconds: number): void } {
  let aheadMs = 0;
  return {
    ...systemClock,
    now: () => Date.now() + aheadMs,
    jump: (milliseconds) => {
      aheadMs += milliseconds;
    },
  };
}

interface JobBody {
  readonly status: string;
  readonly progress: number;
  readonly created_at: string;
  readonly finished_at?: string;
  readonly eta_seconds?: number;
}

for (const [name, jumpMs] of Object.entries(JUMPS)) {
  describe(`the clock jumps ${name}`, () => {
    test('while a picture is made: it is made, and its times are correct', async (t: TestContext) => {
      const clock = createJumpyClock();
      const jumped = Promise.withResolvers<void>();
      const looked = Promise.withResolvers<void>();
      const engine = createFakeEngine('only', async (request, { onProgress }) => {
        onProgress({ stage: 'generate', engineStatus: 'before' });
        clock.jump(jumpMs);
        onProgress({ stage: 'generate', engineStatus: 'after' });
        jumped.resolve();
        await looked.promise;
        return paintAll(request);
      });
      const system = await startInProcess(() => ({ engines: [engine], clock }));
      t.after(system.close);

      const answering = ask(system.url, WISHES);
      await jumped.promise;
      const accepted = await fetch(`${system.url}/jobs`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(WISHES),
      });
      const job = `${system.url}/jobs/${((await accepted.json()) as { job_id: string }).job_id}`;
      const running = (await (await fetch(job)).json()) as JobBody;
      assert.ok(running.progress >= 0 && running.progress <= 1, `progress ${running.progress}`);
      assert.ok((running.eta_seconds ?? 0) < 600, `${running.eta_seconds} s to go`);
      looked.resolve();

      const answer = await answering;
      assert.equal(answer.status, 200, answer.text);
      assert.ok(answer.tookMs < SOON_MS, `${answer.tookMs} ms`);
      const timings = readServerTiming(answer.headers);
      assert.ok((timings.generate ?? Number.NaN) < SOON_MS, JSON.stringify(timings));
      const done = (await (await fetch(job)).json()) as JobBody;
      assert.equal(done.status, 'done');
      assert.ok(Date.parse(done.finished_at ?? '') >= Date.parse(done.created_at), JSON.stringify(done));
    });

    test('while an engine rests: it rests as long as the service asked', async (t: TestContext) => {
      const clock = createJumpyClock();
      let calls = 0;
      const engine = createFakeEngine('only', async (request) => {
        calls += 1;
        if (calls > 1) return paintAll(request);
        setImmediate(() => clock.jump(jumpMs));
        throw new AppError('engine_busy', 'come again', { restMs: 300 });
      });
      const system = await startInProcess(() => ({ engines: [engine], clock, patienceMs: SOON_MS }));
      t.after(system.close);
      const { tookMs } = await askServed(system.url, WISHES, { signal: AbortSignal.timeout(SOON_MS) });
      assert.ok(tookMs >= 250 && tookMs < SOON_MS, `${tookMs} ms`);
    });

    test('with a deadline and a picture on the shelf: both still hold', async (t: TestContext) => {
      const clock = createJumpyClock();
      const engines = ['first', 'last'].map((engine) =>
        createFakeEngine(engine, async (request) => {
          if (engine === 'last') return paintAll(request);
          clock.jump(jumpMs);
          throw new AppError('engine_busy', 'not now');
        }),
      );
      const door = await openFrontDoor({ engines, clock, fallbackWithinMs: SOON_MS });
      t.after(door.close);
      const { result, error } = await door.produce({ deliver: 'bytes' }, { timeoutMs: SOON_MS });
      assert.equal(result?.engine, 'last', JSON.stringify(error));
      for (const [stage, ms] of Object.entries(result?.timings ?? {})) {
        assert.ok(ms >= 0 && ms < SOON_MS, `${stage} ${ms}`);
      }
      clock.jump(jumpMs);
      // When another picture comes, the shelf removes old ones.
      await door.produce({ deliver: 'bytes', prompt: 'another' });
      assert.equal((await door.call(`/pictures/${result?.pictures[0]?.id}`)).status, 200);
    });
  });
}
