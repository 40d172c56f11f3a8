import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { RequestDraft } from '../../api/jobs/job.ts';
import { AppError, ERRORS, type ErrorCode } from '../../shared/errors.ts';
import { type FakeJobs, toResult } from '../api/fake-jobs.ts';
import { startGateway, type TestGateway } from '../api/gateway.ts';

/** What every dialect promises, checked by HTTP on the real app. Call it once for each dialect with its golden pairs. */

export interface Call {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface GoldenPair {
  readonly name: string;
  readonly call: Call;
  /** The exact draft that the job module must get. */
  readonly draft?: Partial<RequestDraft>;
  /** Prepares the job module for this call. Default: the job is done at once. */
  readonly given?: (jobs: FakeJobs) => void;
  readonly status: number;
  /** For an answer that is not JSON, or that is not compared as a whole. */
  readonly answer?: unknown;
  readonly check?: (answer: { readonly json: unknown; readonly headers: Headers; readonly bytes: Buffer }) => void;
}

export interface DialectContract {
  readonly name: string;
  readonly pairs: readonly GoldenPair[];
  /** A call that makes a picture. It is failed with every error code in turn. */
  readonly generate: Call;
  /** Makes the call that asks for the result from the answer of `generate`, if that only starts a job. */
  readonly poll?: (answer: Record<string, string>) => Call;
  /** The whole error answer that this dialect gives for a code. */
  readonly toError: (code: ErrorCode, message: string) => { readonly status: number; readonly body: unknown };
  /** A call with a wrong parameter, and what must be blamed. */
  readonly wrong: { readonly call: Call; readonly blamed: string };
}

export function dialectContract(contract: DialectContract): void {
  describe(`dialect ${contract.name}`, () => {
    let gateway: TestGateway;
    before(async () => {
      gateway = await startGateway();
    });
    after(() => gateway.stop());

    for (const pair of contract.pairs) {
      test(pair.name, async () => {
        const { jobs } = gateway;
        const { outcome } = jobs;
        jobs.submissions.length = 0;
        pair.given?.(jobs);
        const response = await send(gateway.url, pair.call);
        jobs.outcome = outcome;
        const bytes = Buffer.from(await response.arrayBuffer());
        assert.equal(response.status, pair.status, bytes.toString().slice(0, 500));
        if (pair.draft !== undefined) assertDraft(jobs, pair.draft);
        const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
        const json: unknown = isJson ? JSON.parse(bytes.toString()) : undefined;
        if (pair.answer !== undefined) assert.deepEqual(json, withUrl(pair.answer, gateway.url));
        pair.check?.({ json, headers: response.headers, bytes });
      });
    }

    test('every error code keeps its status and meaning, and shows nothing internal', async () => {
      const { outcome } = gateway.jobs;
      for (const code of Object.keys(ERRORS) as ErrorCode[]) {
        gateway.jobs.outcome = () => ({ status: 'failed', error: new AppError(code, 'internal words') });
        const response = await finish(gateway.url, contract);
        const body: unknown = await response.json();
        const expected = contract.toError(code, ERRORS[code].message);
        assert.equal(response.status, expected.status, code);
        assert.deepEqual(body, expected.body, code);
        assert.doesNotMatch(JSON.stringify(body), /internal words/);
        if (response.status === 429 || response.status === 503) assert.ok(response.headers.get('retry-after'), code);
      }
      const busy = new AppError('queue_full', 'internal words', { retryAfterSeconds: 7 });
      gateway.jobs.outcome = () => ({ status: 'failed', error: busy });
      const refused = await finish(gateway.url, contract);
      if (refused.status === 503) assert.equal(refused.headers.get('retry-after'), '7', 'as the error says');
      gateway.jobs.outcome = outcome;
    });

    test('a wrong parameter is blamed by name', async () => {
      const response = await send(gateway.url, contract.wrong.call);
      assert.ok(response.status === 400 || response.status === 422);
      assert.match(await response.text(), new RegExp(contract.wrong.blamed));
    });

    test('secrets of a result never reach an answer', async () => {
      const response = await finish(gateway.url, contract);
      assert.doesNotMatch(await response.text(), /never-to-be-shown/);
    });
  });
}

async function finish(url: string, { generate, poll }: DialectContract): Promise<Response> {
  const response = await send(url, generate);
  if (poll === undefined) return response;
  return send(url, poll((await response.json()) as Record<string, string>));
}

async function send(url: string, { method, path, body, headers }: Call): Promise<Response> {
  return fetch(new URL(path, url), {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    redirect: 'manual',
    ...(body !== undefined && { body: JSON.stringify(body) }),
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
  });
}

function assertDraft(jobs: FakeJobs, expected: Partial<RequestDraft>): void {
  const draft = jobs.submissions.at(-1)?.draft ?? {};
  const said = Object.entries(draft).filter(([, value]) => value !== undefined);
  const defaults = { strict: false, safe: false, previews: 0, count: 1 };
  assert.deepEqual(Object.fromEntries(said), { ...defaults, ...expected });
}

/** Golden answers contain `{url}` in place of the gateway's own address. */
const withUrl = (answer: unknown, url: string): unknown =>
  JSON.parse(JSON.stringify(answer).replaceAll('{url}', url)) as unknown;

/** A job that is still being made. */
export const pending = (jobs: FakeJobs): void => {
  jobs.outcome = () => ({
    status: 'running',
    stage: 'generate',
    progress: 0.5,
    etaSeconds: 12,
    engineStatus: 'painting',
    preview: { mediaType: 'image/jpeg', base64: 'AAAA' },
  });
};

/** A job that was done, with these changes to the usual result. */
export const doneWith =
  (overrides: Parameters<typeof toResult>[1]) =>
  (jobs: FakeJobs): void => {
    jobs.outcome = (request) => ({ status: 'done', progress: 1, result: toResult(request, overrides) });
  };
