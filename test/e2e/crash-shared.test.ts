import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { withRedis } from '../support/redis-server.ts';
import { startCluster } from './cluster.ts';
import { assertAllDone, assertAllEnded, type CrashPlan, handInAndKill } from './crash.ts';

const COUNTS = { gateways: 2, workers: 3 };

function testCrashes(plan: CrashPlan): void {
  const title = `${plan.jobs} jobs on 2 gateways and 3 workers, killed again and again, and a Redis that crashes`;
  test(title, async (context) => {
    const cluster = await startCluster({ ...COUNTS, gatewayEnv: { MAX_WAITING: '1000' } });
    context.after(() => cluster.stop());
    const disaster = { after: plan.kills / 2, strike: () => cluster.server.crashAndRestart() };
    const accepted = await handInAndKill(cluster, { ...plan, disaster });
    assert.equal(accepted.length, plan.jobs);

    const ended = await assertAllEnded(cluster.gateways, accepted);
    assertAllDone(ended, plan.jobs);
    for (const service of [...cluster.gateways, ...cluster.workers]) {
      const names = (await readdir(cluster.imagesOf(service))).filter((name) => name.endsWith('.png'));
      const strangers = names.filter((name) => !ended.done.includes(name));
      assert.deepEqual(strangers, [], 'none was stored under a second name');
    }
  });
}

withRedis(() => testCrashes({ jobs: 300, kills: 20, seed: 20_260_102 }));
