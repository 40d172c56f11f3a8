import assert from 'node:assert/strict';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { apiKeys } from '../../api/http/middleware/api-keys.ts';
import { createRateLimit } from '../../api/http/middleware/rate-limit.ts';
import { createSeals } from '../../api/jobs/accept/seals.ts';
import { AppError } from '../../shared/errors.ts';
import { startGateway, type TestGateway } from '../api/gateway.ts';
import { draft } from '../api/jobs/drafts.ts';
import { createJobBench, type JobBench } from '../api/jobs/job-bench.ts';

/** A job belongs to its key. Other keys cannot read, follow or cancel it, even with its id. */

const KEYS = apiKeys('').parse('anna:secret-of-anna-1,bert:secret-of-bert-1,carl:secret-of-carl-1:2');
const JOB_SECRET = ['a secret that leaked meanwhile'];

describe('the jobs of other keys', { timeout: 30_000 }, () => {
  let bench: JobBench;
  let gateway: TestGateway;
  const policy = ({ prompt }: { readonly prompt: string }): void => {
    if (prompt === 'refused') throw new AppError('prompt_refused', 'a test refuses it');
  };
  const open = () =>
    startGateway({ jobs: bench.jobs, apiKeys: KEYS, limit: createRateLimit({ perMinute: 100 }), safeMode: true });

  before(async () => {
    bench = await createJobBench({ policy, settings: { JOB_SECRET } });
    gateway = await open();
  });
  after(async () => {
    await gateway.stop();
    await bench.close();
  });

  const ask = (name: string, method: string, path: string, body?: object): Promise<Response> =>
    fetch(new URL(path, gateway.url), {
      method,
      headers: { 'x-api-key': `secret-of-${name}-1`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });

  async function accept(name: string, body: object): Promise<Record<string, string>> {
    const response = await ask(name, 'POST', '/jobs', body);
    assert.equal(response.status, 202);
    return (await response.json()) as Record<string, string>;
  }

  const toPath = (url = ''): string => new URL(url).pathname + new URL(url).search;

  test('are not found, by any address or dialect', async () => {
    const { job_id, status_url, events_url } = await accept('anna', { prompt: 'hers' });
    const doors = [
      ['GET', `/jobs/${job_id}`],
      ['GET', toPath(status_url)],
      ['GET', toPath(events_url)],
      ['DELETE', toPath(status_url)],
      ['POST', `/check-image?mark_id=${job_id}`],
    ] as const;
    for (const [method, path] of doors) assert.equal((await ask('bert', method, path)).status, 404, path);
    await ask('bert', 'POST', '/sdapi/v1/interrupt');
    const hers = (await (await ask('anna', 'GET', toPath(status_url))).json()) as { status: string };
    assert.ok(['queued', 'running'].includes(hers.status));
    assert.equal((await ask('anna', 'DELETE', toPath(status_url))).status, 200);
  });

  test('a remembered answer has a new id, which only its own caller can use', async () => {
    bench.worker.isAutomatic = true;
    const address = '/generate?prompt=shared&seed=5';
    const first = (await (await ask('anna', 'GET', address)).json()) as { job_id: string; cached: boolean };
    const second = (await (await ask('bert', 'GET', address)).json()) as { job_id: string; cached: boolean };
    assert.deepEqual([first.cached, second.cached], [false, true]);
    assert.match(second.job_id, /^[\w-]{1,40}$/);
    assert.equal(second.job_id.includes(first.job_id), false);
    assert.equal((await ask('bert', 'GET', `/jobs/${first.job_id}`)).status, 404);
    assert.equal((await ask('bert', 'GET', `/jobs/${second.job_id}`)).status, 200);
    assert.equal((await ask('anna', 'GET', `/jobs/${second.job_id}`)).status, 404);
    assert.equal((await ask('bert', 'DELETE', `/jobs/${second.job_id}`)).status, 200);
    assert.equal((await ask('anna', 'GET', `/jobs/${first.job_id}`)).status, 200);
  });

  test('a job from before keys were set can be read by any caller who knows its id', async () => {
    const job = await bench.jobs.submit(draft(), {
      ...{ client: { id: 'address:127.0.0.1' }, asynchronous: true, requestId: 'r', traceparent: 't' },
    });
    assert.equal((await ask('bert', 'GET', `/jobs/${job.id}`)).status, 200);
  });

  test('policy, safe mode and limits also hold for a sealed request forged with a leaked secret', async () => {
    const seals = createSeals(JOB_SECRET);
    const forge = (id: string, prompt: string): string => {
      const request = { ...draft({ prompt }), seed: 1, seedGiven: false };
      const sealed = seals.seal(id, { createdAt: Date.now(), owner: '', needsCredentials: false, request });
      return `/jobs/${id}?sealed=${sealed}`;
    };
    assert.equal((await ask('carl', 'GET', forge('AAAAAAAAAAAAAAA1', 'refused'))).status, 422);
    assert.equal((await ask('carl', 'GET', forge('AAAAAAAAAAAAAAA2', 'a fox'))).status, 200);
    for (const number of [3, 4, 5])
      assert.equal((await ask('carl', 'GET', forge(`AAAAAAAAAAAAAAA${number}`, 'a fox'))).status, 429);
    await bench.jobs.wait('AAAAAAAAAAAAAAA2', { budgetMs: 10_000, signal: new AbortController().signal });
    const forged = bench.worker.productions.filter(({ production }) => production.request.prompt === 'a fox');
    assert.deepEqual(
      forged.map(({ production }) => production.request.safe),
      [true],
    );
  });

  test('jobs still belong to their key after the disk was lost', async () => {
    const { status_url } = await accept('anna', { prompt: 'lost' });
    await gateway.stop();
    await bench.stop();
    for (const name of await readdir(bench.dataDirectory)) {
      if (name.startsWith('jobs.sqlite')) await rm(join(bench.dataDirectory, name));
    }
    await bench.restart();
    gateway = await open();
    assert.equal((await ask('bert', 'GET', toPath(status_url))).status, 404);
    assert.equal((await ask('anna', 'GET', toPath(status_url))).status, 200);
  });
});
