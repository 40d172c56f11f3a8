import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createRateLimit } from '../../../api/http/middleware/rate-limit.ts';
import { MAX_PROMPT_CHARACTERS } from '../../../shared/contract/generation.ts';
import { type Nginx, startNginx, withNginx } from '../../support/nginx.ts';
import { toNoise } from '../../support/noise.ts';
import { startGateway, type TestGateway } from '../gateway.ts';
import { createJobBench, type JobBench } from '../jobs/job-bench.ts';

/** Headers of an answer stay small for every request, because nginx turns headers above 4 kB into a 502. */

const MAX_HEADER_BYTES = 2000;
const SHORT_ID = /^[\w-]{1,40}$/;
/** The longest incompressible prompt that fits into a seal, and the longest allowed prompt. */
const PROMPTS = {
  noise: toNoise(1400),
  longest: 'a red fox, '.repeat(MAX_PROMPT_CHARACTERS).slice(0, MAX_PROMPT_CHARACTERS).trim(),
};
const WARNINGS = Array.from({ length: 100 }, (_, index) => `Parameter number ${index} could not be honoured — sorry.`);

const POSTS: Readonly<Record<string, (prompt: string) => object>> = {
  '/jobs': (prompt) => ({ prompt }),
  '/generate': (prompt) => ({ prompt }),
  '/image/generate': (prompt) => ({ prompt }),
  '/generate-image?authorization_token=token': (prompt) => ({ prompt }),
  '/api/generate-image': (prompt) => ({ prompt }),
  '/v1/images/generations': (prompt) => ({ prompt }),
  '/sdapi/v1/txt2img': (prompt) => ({ prompt }),
};

function sizeOf({ headers, status, statusText }: Response): number {
  const lines = [...headers].map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.byteLength(`HTTP/1.1 ${status} ${statusText}\r\n${lines.join('')}\r\n`);
}

withNginx(() => {
  describe('short answers', { timeout: 60_000 }, () => {
    let bench: JobBench;
    let gateway: TestGateway;
    let nginx: Nginx;
    before(async () => {
      bench = await createJobBench();
      const limit = createRateLimit({ perMinute: 10_000 });
      gateway = await startGateway({ jobs: bench.jobs, limit, waitBudgetMs: 20, dataDirectory: bench.dataDirectory });
      nginx = await startNginx(gateway.url);
    });
    after(async () => {
      await nginx.close();
      await gateway.stop();
      await bench.close();
    });

    const post = (path: string, body: object): Promise<Response> =>
      fetch(new URL(path, nginx.url), {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-request-id': 'r'.repeat(100) },
        body: JSON.stringify(body),
      });

    for (const [kind, prompt] of Object.entries(PROMPTS)) {
      for (const [path, toBody] of Object.entries(POSTS)) {
        test(`${path} with the ${kind} prompt answers through nginx with short headers`, async () => {
          bench.worker.isAutomatic = true;
          const response = await post(path, toBody(prompt));
          const text = await response.text();
          assert.ok(response.ok, `${response.status} ${text.slice(0, 200)} ${await nginx.errors()}`);
          assert.match(response.headers.get('x-job-id') ?? '', SHORT_ID);
          assert.ok(sizeOf(response) < MAX_HEADER_BYTES, `${sizeOf(response)} bytes`);
          const { mark_id = 'none' } = path.startsWith('/generate-image') ? JSON.parse(text) : {};
          assert.match(mark_id, SHORT_ID);
        });
      }

      test(`a job of the ${kind} prompt is found through nginx by every address in its answer`, async () => {
        bench.worker.isAutomatic = true;
        const accepted = await post('/jobs', { prompt });
        const { job_id, status_url, events_url } = (await accepted.json()) as Record<string, string>;
        assert.match(job_id ?? '', SHORT_ID);
        assert.equal(accepted.headers.get('location'), `/jobs/${job_id}`);
        assert.ok((status_url ?? '').includes('sealed='));
        for (const address of [`/jobs/${job_id}`, status_url ?? '', events_url ?? '']) {
          const { pathname, search } = new URL(address, nginx.url);
          const response = await fetch(new URL(pathname + search, nginx.url));
          assert.match(await response.text(), new RegExp(job_id ?? 'none'));
          assert.equal(response.status, 200);
          assert.ok(sizeOf(response) < MAX_HEADER_BYTES, `${sizeOf(response)} bytes`);
        }
      });
    }

    test('a pending answer has a short Location, and a job found later has many warnings', async () => {
      bench.worker.isAutomatic = false;
      const seen = bench.worker.productions.length;
      const pending = await post('/generate', { prompt: `${PROMPTS.noise} later` });
      assert.equal(pending.status, 202);
      assert.match(pending.headers.get('location') ?? '', /^\/jobs\/[\w-]{1,40}$/);
      assert.ok(sizeOf(pending) < MAX_HEADER_BYTES);
      const production = await bench.worker.production(seen);
      production.finish({
        warnings: WARNINGS,
        timings: {
          wake: 61_000,
          queue: 1000,
          browser: 2000,
          page: 3000,
          generate: 40_000,
          download: 900,
          convert: 800,
          upload: 700,
        },
      });
      await bench.jobs.wait(pending.headers.get('x-job-id') ?? '', {
        budgetMs: 10_000,
        signal: new AbortController().signal,
      });
      const found = await fetch(new URL(pending.headers.get('location') ?? '', nginx.url));
      assert.equal(found.status, 200);
      assert.match(found.headers.get('x-warnings') ?? '', /^Parameter number 0 .*\.\.\.$/);

      assert.ok(sizeOf(found) < MAX_HEADER_BYTES, `${sizeOf(found)} bytes`);
    });
  });
});
