import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { ProductionEvent } from '../../../../shared/contract/wire.ts';
import type { ErrorRecord } from '../../../../shared/errors.ts';
import { toFakeResult } from '../../../stand-ins/worker/fake-production.ts';
import { startGateway, type TestGateway } from '../../gateway.ts';
import { createJobBench, type JobBench } from '../../jobs/job-bench.ts';

/** Gateway and worker may be one version apart: additional fields and events of a newer worker are dropped without an error. */

/** Fields of no existing version. */
const ofTomorrow = <T>(value: object): T => value as T;

describe('a worker of a newer version', { timeout: 30_000 }, () => {
  let bench: JobBench;
  let gateway: TestGateway;
  let asked = 0;
  before(async () => {
    bench = await createJobBench();
    gateway = await startGateway({ jobs: bench.jobs, waitBudgetMs: 20_000, dataDirectory: bench.dataDirectory });
  });
  after(async () => {
    await gateway.stop();
    await bench.close();
  });

  const ask = async () => {
    const response = fetch(`${gateway.url}/generate?prompt=neighbour+${asked}`);
    const production = await bench.worker.production(asked++);
    return { response, production };
  };

  test('sends unknown events and fields, and its picture arrives', async () => {
    const { response, production } = await ask();
    const say = (event: object): void => production.send(ofTomorrow<ProductionEvent>(event));
    say({ type: 'heat', degrees: 40 });
    say({ type: 'progress', stage: 'dreaming', fraction: 0.1 });
    say({ type: 'progress', stage: 'generate', fraction: 'half', engineStatus: 'w'.repeat(100_000), colour: 'red' });
    const result = toFakeResult(production.production, 'imgur');
    production.finish(
      ofTomorrow({ timings: { ...result.timings, dream: 5 }, mood: 'good', warnings: ['w'.repeat(9000)] }),
    );
    const answer = (await (await response).json()) as Record<string, unknown>;
    assert.equal(answer.success, true);
    assert.ok(JSON.stringify(answer).length < 4000);
    const events = await fetch(`${gateway.url}/jobs/${answer.job_id}/events`);
    assert.ok((await events.text()).length < 20_000, 'the status word is cut');
  });

  test('fails with an unknown code, which becomes internal, also when the job is read later', async () => {
    const { response, production } = await ask();
    production.fail(
      ofTomorrow<ErrorRecord>({ code: 'engine_dreaming', message: 'm', publicMessage: 'It dreams.', x: 1 }),
    );
    const answer = (await (await response).json()) as Record<string, unknown>;
    assert.equal((await response).status, 500);
    assert.deepEqual([answer.code, answer.error], ['internal', 'It dreams.']);
    const found = await fetch(`${gateway.url}/jobs/${(await response).headers.get('x-job-id') ?? ''}`);
    assert.notEqual(found.status, 500);
  });

  test('refuses with an unknown code', async () => {
    bench.worker.mode = { status: 420, refusal: ofTomorrow<ErrorRecord>({ code: 'calm_down', message: 'm' }) };
    const response = await fetch(`${gateway.url}/generate?prompt=refused`);
    bench.worker.mode = undefined;
    assert.equal(response.status, 500);
    assert.equal(((await response.json()) as { code: string }).code, 'internal');
  });
});
