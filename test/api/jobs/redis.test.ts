import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, test } from 'node:test';
import { Redis } from 'ioredis';
import { testJobs } from '../../contracts/jobs.ts';
import { draft, options } from './drafts.ts';
import { eventually } from './eventually.ts';
import { addToQueue, removeFromQueue } from './raw-queue.ts';
import { createRedisBench } from './redis-bench.ts';
import { hasRedis } from './redis-server.ts';

const PATIENCE_MS = 20_000;
const patient = () => ({ budgetMs: PATIENCE_MS, signal: AbortSignal.timeout(PATIENCE_MS) });
const asynchronous = options({ asynchronous: true });
const skip = (await hasRedis()) ? false : 'there is no redis-server on this machine';

if (skip !== false && process.env.CI) throw new Error(`${skip}, and this half must not be skipped in CI`);
if (skip === false) {
  testJobs('Redis', async ({ maxWaiting = 1000, concurrency = 2 }) => {
    const bench = await createRedisBench({ maxWaiting });
    const worker = await bench.addWorker(concurrency);
    return {
      get jobs() {
        return bench.jobs;
      },
      otherJobs: bench.otherJobs,
      productions: worker.productions.all,
      production: worker.productions.at,
      get isAutomatic() {
        return worker.isAutomatic;
      },
      set isAutomatic(isAutomatic) {
        worker.isAutomatic = isAutomatic;
      },
      removals: worker.removals,
      restart: bench.restart,
      close: bench.close,
    };
  });
}

describe('many gateways and workers', { skip, timeout: 60_000 }, () => {
  test('a worker that is killed leaves its run to another one', async (t) => {
    const bench = await createRedisBench();
    t.after(bench.close);
    const script = join(import.meta.dirname, 'consume-and-die.ts');
    const mortal = spawn(process.execPath, [script, bench.redis.url], { stdio: ['ignore', 'pipe', 'inherit'] });
    const accepted = await bench.jobs.submit(draft(), asynchronous);
    const [runId] = await once(createInterface({ input: mortal.stdout }), 'line');
    const survivor = await bench.addWorker(1, 1000);
    mortal.kill('SIGKILL');
    const production = await survivor.productions.at(0);
    assert.equal(production.production.jobId, runId);
    production.finish();
    assert.equal((await bench.otherJobs.wait(accepted.id, patient())).status, 'done');
  });

  test('a run that is on the queue although it has ended is not made again', async (t) => {
    const bench = await createRedisBench();
    t.after(bench.close);
    const worker = await bench.addWorker(1);
    worker.isAutomatic = true;
    const { id } = await bench.jobs.submit(draft({ seed: 1 }), asynchronous);
    await bench.jobs.wait(id, patient());
    const jobId = worker.productions.all[0]?.production.jobId ?? '';
    await addToQueue(bench.redis.url, jobId);
    const second = await bench.jobs.submit(draft({ seed: 2 }), asynchronous);
    await bench.jobs.wait(second.id, patient());
    assert.equal(worker.productions.all.length, 2);
  });

  test('jobs outlive a crash of Redis', async (t) => {
    const bench = await createRedisBench();
    t.after(bench.close);
    const ask = (seed: number) => bench.jobs.submit(draft({ seed }), asynchronous);
    const accepted = await Promise.all(Array.from({ length: 12 }, (_, seed) => ask(seed)));
    const worker = await bench.addWorker(2);
    const waiting = accepted.map(({ id }) => bench.otherJobs.wait(id, patient()));
    await worker.productions.at(1);
    await bench.redis.crashAndRestart();
    worker.isAutomatic = true;
    for (const production of worker.productions.all) production.finish();
    const ended = await Promise.all(waiting);
    assert.deepEqual([...new Set(ended.map(({ status }) => status))], ['done']);
  });

  test('a token of the caller is sealed on its way', async (t) => {
    const bench = await createRedisBench();
    t.after(bench.close);
    const redis = new Redis(bench.redis.url);
    t.after(() => redis.disconnect());
    const credentials = { piclumen: 'very-secret-token' };
    const { id } = await bench.jobs.submit(draft(), options({ asynchronous: true, credentials }));
    for (const key of await redis.keys('*')) {
      const dump = await redis.dumpBuffer(key);
      assert.equal(dump?.includes('very-secret-token') ?? false, false, key);
    }
    const worker = await bench.addWorker(1);
    const { production, ...rest } = await worker.productions.at(0);
    assert.deepEqual(production.credentials, credentials);
    rest.finish();
    await bench.jobs.wait(id, patient());
    assert.equal((await redis.keys('easel:credentials:*')).length, 0);
  });

  test('a run whose gateway died before it was queued is found by another gateway', async (t) => {
    const bench = await createRedisBench();
    t.after(bench.close);
    const redis = new Redis(bench.redis.url);
    t.after(() => redis.disconnect());
    const { id } = await bench.jobs.submit(draft(), asynchronous);
    const [runId = ''] = await redis.zrangebyscore('easel:open', 0, '+inf');
    await removeFromQueue(bench.redis.url, runId);
    // As if it had been accepted a minute ago.
    await redis.zincrby('easel:open', '-60000', runId);
    const worker = await bench.addWorker(1);
    worker.isAutomatic = true;
    const jobs = await bench.restart();
    assert.equal((await jobs.wait(id, patient())).status, 'done');
  });

  test('a picture that one gateway was told of can be fetched by the other', async (t) => {
    const bench = await createRedisBench();
    t.after(bench.close);
    const worker = await bench.addWorker(1);
    const { id } = await bench.jobs.submit(draft(), asynchronous);
    const production = await worker.productions.at(0);
    const picture = {
      width: 1,
      height: 1,
      seed: 1,
      mediaType: 'image/png',
      id: 'abc',
      url: '/images/abc.png',
    } as const;
    production.finish({ pictures: [{ ...picture, store: 'disk' }] });
    assert.equal((await bench.jobs.wait(id, patient())).status, 'done');
    assert.equal(await bench.otherJobs.collectImage('abc.png'), true);
    assert.equal(await bench.otherJobs.collectImage('other.png'), false);
  });

  test('gateways know their workers, and miss those that left', async (t) => {
    const bench = await createRedisBench();
    t.after(bench.close);
    assert.deepEqual(bench.otherJobs.status().workers, []);
    const worker = await bench.addWorker(3);
    const { id } = await bench.jobs.submit(draft(), asynchronous);
    const production = await worker.productions.at(0);
    const expected = { name: 'worker 0', state: 'ready', running: 1, concurrency: 3, engines: [] };
    await eventually(() => assert.partialDeepStrictEqual(bench.otherJobs.status().workers, [expected]));
    production.finish();
    await bench.jobs.wait(id, patient());
    await worker.stop(0);
    await eventually(() => assert.deepEqual(bench.otherJobs.status().workers, []));
  });
});
