import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { hasRedis } from '../api/jobs/redis-server.ts';
import { startCluster } from './cluster.ts';
import { assertAllEnded, handInAndKill } from './crash.ts';

const PLAN = { jobs: 300, kills: 20, seed: 20_260_102 };
const COUNTS = { gateways: 2, workers: 3 };

if (await hasRedis()) {
  test('300 jobs on 2 gateways and 3 workers, killed again and again, and a Redis that crashes', async (context) => {
    const cluster = await startCluster({ ...COUNTS, gatewayEnv: { MAX_WAITING: '1000' } });
    context.after(() => cluster.stop());
    const disaster = { after: PLAN.kills / 2, strike: () => cluster.redis.crashAndRestart() };
    const accepted = await handInAndKill(cluster, { ...PLAN, disaster });
    assert.equal(accepted.length, PLAN.jobs);

    const { done, failed } = await assertAllEnded(cluster.gateways, accepted);
    assert.deepEqual(failed, [], 'nothing but the kills could make one fail');
    assert.equal(new Set(done).size, PLAN.jobs);
    for (const service of [...cluster.gateways, ...cluster.workers]) {
      const names = (await readdir(cluster.imagesOf(service))).filter((name) => name.endsWith('.png'));
      const strangers = names.filter((name) => !done.includes(name));
      assert.deepEqual(strangers, [], 'none was stored under a second name');
    }
  });
} else {
  test('the crash test on Redis', { skip: 'there is no redis-server on this machine' }, () => undefined);
  test('has a Redis on CI', () => assert.equal(process.env.CI, undefined, 'CI must not skip what needs Redis'));
}
