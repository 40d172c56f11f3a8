import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withRedis } from '../support/redis-server.ts';
import { startCluster } from './cluster.ts';

const API_KEYS = 'alice:secret-key-of-alice:3,bot:secret-key-of-bot:100:2';

function testLimits(): void {
  test("gateways count a caller's requests together", async (context) => {
    const cluster = await startCluster({ gateways: 2, workers: 0, gatewayEnv: { API_KEYS } });
    context.after(() => cluster.stop());

    const ask = async (key: string, number: number): Promise<Response> =>
      fetch(`${cluster.gateways[number % 2]?.url}/jobs`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-api-key': key },
        body: JSON.stringify({ prompt: 'a fox', seed: number }),
      });
    const askOften = async (key: string): Promise<Response[]> => {
      const answers = [];
      for (let number = 0; number < 4; number += 1) answers.push(await ask(key, number));
      return answers;
    };
    const alices = await askOften('secret-key-of-alice');
    assert.deepEqual(
      alices.map(({ status }) => status),
      [202, 202, 202, 429],
    );
    assert.match(String(alices[1]?.headers.get('ratelimit')), /"minute"; r=1; t=\d+/);
    assert.ok(Number(alices[3]?.headers.get('retry-after')) <= 60);
    assert.deepEqual(
      (await askOften('secret-key-of-bot')).map(({ status }) => status),
      [202, 202, 429, 429],
      'the quota of the day',
    );
  });
}

withRedis(testLimits);
