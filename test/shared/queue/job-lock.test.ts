import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createRedisBackend, type RedisBackend } from '../../../shared/queue/redis/backend.ts';
import type { JobEnd } from '../../../shared/queue/redis/job-queue.ts';
import { createLog } from '../../../shared/service/log.ts';
import { systemClock } from '../../../shared/wait.ts';
import { startRedis, withRedis } from '../../support/redis-server.ts';

const LOCK_MS = 800;
/** Long enough for a lock that is not renewed to end, and for another worker to see it. */
const WORK_MS = 3 * LOCK_MS;
const PAUSE_MS = 300;
const log = createLog({ service: 'test', level: 'silent' });

/** One job, and two workers that may take it. Resolves with the workers that took it, in order, until it was done. */
async function workOff(t: TestContext, work: (round: number) => Promise<JobEnd>): Promise<readonly string[]> {
  const server = await startRedis();
  t.after(() => server.close());
  const open = (): RedisBackend => {
    const backend = createRedisBackend({ url: server.url, keepMs: 60_000, clock: systemClock, log });
    t.after(() => backend.close());
    return backend;
  };
  const taken: string[] = [];
  const done = Promise.withResolvers<void>();
  const consume = async (name: string) => {
    const consumer = await open().openConsumer({
      ...{ concurrency: 1, lockMs: LOCK_MS, onFailed: (_job, error) => done.reject(error) },
      work: async () => {
        taken.push(name);
        const end = await work(taken.length);
        if (end === 'done') done.resolve();
        return end;
      },
    });
    consumer.run().catch(done.reject);
    return consumer;
  };
  const consumers = await Promise.all(['one', 'other'].map(consume));
  const queue = await open().openQueue();
  await queue.add('run-1', { runId: 'run-1' });
  await done.promise;
  await Promise.all(consumers.map((consumer) => consumer.close()));
  await queue.close();
  return taken;
}

/** Sets the clock of the process, which BullMQ reads. */
function setClock(t: TestContext, aheadMs: number): void {
  const now = Date.now;
  Date.now = () => now() + aheadMs;
  t.after(() => {
    Date.now = now;
  });
}

withRedis(() => {
  for (const [name, jumpMs] of [
    ['two hours forward', 7_200_000],
    ['an hour back', -3_600_000],
  ] as const) {
    test(`a job of the shared queue is taken once, also when the clock jumps ${name}`, async (t) => {
      const taken = await workOff(t, async () => {
        setClock(t, jumpMs);
        await delay(WORK_MS);
        return 'done';
      });
      assert.equal(taken.length, 1, `taken by ${taken}`);
    });

    test(`a postponed job comes again, also when the clock jumps ${name}`, { timeout: 30_000 }, async (t) => {
      const taken = await workOff(t, async (round) => {
        if (round > 1) return 'done';
        setTimeout(() => setClock(t, jumpMs), PAUSE_MS / 2);
        return PAUSE_MS;
      });
      assert.equal(taken.length, 2, `taken by ${taken}`);
    });
  }
});
