import assert from 'node:assert/strict';
import { buffer } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import type { Job, JobEvent, JobModule } from '../../api/jobs/job.ts';
import { AppError } from '../../shared/errors.ts';
import { draft, options } from '../api/jobs/drafts.ts';
import type { FakeProduction } from '../stand-ins/worker/fake-production.ts';
import { until } from '../support/poll.ts';

/** What the job module promises with every journal and every dispatch. */

export interface JobsBench {
  readonly jobs: JobModule;
  /** Another gateway on the same records if several are possible, else the same one. */
  readonly otherJobs: JobModule;
  readonly productions: readonly FakeProduction[];
  production(index: number): Promise<FakeProduction>;
  /** Ends each production at once. */
  isAutomatic: boolean;
  readonly removals: readonly unknown[];
  /** Stops the gateway and starts it again on the same records. */
  restart(): Promise<JobModule>;
  close(): Promise<void>;
}

export interface BenchOptions {
  readonly maxWaiting?: number;
  /** Slots of the only worker. */
  readonly concurrency?: number;
}

const PATIENCE_MS = 10_000;
const patient = () => ({ budgetMs: PATIENCE_MS, signal: AbortSignal.timeout(PATIENCE_MS) });
const addressOf = (job: Job): string | undefined => job.result?.pictures[0]?.url;

const hasCode = (code: string) => (error: unknown) => error instanceof AppError && error.code === code;

export function testJobs(name: string, createBench: (options: BenchOptions) => Promise<JobsBench>): void {
  describe(`jobs on ${name}`, { timeout: 60_000 }, () => {
    let bench: JobsBench;
    /** Prompts of the test that runs. A run that the test before cancelled may still be on its way to a worker. */
    let prompts: readonly string[] = [];
    const isOwn = ({ production }: FakeProduction): boolean => prompts.includes(production.request.prompt);
    const count = (): number => bench.productions.filter(isOwn).length;

    /** Production number `index` (from 0) of the test that runs. */
    async function next(index = 0): Promise<FakeProduction> {
      let before = index;
      for (let at = 0; ; at += 1) {
        const production = await bench.production(at);
        if (!isOwn(production)) continue;
        if (before === 0) return production;
        before -= 1;
      }
    }

    async function begin(isAutomatic: boolean, ...ownPrompts: readonly string[]): Promise<JobModule> {
      prompts = ownPrompts;
      bench.isAutomatic = isAutomatic;
      return bench.jobs;
    }

    before(async () => {
      bench = await createBench({ concurrency: 2 });
    });
    after(() => bench.close());

    test('a synchronous job is made, and its answer holds no secret', async () => {
      const jobs = await begin(true, 'made');
      const accepted = await jobs.submit(draft({ prompt: 'made' }), options());
      const job = await jobs.wait(accepted.id, patient());
      assert.equal(job.status, 'done');
      assert.equal(job.origin, 'made');
      assert.equal(job.progress, 1);
      assert.equal(job.result?.engine, 'fake');
      assert.equal(job.result?.pictures[0]?.seed, job.request.seed);
      assert.equal(JSON.stringify(job).includes('delete-0'), false);
    });

    test('a thousand equal requests make one generation, also across gateways', async () => {
      const jobs = await begin(false, 'join');
      const ask = async (_: unknown, index: number): Promise<Job> => {
        const gateway = index % 2 === 0 ? jobs : bench.otherJobs;
        const accepted = await gateway.submit(
          draft({ prompt: 'join', seed: 7 }),
          options({ client: { id: `c${index}` } }),
        );
        return gateway.wait(accepted.id, patient());
      };
      const answers = Promise.all(Array.from({ length: 1000 }, ask));
      const production = await next();
      production.finish();
      const all = await answers;
      assert.equal(new Set(all.map(addressOf)).size, 1);
      assert.equal(all.filter((job) => job.status === 'done').length, 1000);
      assert.equal(all.filter((job) => job.origin === 'made').length, 1);
      assert.equal(count(), 1);
    });

    test('a finished seeded result is remembered for everyone, and `fresh` ignores it', async () => {
      const jobs = await begin(true, 'remember');
      const request = draft({ prompt: 'remember', seed: 1 });
      const ask = async (change = {}) => jobs.wait((await jobs.submit(request, options(change))).id, patient());
      const first = await ask();
      const second = await ask({ client: { id: 'bert' } });
      assert.equal(second.origin, 'remembered');
      assert.equal(addressOf(second), addressOf(first));
      assert.equal(count(), 1);
      const fresh = await ask({ fresh: true });
      assert.equal(fresh.origin, 'made');
      assert.equal(count(), 2);
      assert.equal(addressOf(await ask()), addressOf(fresh));
    });

    test('equal requests without a seed that are open at the same time are different pictures', async () => {
      const jobs = await begin(false, 'random');
      const request = draft({ prompt: 'random' });
      const ask = async (gateway: JobModule): Promise<Job> =>
        gateway.wait((await gateway.submit(request, options())).id, patient());
      const answers = Promise.all([jobs, bench.otherJobs, jobs, bench.otherJobs].map(ask));
      for (const index of [0, 1, 2, 3]) (await next(index)).finish();
      const all = await answers;
      assert.equal(new Set(all.map(addressOf)).size, 4);
      assert.deepEqual([...new Set(all.map(({ origin }) => origin))], ['made']);
    });

    test('a caller that is cut off and asks again gets the picture of its first call, and no other caller gets it', async () => {
      const jobs = await begin(false, 'cut off');
      const request = draft({ prompt: 'cut off' });
      const left = new AbortController();
      const first = await jobs.submit(request, options());
      const lost = jobs.wait(first.id, { budgetMs: PATIENCE_MS, signal: left.signal });
      const production = await next();
      left.abort();
      await lost;
      const other = await jobs.submit(request, options({ client: { id: 'bert' } }));
      const retry = await bench.otherJobs.submit(request, options());
      const second = await jobs.submit(request, options());
      assert.deepEqual([other.origin, retry.origin, second.origin], ['made', 'joined', 'made']);
      assert.equal(retry.request.seed, first.request.seed);
      const answer = bench.otherJobs.wait(retry.id, patient());
      production.finish();
      assert.equal((await answer).status, 'done');
      for (const { id } of [other, second]) await jobs.cancel(id);
    });

    test('a call that declares itself a retry joins the only open job, even if that job seems attended', async () => {
      const jobs = await begin(false, 'says retry');
      const request = draft({ prompt: 'says retry' });
      const ask = (saysRetry: boolean) => jobs.submit(request, options({ saysRetry }));
      const first = await ask(false);
      const retries = [await ask(true), await ask(true), await ask(true)];
      assert.deepEqual(
        retries.map(({ origin }) => origin),
        ['joined', 'made', 'made'],
      );
      for (const { id } of [first, ...retries]) await jobs.cancel(id);
    });

    test('a run for an address that was fetched is made to its end, and the next fetch gets its picture', async () => {
      const jobs = await begin(false, 'fetched');
      const request = draft({ prompt: 'fetched', deliver: 'bytes' });
      const fetchOnce = async (id: string): Promise<AbortController> => {
        const left = new AbortController();
        const job = await jobs.submit(request, options({ client: { id }, isFetch: true }));
        const answer = jobs.wait(job.id, { budgetMs: PATIENCE_MS, signal: left.signal });
        const production = await next();
        left.abort();
        await answer;
        assert.equal(production.left.aborted, false);
        return left;
      };
      for (const id of ['one', 'two', 'three', 'four']) await fetchOnce(id);
      (await next()).finish();
      const fetched = await jobs.submit(request, options({ client: { id: 'five' }, isFetch: true }));
      assert.equal((await jobs.wait(fetched.id, patient())).status, 'done');
      assert.equal(count(), 1);
      const another = await jobs.submit(request, options({ client: { id: 'six' }, isFetch: true }));
      assert.equal(another.origin, 'made', 'that picture was received');
      await jobs.cancel(another.id);
    });

    test('equal requests share a picture in different forms of delivery, if it can be delivered so', async () => {
      const jobs = await begin(true, 'delivered');
      const ask = async (change: Parameters<typeof draft>[0]): Promise<Job> => {
        const job = await jobs.submit(draft({ prompt: 'delivered', seed: 6, ...change }), options());
        return jobs.wait(job.id, patient());
      };
      await ask({ guidanceScale: 7, shape: 'square' });
      assert.equal((await ask({ deliver: 'bytes' })).origin, 'remembered');
      assert.equal((await ask({ previews: 2 })).origin, 'remembered');
      assert.equal((await ask({ format: 'webp' })).origin, 'made');
      assert.equal((await ask({ shape: 'portrait' })).origin, 'made');
    });

    test('a picture with a random seed that its caller never received goes to the next retry', async () => {
      const jobs = await begin(false, 'unreceived');
      const request = draft({ prompt: 'unreceived' });
      const first = await jobs.submit(request, options());
      const kept = await jobs.wait(first.id, { budgetMs: 1, signal: AbortSignal.timeout(PATIENCE_MS) });
      assert.notEqual(kept.status, 'done');
      (await next()).finish();
      await untilEnded(jobs, first.id);
      const retry = await jobs.submit(request, options());
      assert.equal(retry.request.seed, first.request.seed);
      const left = new AbortController();
      assert.equal((await jobs.wait(retry.id, { budgetMs: 1000, signal: left.signal })).status, 'done');
      left.abort();
      const second = await jobs.submit(request, options());
      assert.equal(second.request.seed, first.request.seed, 'the answer was lost on its way');
      await jobs.wait(second.id, patient());
      const third = await jobs.submit(request, options());
      assert.notEqual(third.request.seed, first.request.seed);
      await jobs.cancel(third.id);
    });

    test('a picture that no store took keeps its seed for the retry', async () => {
      const jobs = await begin(false, 'store');
      const request = draft({ prompt: 'store' });
      const first = await jobs.submit(request, options());
      const waiting = jobs.wait(first.id, patient());
      (await next()).fail({ code: 'store_failed', message: 'no host' });
      assert.equal((await waiting).error?.code, 'store_failed');
      const retry = await jobs.submit(request, options());
      assert.equal(retry.request.seed, first.request.seed);
      assert.notEqual(retry.id, first.id);
      (await next(1)).finish();
      assert.equal((await jobs.wait(retry.id, patient())).status, 'done');
    });

    test('when the wait budget ends the job goes on, and can be found', async () => {
      const jobs = await begin(false, 'budget');
      const accepted = await jobs.submit(draft({ prompt: 'budget' }), options());
      const left = new AbortController();
      const pending = await jobs.wait(accepted.id, { budgetMs: 20, signal: left.signal });
      assert.ok(['queued', 'running'].includes(pending.status));
      left.abort();
      (await next()).finish();
      await untilEnded(jobs, accepted.id);
      assert.equal((await bench.otherJobs.find(accepted.id)).status, 'done');
    });

    test('the last caller that leaves cancels the run, unless a caller comes back for it', async () => {
      const jobs = await begin(false, 'leave');
      const ask = async (left: AbortController, asynchronous = false): Promise<Job> => {
        const job = await jobs.submit(draft({ prompt: 'leave', seed: 3 }), options({ asynchronous }));
        return asynchronous ? job : jobs.wait(job.id, { budgetMs: PATIENCE_MS, signal: left.signal });
      };
      const callers = [new AbortController(), new AbortController()];
      const answers = callers.map((left) => ask(left));
      const production = await next();
      callers[0]?.abort();
      await answers[0];
      assert.equal(production.left.aborted, false);
      callers[1]?.abort();
      await whenAborted(production.left);
      await answers[1];

      const kept = await ask(new AbortController(), true);
      const leaving = new AbortController();
      const answer = ask(leaving);
      const second = await next(1);
      leaving.abort();
      await answer;
      second.finish();
      assert.equal((await jobs.wait(kept.id, patient())).status, 'done');
    });

    test('cancelling one of several jobs keeps the run; cancelling the last one reaches the engine in 200 ms and frees the slot', async () => {
      const jobs = await begin(false, 'cancel');
      const request = draft({ prompt: 'cancel', seed: 4 });
      const one = await jobs.submit(request, options({ asynchronous: true }));
      const two = await bench.otherJobs.submit(request, options({ asynchronous: true, client: { id: 'bert' } }));
      const production = await next();
      assert.equal((await jobs.cancel(one.id)).status, 'cancelled');
      assert.equal((await jobs.find(one.id)).status, 'cancelled');
      assert.ok(!['cancelled', 'failed'].includes((await jobs.find(two.id)).status));
      assert.equal(production.left.aborted, false);
      const startedAt = performance.now();
      assert.equal((await bench.otherJobs.cancel(two.id)).status, 'cancelled');
      await whenAborted(production.left);
      assert.ok(performance.now() - startedAt < 200, `${performance.now() - startedAt} ms`);
      const after = await Promise.all(
        [5, 6].map((seed) => jobs.submit(draft({ prompt: 'cancel', seed }), options({ asynchronous: true }))),
      );
      for (const production of await Promise.all([next(1), next(2)])) production.finish();
      for (const job of after) assert.equal((await jobs.wait(job.id, patient())).status, 'done');
    });

    test('a caller that waits for a job hears at once that it was cancelled', async () => {
      const jobs = await begin(false, 'cancelled');
      const { id } = await jobs.submit(draft({ prompt: 'cancelled' }), options({ asynchronous: true }));
      await next();
      // Longer than this test may take.
      const waiting = bench.otherJobs.wait(id, { budgetMs: 10 * PATIENCE_MS, signal: new AbortController().signal });
      await jobs.cancel(id);
      assert.equal((await waiting).status, 'cancelled');
    });

    test('an idempotency key means the same job, and is refused for another request', async () => {
      const jobs = await begin(true, 'once', 'other');
      const asked = options({ asynchronous: true, idempotencyKey: 'key' });
      const first = await jobs.submit(draft({ prompt: 'once' }), asked);
      const second = await bench.otherJobs.submit(draft({ prompt: 'once' }), asked);
      assert.equal(second.id, first.id);
      await assert.rejects(jobs.submit(draft({ prompt: 'other' }), asked), hasCode('invalid_request'));
      const bert = await jobs.submit(draft({ prompt: 'other' }), { ...asked, client: { id: 'bert' } });
      assert.notEqual(bert.id, first.id);
      await jobs.wait(first.id, patient());
      await jobs.wait(bert.id, patient());
      assert.equal(count(), 2);
    });

    test('two asynchronous jobs with a random seed are two pictures', async () => {
      const jobs = await begin(true, 'twice');
      const ask = () => jobs.submit(draft({ prompt: 'twice' }), options({ asynchronous: true }));
      const accepted = await Promise.all([ask(), ask()]);
      const ended = await Promise.all(accepted.map((job) => jobs.wait(job.id, patient())));
      assert.equal(new Set(ended.map(addressOf)).size, 2);
    });

    test('events are numbered, can be resumed, and end with the result', async () => {
      const jobs = await begin(false, 'events');
      const accepted = await jobs.submit(draft({ prompt: 'events', previews: 1 }), options({ asynchronous: true }));
      const signal = AbortSignal.timeout(PATIENCE_MS);
      const seen = collect(bench.otherJobs.follow(accepted.id, { after: 0, signal }));
      const production = await next();
      production.send({ type: 'progress', stage: 'browser', engine: 'fake' });
      production.send({ type: 'progress', stage: 'generate', fraction: 0.5, engineStatus: 'painting' });
      const preview = { mediaType: 'image/png', base64: 'AAAA' } as const;
      await untilStage(jobs, accepted.id, 'generate');
      production.send({ type: 'progress', stage: 'generate', fraction: 0.75, preview });
      production.send({ type: 'progress', stage: 'upload' });
      await untilStage(jobs, accepted.id, 'upload');
      assert.equal((await jobs.find(accepted.id)).status, 'storing');
      production.finish();
      const events = await seen;
      const numbers = events.map((event) => event.number);
      assert.deepEqual(
        numbers,
        [...new Set(numbers)].toSorted((one, other) => one - other),
      );
      assert.equal(events.at(-1)?.job.status, 'done');
      assert.equal(events.find((event) => event.preview !== undefined)?.preview?.base64, 'AAAA');
      assert.equal(events.find((event) => event.preview !== undefined)?.previewIndex, 0);
      const stages = events.map((event) => event.job.stage);
      for (const stage of ['browser', 'generate', 'upload']) assert.ok(stages.includes(stage as never), stage);
      const again = await collect(jobs.follow(accepted.id, { after: 0, signal }));
      for (const { job } of [...events, ...again]) {
        assert.equal(job.engineStatus, job.stage === 'generate' ? 'painting' : undefined, `in ${job.stage}`);
      }
      const middle = numbers.at(2) ?? 0;
      const resumed = await collect(jobs.follow(accepted.id, { after: middle, signal }));
      assert.ok(resumed.length > 0 && resumed.every((event) => event.number > middle && event.preview === undefined));
      assert.equal(resumed.at(-1)?.job.status, 'done');
    });

    test('a failure is reported with its code', async () => {
      const jobs = await begin(false, 'failing');
      const accepted = await jobs.submit(draft({ prompt: 'failing' }), options());
      const waiting = jobs.wait(accepted.id, patient());
      (await next()).fail({ code: 'engine_timeout', message: 'internal', publicMessage: 'Too slow.', attempts: [] });
      const job = await waiting;
      assert.equal(job.status, 'failed');
      assert.equal(job.error?.code, 'engine_timeout');
      assert.equal(job.error?.publicMessage, 'Too slow.');
      assert.ok(job.finishedAt !== undefined);
    });

    test('a job survives the death of its worker and is made again', async () => {
      const jobs = await begin(false, 'dying');
      const accepted = await jobs.submit(draft({ prompt: 'dying' }), options({ asynchronous: true }));
      const first = await next();
      first.breakOff();
      const second = await next(1);
      assert.equal(second.production.jobId, first.production.jobId);
      second.finish();
      assert.equal((await jobs.wait(accepted.id, patient())).status, 'done');
    });

    test('an id that was never given out is not found', async () => {
      const jobs = await begin(true, 'forged');
      const { id } = await jobs.submit(draft({ prompt: 'forged' }), options({ asynchronous: true }));
      await jobs.wait(id, patient());
      const withOther = (index: number): string =>
        id.slice(0, index) + (id[index] === 'A' ? 'B' : 'A') + id.slice(index + 1);
      const changed = [0, 1, id.length >> 1, id.length - 2].map(withOther);
      for (const forged of ['', 'x', `${id}x`, ...changed, '../../etc', 'a'.repeat(9000)]) {
        await assert.rejects(jobs.find(forged), hasCode('not_found'), forged.slice(0, 20));
      }
    });

    test('bytes of a finished picture can be read, and reading them again needs no worker', async () => {
      const jobs = await begin(true, 'bytes');
      const ask = async () => {
        const accepted = await jobs.submit(draft({ prompt: 'bytes', seed: 5, deliver: 'bytes' }), options());
        return jobs.wait(accepted.id, patient());
      };
      const job = await ask();
      const again = await ask();
      assert.equal(again.origin, 'remembered');
      for (const one of [job, again]) {
        const picture = await jobs.openPicture(one, 0, AbortSignal.timeout(PATIENCE_MS));
        const bytes = await buffer(picture.read());
        const { mediaType } = picture;
        await picture.close();
        assert.equal(mediaType, 'image/png');
        assert.equal(bytes.subarray(1, 4).toString(), 'PNG');
      }
      assert.equal(count(), 1);
    });

    test('a batch has a picture for every seed', async () => {
      const jobs = await begin(true, 'batch');
      const accepted = await jobs.submit(draft({ prompt: 'batch', seed: 10, count: 3 }), options());
      const { result } = await jobs.wait(accepted.id, patient());
      assert.deepEqual(
        result?.pictures.map((picture) => picture.seed),
        [10, 11, 12],
      );
    });

    test('a token of the caller reaches the engine', async () => {
      const jobs = await begin(false, 'token');
      const credentials = { piclumen: 'a secret of the caller' };
      const accepted = await jobs.submit(draft({ prompt: 'token' }), options({ credentials }));
      const production = await next();
      assert.deepEqual(production.production.credentials, credentials);
      production.finish();
      await jobs.wait(accepted.id, patient());
    });

    test('the operator removes a hosted picture, and it is made again when asked for', async () => {
      const jobs = await begin(true, 'gone');
      const ask = async () =>
        jobs.wait((await jobs.submit(draft({ prompt: 'gone', seed: 1 }), options())).id, patient());
      const job = await ask();
      const pictureId = job.result?.pictures[0]?.id ?? '';
      await bench.otherJobs.removePicture(pictureId);
      const url = addressOf(job);
      assert.deepEqual(bench.removals.at(-1), { store: 'imgur', pictureId, url, deleteToken: 'delete-0' });
      assert.equal((await ask()).origin, 'made');
      await assert.rejects(jobs.removePicture('nothing'), hasCode('not_found'));
    });

    test('the newest preview is shown while somebody waits', async () => {
      const jobs = await begin(false, 'preview');
      const client = { id: 'previewer' };
      const accepted = await jobs.submit(draft({ prompt: 'preview', seed: 3 }), options({ client }));
      const answer = jobs.wait(accepted.id, patient());
      const production = await next();
      const preview = { mediaType: 'image/png', base64: 'AAAA' } as const;
      production.send({ type: 'progress', stage: 'generate' });
      await untilStage(jobs, accepted.id, 'generate');
      production.send({ type: 'progress', stage: 'generate', fraction: 0.5, preview });
      production.send({ type: 'progress', stage: 'upload' });
      await untilStage(jobs, accepted.id, 'upload');
      assert.equal((await jobs.current(client))?.preview?.base64, 'AAAA');
      production.finish();
      await answer;
      assert.equal((await jobs.find(accepted.id)).preview, undefined);
    });

    test('a client finds its newest unfinished job', async () => {
      const jobs = await begin(false, 'current');
      const client = { id: 'carl' };
      assert.equal(await jobs.current(client), undefined);
      const first = await jobs.submit(draft({ prompt: 'current', seed: 1 }), options({ client, asynchronous: true }));
      const second = await jobs.submit(draft({ prompt: 'current', seed: 2 }), options({ client, asynchronous: true }));
      assert.equal((await jobs.current(client))?.id, second.id);
      await jobs.cancel(second.id);
      assert.equal((await jobs.current(client))?.id, first.id);
      await jobs.cancel(first.id);
    });

    test('an accepted asynchronous job outlives a restart of the gateway', async () => {
      const jobs = await begin(false, 'survive');
      const seeds = [1, 2, 3, 4];
      const ask = (seed: number) => jobs.submit(draft({ prompt: 'survive', seed }), options({ asynchronous: true }));
      const accepted = await Promise.all(seeds.map(ask));
      await next();
      bench.isAutomatic = true;
      const restarted = await bench.restart();
      for (const production of bench.productions.filter(isOwn)) if (!production.left.aborted) production.finish();
      for (const { id } of accepted) assert.equal((await restarted.wait(id, patient())).status, 'done');
    });
  });

  describe(`waiting on ${name}`, { timeout: 30_000 }, () => {
    test('one more than MAX_WAITING is refused at once, with the time of a retry', async () => {
      const bench = await createBench({ concurrency: 1, maxWaiting: 2 });
      try {
        const ask = (seed: number) => bench.jobs.submit(draft({ seed }), options({ asynchronous: true }));
        await ask(1);
        await bench.production(0);
        await ask(2);
        await ask(3);
        await assert.rejects(ask(4), (error: unknown) => {
          assert.ok(error instanceof AppError && error.code === 'queue_full');
          const { retryAfterSeconds = 0 } = error.details;
          return retryAfterSeconds >= 1 && retryAfterSeconds <= 60;
        });
        assert.equal((await ask(3)).origin, 'joined');
      } finally {
        await bench.close();
      }
    });

    test('callers who wait come before callers who come back; followers of events count as waiting; callers who left come last', async () => {
      const bench = await createBench({ concurrency: 1 });
      const end = (): void => {
        bench.isAutomatic = true;
        for (const production of bench.productions) production.finish();
      };
      try {
        const { jobs } = bench;
        const positionOf = async (id: string) => (await jobs.find(id)).queuePosition;
        const isAt = (id: string, position: number) =>
          until(async () => (await positionOf(id)) === position, `place ${position} of a job`);
        const ask = (id: string, asynchronous: boolean, count = 1) =>
          jobs.submit(draft({ prompt: id, seed: 1, count }), options({ client: { id }, asynchronous }));
        await ask('in work', true);
        await bench.production(0);
        const [left, stays] = [new AbortController(), new AbortController()];
        const { id: first } = await ask('bot', true);
        const { id: second } = await ask('bot that wants more', true, 2);
        const visitor = await ask('visitor', false);
        const answer = jobs.wait(visitor.id, { budgetMs: PATIENCE_MS, signal: left.signal });
        await isAt(visitor.id, 1);
        await isAt(second, 3);

        const following = collect(jobs.follow(second, { after: 0, signal: stays.signal }));
        await isAt(first, 3);
        stays.abort();
        await following;
        await isAt(second, 3);

        left.abort();
        await answer;
        await isAt(visitor.id, 3);
        const back = await ask('visitor', false);
        const again = jobs.wait(back.id, patient());
        await isAt(back.id, 1);
        end();
        assert.equal((await again).status, 'done');
      } finally {
        end();
        await bench.close();
      }
    });

    test('one client with 50 waiting jobs does not delay the first of another', async () => {
      const bench = await createBench({ concurrency: 1 });
      try {
        const ask = (id: string, seed: number) =>
          bench.jobs.submit(draft({ prompt: id, seed }), options({ client: { id }, asynchronous: true }));
        for (let seed = 0; seed < 50; seed++) await ask('greedy', seed);
        const first = await bench.production(0);
        const modest = await ask('modest', 1);
        assert.ok((modest.queuePosition ?? 99) <= 2, `position ${modest.queuePosition}`);
        assert.ok((modest.etaSeconds ?? 0) >= 1);
        first.finish();
        const second = await bench.production(1);
        second.finish();
        const third = await bench.production(2);
        assert.ok([second, third].some(({ production }) => production.request.prompt === 'modest'));
      } finally {
        await bench.close();
      }
    });
  });
}

async function collect(events: AsyncIterable<JobEvent>): Promise<readonly JobEvent[]> {
  const all: JobEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

async function untilEnded(jobs: JobModule, id: string): Promise<void> {
  for await (const _ of jobs.follow(id, { after: 0, signal: AbortSignal.timeout(PATIENCE_MS) }));
}

async function untilStage(jobs: JobModule, id: string, stage: string): Promise<void> {
  for await (const { job } of jobs.follow(id, { after: 0, signal: AbortSignal.timeout(PATIENCE_MS) })) {
    if (job.stage === stage) return;
  }
}

async function whenAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
