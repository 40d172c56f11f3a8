import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { startGateway } from '../api/gateway.ts';
import { createJobBench } from '../api/jobs/job-bench.ts';
import { eventually } from '../support/poll.ts';

/** One caller who asks for as much as is allowed does not keep others out. */

const MAX_WAITING = 40;

test('one caller fills its share of the queue with large jobs; another is accepted and served in turn', async (t) => {
  const bench = await createJobBench({ settings: { MAX_WAITING } }, { concurrency: 1 });
  const gateway = await startGateway({
    jobs: bench.jobs,
    apiKeys: ['greedy', 'modest'].map((name) => ({
      name,
      digest: createHash('sha256').update(`${name}s-secret`).digest(),
    })),
  });
  t.after(async () => {
    await gateway.stop();
    await bench.close();
  });
  const ask = async (key: string, body: object): Promise<number> => {
    const response = await fetch(`${gateway.url}/jobs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': `${key}s-secret` },
      body: JSON.stringify(body),
    });
    await response.arrayBuffer();
    return response.status;
  };
  const big = (seed: number) => ({ prompt: 'greedy', seed, count: 4, width: 2048, height: 2048, format: 'avif' });

  const statuses: number[] = [];
  for (let seed = 0; seed < 101; seed += 1) statuses.push(await ask('greedy', big(10 * seed)));
  // One job is running, and each job of 4 pictures of 4 megapixels takes 16 of the 40 places.
  assert.deepEqual(
    statuses.filter((status) => status === 202),
    [202, 202, 202],
  );
  assert.deepEqual([...new Set(statuses.slice(3))], [503]);

  assert.equal(await ask('modest', { prompt: 'modest', seed: 1 }), 202);
  (await bench.worker.production(0)).finish();
  (await bench.worker.production(1)).finish();
  const third = await bench.worker.production(2);
  assert.ok([bench.worker.productions[1], third].some((one) => one?.production.request.prompt === 'modest'));
});

test('jobs whose callers have gone wait behind those of callers who are still there', async (t) => {
  const bench = await createJobBench({}, { concurrency: 1 });
  const gateway = await startGateway({ jobs: bench.jobs });
  t.after(async () => {
    await gateway.stop();
    await bench.close();
  });
  const fetchImage = (prompt: string, signal?: AbortSignal) =>
    fetch(`${gateway.url}/image/${prompt}?width=64&height=64`, signal ? { signal } : {});
  const promptOf = (index: number) => bench.worker.productions[index]?.production.request.prompt;

  const leaving = new AbortController();
  const first = fetchImage('first');
  const begun = await bench.worker.production(0);
  const left = ['left 1', 'left 2'].map((prompt) => assert.rejects(fetchImage(prompt, leaving.signal)));
  await eventually(() => assert.equal(bench.jobs.status().waiting, 2));
  const logged = gateway.logged.length;
  leaving.abort();
  await Promise.all(left);
  await eventually(() =>
    assert.ok(gateway.logged.length >= logged + 2, 'the gateway has noticed that the callers have gone'),
  );
  const stays = fetchImage('stays');
  await eventually(() => assert.equal(bench.jobs.status().waiting, 3));
  begun.finish();
  await bench.worker.production(1);
  assert.equal(promptOf(1), 'stays');
  bench.worker.isAutomatic = true;
  bench.worker.productions[1]?.finish();
  for (const answer of [await first, await stays]) await answer.arrayBuffer();
});
