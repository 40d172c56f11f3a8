import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createSleepingHost } from '../e2e/sleeping-host.ts';
import { createHttpStandIn } from '../stand-ins/http-stand-in.ts';
import { until } from '../support/poll.ts';
import { type OwnGateway, startOwnGateway } from './own-gateway.ts';
import { beginEasel, runEasel } from './run-easel.ts';

/** A job is submitted once and never lost, whatever happens to the connection. */
describe('easel on a broken connection', () => {
  let own: OwnGateway;
  before(async () => {
    own = await startOwnGateway();
  });
  after(() => own.stop());

  test('waits for a host that is waking', async () => {
    const host = await createSleepingHost(() => own.gateway.url);
    await host.wake();
    const index = own.worker.productions.length;
    const { ended } = beginEasel(['a fox that sleeps', '--no-json'], { env: { EASEL_URL: host.url } });
    (await own.worker.production(index)).finish();
    const { code, stdout, stderr } = await ended;
    await host.sleep();
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^http:\/\/\S+\/images\/\S+\n$/);
    assert.equal(own.worker.productions.length, index + 1);
    assert.ok(host.visits() >= 5);
  });

  test('reports that a host did not wake within --timeout', async () => {
    const host = await createHttpStandIn(() => ({
      status: 503,
      headers: { 'retry-after': '2' },
      body: '<h1>Starting</h1>',
    }));
    const { code, stderr } = await runEasel(['a fox', '--timeout', '1'], { env: { EASEL_URL: host.url } });
    await host.close();
    assert.equal(code, 69);
    assert.match(stderr, /did not wake \(status 503\)/);
    assert.equal(host.requests.length, 1);
  });

  test('repeats the call with the same idempotency key when the answer was lost, so that one picture is made', async () => {
    let lost = 0;
    const line = await createHttpStandIn(async ({ method, target, headers, body }) => {
      const answer = await fetch(`${own.gateway.url}${target}`, {
        method,
        headers: { 'content-type': 'application/json', 'idempotency-key': String(headers['idempotency-key'] ?? '') },
        ...(method === 'POST' && { body }),
      });
      return {
        status: answer.status,
        headers: { 'content-type': String(answer.headers.get('content-type')) },
        body: await answer.text(),
      };
    });
    const index = own.worker.productions.length;
    line.interfere(({ method, target, headers, body }) => {
      if (method !== 'POST' || lost > 0) return undefined;
      lost += 1;
      // The request reaches the gateway, but its answer is lost.
      const kept = { 'content-type': 'application/json', 'idempotency-key': String(headers['idempotency-key']) };
      void fetch(`${own.gateway.url}${target}`, { method, headers: kept, body });
      return 'reset';
    });
    const { ended } = beginEasel(['a fox asked for twice'], { env: { EASEL_URL: line.url } });
    (await own.worker.production(index)).finish();
    const { code, stderr } = await ended;
    await line.close();
    assert.equal(code, 0, stderr);
    assert.equal(lost, 1);
    assert.equal(own.worker.productions.length, index + 1);
  });

  test('follows the job again after the gateway was killed', async () => {
    const index = own.worker.productions.length;
    const { ended } = beginEasel(['a fox that outlives its gateway'], { env: { EASEL_URL: own.gateway.url } });
    const first = await own.worker.production(index);
    await own.gateway.kill('SIGKILL');
    await until(() => first.left.aborted, 'the worker sees that its caller has gone');
    await own.gateway.start();
    (await own.worker.production(index + 1)).finish();
    const { code, lines, stderr } = await ended;
    assert.equal(code, 0, stderr);
    assert.equal(lines.length, 1);
    assert.equal(lines[0]?.seed, first.production.request.seed);
  });
});
