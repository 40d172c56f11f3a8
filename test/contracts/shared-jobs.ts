import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, test } from 'node:test';
import { Redis } from 'ioredis';
import { settleFormat } from '../../api/jobs/journal/redis/format.ts';
import { createRedisJournal } from '../../api/jobs/journal/redis/journal.ts';
import { STAGES } from '../../shared/contract/generation.ts';
import { blobKeys } from '../../shared/queue/backend.ts';
import { createRedisBackend } from '../../shared/queue/redis/backend.ts';
import { redisKeys } from '../../shared/queue/redis/connection.ts';
import type { Run } from '../../shared/queue/run.ts';
import { createLog } from '../../shared/service/log.ts';
import { type Clock, systemClock } from '../../shared/wait.ts';
import { draft, options } from '../api/jobs/drafts.ts';
import { createSharedBench } from '../api/jobs/shared-bench.ts';
import { eventually } from '../support/poll.ts';
import { countCommands } from '../support/redis-commands.ts';
import { startRedis } from '../support/redis-server.ts';
import { testJobs } from './jobs.ts';
import { testJournal } from './journal.ts';

/** What the job module promises in addition if several gateways and workers share a queue. */

const KEEP_MS = 3_600_000;
const PATIENCE_MS = 20_000;
const PICTURES = 10;
/** Commands of one picture that gateway and worker send, together with those that their scripts call. */
const MAX_COMMANDS = 40;
/** Commands of BullMQ for counts, locks and a stream of events, which cannot be turned off. */
const MAX_OF_BULLMQ = 75;
const patient = () => ({ budgetMs: PATIENCE_MS, signal: AbortSignal.timeout(PATIENCE_MS) });
const asynchronous = options({ asynchronous: true });

export function testSharedJobs(): void {
  const createBench = () => createSharedBench();

  testJournal('Redis', async (clock) => {
    const server = await startRedis();
    const log = createLog({ service: 'test', level: 'silent' });
    const backend = createRedisBackend({ url: server.url, keepMs: KEEP_MS, clock, log });
    const journal = createRedisJournal({ backend, keepMs: KEEP_MS, clock, log });
    return {
      journal,
      close: async () => {
        await journal.close();
        await server.close();
      },
    };
  });

  testJobs('Redis', async ({ maxWaiting = 1000, concurrency = 2 }) => {
    const bench = await createSharedBench({ maxWaiting });
    const worker = await bench.addWorker(concurrency);
    return {
      get jobs() {
        return bench.jobs;
      },
      otherJobs: bench.otherJobs,
      productions: worker.productions.all,
      production: worker.productions.at,
      get isAutomatic() {
        return worker.isAutomatic;
      },
      set isAutomatic(isAutomatic) {
        worker.isAutomatic = isAutomatic;
      },
      removals: worker.removals,
      restart: bench.restart,
      close: bench.close,
    };
  });

  describe('many gateways and workers on Redis', { timeout: 60_000 }, () => {
    test('a run of a killed worker goes to another worker', async (t) => {
      const bench = await createBench();
      t.after(bench.close);
      const script = join(import.meta.dirname, '../api/jobs/consume-and-die.ts');
      const mortal = spawn(process.execPath, [script, bench.server.url], { stdio: ['ignore', 'pipe', 'inherit'] });
      const accepted = await bench.jobs.submit(draft(), asynchronous);
      const [runId] = await once(createInterface({ input: mortal.stdout }), 'line');
      const survivor = await bench.addWorker(1, 1000);
      mortal.kill('SIGKILL');
      const production = await survivor.productions.at(0);
      assert.equal(production.production.jobId, runId);
      production.finish();
      assert.equal((await bench.otherJobs.wait(accepted.id, patient())).status, 'done');
    });

    test('a worker that stops gives its runs back, and takes no more', async (t) => {
      const bench = await createBench();
      t.after(bench.close);
      const ask = (seed: number) => bench.jobs.submit(draft({ seed }), asynchronous);
      const accepted = await Promise.all(Array.from({ length: 30 }, (_, seed) => ask(seed)));
      for (let round = 0; round < 10; round += 1) {
        const worker = await bench.addWorker(5);
        await worker.productions.at(round % 5);
        await worker.stop(0);
        assert.equal(
          worker.productions.all.every(({ left }) => left.aborted),
          true,
          `round ${round}`,
        );
      }
      const last = await bench.addWorker(5);
      last.isAutomatic = true;
      for (const { id } of accepted) assert.equal((await bench.jobs.wait(id, patient())).status, 'done');
    });

    test('a run that is still on the queue after its end is not made again', async (t) => {
      const bench = await createBench();
      t.after(bench.close);
      const worker = await bench.addWorker(1);
      worker.isAutomatic = true;
      const { id } = await bench.jobs.submit(draft({ seed: 1 }), asynchronous);
      await bench.jobs.wait(id, patient());
      const jobId = worker.productions.all[0]?.production.jobId ?? '';
      const queue = await bench.backend.openQueue();
      t.after(() => queue.close());
      await queue.add(jobId, { runId: jobId });
      const second = await bench.jobs.submit(draft({ seed: 2 }), asynchronous);
      await bench.jobs.wait(second.id, patient());
      assert.equal(worker.productions.all.length, 2);
    });

    test('a gateway that stops answers its callers with what ends within the grace period', async (t) => {
      const bench = await createBench();
      t.after(bench.close);
      const graceMs = PATIENCE_MS + 1;
      const inGrace = Promise.withResolvers<void>();
      const wait: Clock['wait'] = (milliseconds, signal) => {
        if (milliseconds === graceMs) inGrace.resolve();
        return systemClock.wait(milliseconds, signal);
      };
      const jobs = await bench.restart({ clock: { ...systemClock, wait } });
      const worker = await bench.addWorker(1);
      const { id } = await jobs.submit(draft(), options());
      const answer = jobs.wait(id, patient());
      const production = await worker.productions.at(0);
      const restarted = bench.restart({ graceMs });
      await inGrace.promise;
      production.finish();
      assert.equal((await answer).status, 'done');
      await restarted;
    });

    test('jobs outlive a crash of the server', async (t) => {
      const bench = await createBench();
      t.after(bench.close);
      const ask = (seed: number) => bench.jobs.submit(draft({ seed }), asynchronous);
      const accepted = await Promise.all(Array.from({ length: 12 }, (_, seed) => ask(seed)));
      const worker = await bench.addWorker(2);
      // Longer than this test may take. Events without a connection are sent when the connection is back.
      const endless = { budgetMs: 10 * PATIENCE_MS, signal: new AbortController().signal };
      const waiting = accepted.map(({ id }) => bench.otherJobs.wait(id, endless));
      await worker.productions.at(1);
      await bench.server.crashAndRestart();
      worker.isAutomatic = true;
      for (const production of worker.productions.all) production.finish();
      const ended = await Promise.all(waiting);
      assert.deepEqual([...new Set(ended.map(({ status }) => status))], ['done']);
      // The idle worker hears of this run over a connection that was broken and has recovered.
      const { id } = await ask(12);
      assert.equal((await bench.jobs.wait(id, endless)).status, 'done');
    });

    test('a caller’s token is sealed in the queue', async (t) => {
      const bench = await createBench();
      t.after(bench.close);
      const credentials = { piclumen: 'very-secret-token' };
      const { id } = await bench.jobs.submit(draft(), options({ asynchronous: true, credentials }));
      const records = await bench.server.dump();
      assert.ok(records.length > 0);
      assert.equal(
        records.some((record) => record.includes('very-secret-token')),
        false,
      );
      const worker = await bench.addWorker(1);
      const { production, ...rest } = await worker.productions.at(0);
      assert.deepEqual(production.credentials, credentials);
      rest.finish();
      await bench.jobs.wait(id, patient());
      assert.equal(await bench.backend.blobs.get(blobKeys.credentials(production.jobId)), undefined);
    });

    test('a run whose gateway died before it was queued is found by another gateway', async (t) => {
      const bench = await createBench();
      t.after(bench.close);
      const { id } = await bench.jobs.submit(draft(), asynchronous);
      const [run] = await bench.backend.runs.unfinishedBefore(Date.now());
      const queue = await bench.backend.openQueue();
      t.after(() => queue.close());
      await queue.remove(run?.id ?? '');
      const worker = await bench.addWorker(1);
      worker.isAutomatic = true;
      // As if it had been accepted a minute ago.
      const jobs = await bench.restart({ clock: { ...systemClock, now: () => Date.now() + 60_000 } });
      assert.equal((await jobs.wait(id, patient())).status, 'done');
    });

    test('a stream ends when the record of its job is lost', async (t) => {
      const bench = await createBench();
      t.after(bench.close);
      const { id } = await bench.jobs.submit(draft(), asynchronous);
      const events = bench.jobs.follow(id, { after: 0, signal: AbortSignal.timeout(PATIENCE_MS) });
      const iterator = events[Symbol.asyncIterator]();
      assert.equal((await iterator.next()).value?.job.status, 'queued');
      await bench.backend.redis.flushall();
      for (let next = await iterator.next(); !next.done; next = await iterator.next());
      await assert.rejects(bench.jobs.find(id, {}), /no record/);
    });

    test('a picture that one gateway knows can be fetched by the other', async (t) => {
      const bench = await createBench();
      t.after(bench.close);
      const worker = await bench.addWorker(1);
      const { id } = await bench.jobs.submit(draft(), asynchronous);
      const production = await worker.productions.at(0);
      const picture = {
        width: 1,
        height: 1,
        seed: 1,
        mediaType: 'image/png',
        id: 'abc',
        url: '/images/abc.png',
      } as const;
      production.finish({ pictures: [{ ...picture, store: 'disk' }] });
      assert.equal((await bench.jobs.wait(id, patient())).status, 'done');
      const redis = new Redis(bench.server.url);
      t.after(() => redis.disconnect());
      const restSeconds = await redis.ttl(redisKeys.blob(blobKeys.picture('abc')));
      assert.ok(restSeconds > 0 && restSeconds <= 600, `Redis keeps it for ${restSeconds} s after a gateway has it`);
      assert.equal(await bench.otherJobs.collectImage('abc.png'), true);
      assert.equal(await bench.otherJobs.collectImage('other.png'), false);
    });

    test('a gateway keeps how long jobs take, for the next one that starts', async (t) => {
      const bench = await createBench();
      t.after(bench.close);
      const worker = await bench.addWorker(1);
      const { id } = await bench.jobs.submit(draft(), asynchronous);
      (await worker.productions.at(0)).finish();
      assert.equal((await bench.jobs.wait(id, patient())).status, 'done');
      const redis = new Redis(bench.server.url);
      t.after(() => redis.disconnect());
      await eventually(async () => assert.match((await redis.get(redisKeys.fact('means'))) ?? '', /fake/));
    });

    test('a client with nothing waiting comes next, and only a run that was begun before goes first', async (t) => {
      const bench = await createBench();
      t.after(bench.close);
      const { runs } = bench.backend;
      const accept = async (id: string, seed: number): Promise<Run> => {
        await bench.jobs.submit(draft({ seed }), options({ asynchronous: true, client: { id } }));
        const run = (await runs.unfinishedBefore(Date.now())).find(({ request }) => request.seed === seed);
        assert.ok(run !== undefined);
        return run;
      };
      const many: Run[] = [];
      for (let seed = 1; seed <= 6; seed += 1) many.push(await accept('bert', seed));
      for (const { id } of many.slice(0, 3)) await runs.report(id, { status: 'running' });
      const late = await accept('carol', 7);
      assert.deepEqual(
        many.map(({ turn }) => turn),
        [0, 8, 16, 24, 32, 40],
      );
      assert.equal(late.turn, 17, 'where the queue has come to with the run that was begun last');
      assert.equal(await runs.position(late.id), 1);
      assert.equal(await runs.countWaiting(), 4);
      const last = String(many.at(-1)?.id);
      for (const status of ['running', 'queued'] as const) await runs.report(last, { status });
      assert.equal(await runs.position(last), 1, 'a run that had started before goes first');
    });

    test('a picture needs few Redis commands, even with much progress', async (t) => {
      const bench = await createBench();
      t.after(bench.close);
      const worker = await bench.addWorker(1);
      let number = 0;
      const make = async (change: Parameters<typeof draft>[0]): Promise<void> => {
        const { id } = await bench.jobs.submit(draft(change), options());
        const answer = bench.jobs.wait(id, patient());
        const production = await worker.productions.at(number++);
        for (const stage of STAGES) production.send({ type: 'progress', stage, engine: 'fake' });
        for (let step = 0; step < 20; step += 1) {
          production.send({ type: 'progress', stage: 'generate', fraction: step / 20 });
        }
        production.finish();
        assert.equal((await answer).status, 'done');
      };
      await make({});
      for (const isSeeded of [true, false]) {
        const { own, ofBullMq } = await countCommands(bench.server.url, async () => {
          for (let one = 1; one <= PICTURES; one += 1)
            await make(isSeeded ? { seed: one } : { prompt: `number ${one}` });
        });
        const figures = `for ${PICTURES} pictures ${JSON.stringify({ isSeeded, own, ofBullMq })}`;
        t.diagnostic(figures);
        assert.ok((own.sent + own.inScripts) / PICTURES <= MAX_COMMANDS, figures);
        assert.ok((ofBullMq.sent + ofBullMq.inScripts) / PICTURES <= MAX_OF_BULLMQ, figures);
      }
    });

    test('the cost of lost runs is removed from their client when nothing waits', async (t) => {
      const bench = await createBench();
      const redis = new Redis(bench.server.url);
      t.after(async () => {
        redis.disconnect();
        await bench.close();
      });
      const costOfAnna = () => redis.hget('easel:waiting:costs', 'anna');
      await bench.jobs.submit(draft(), asynchronous);
      const { runs } = bench.backend;
      await runs.resetCounts();
      assert.equal(await costOfAnna(), '1', 'it waits');
      const [run] = await runs.unfinishedBefore(Date.now());
      await redis.del(`easel:run:${run?.id}`);
      assert.deepEqual(await runs.unfinishedBefore(Date.now()), []);
      await runs.resetCounts();
      assert.equal(await costOfAnna(), null);
    });

    test('records of a much newer format are refused, and those of the next format are accepted', async (t) => {
      const bench = await createBench();
      const redis = new Redis(bench.server.url);
      t.after(async () => {
        redis.disconnect();
        await bench.close();
      });
      const format = Number(await redis.get('easel:format'));
      assert.ok(format >= 2);
      await redis.set('easel:format', format + 1);
      await settleFormat(redis);
      assert.equal(await redis.get('easel:format'), String(format + 1));
      await redis.set('easel:format', format + 2);
      await assert.rejects(settleFormat(redis), { name: 'SettingsError', message: /^REDIS_URL: .*newer release/ });
    });

    test('messages of any length reach all subscribers in their order', async (t) => {
      const bench = await createBench();
      t.after(bench.close);
      const sent = [10, 100_000, 20, 9000, 7000, 1_000_000, 0].map((length, index) => `${index}:${'é'.repeat(length)}`);
      const heard: string[] = [];
      const all = Promise.withResolvers<void>();
      await bench.backend.channels.subscribe('test', (message) => {
        if (heard.push(message) === sent.length) all.resolve();
      });
      for (const message of sent) await bench.backend.channels.publish('test', message);
      await all.promise;
      assert.deepEqual(heard, sent);
    });

    test('gateways know their workers, and notice when one has left', async (t) => {
      const bench = await createBench();
      t.after(bench.close);
      assert.deepEqual(bench.otherJobs.status().workers, []);
      const worker = await bench.addWorker(3);
      const { id } = await bench.jobs.submit(draft(), asynchronous);
      const production = await worker.productions.at(0);
      const expected = { name: 'worker 0', state: 'ready', running: 1, concurrency: 3, engines: [] };
      await eventually(() => assert.partialDeepStrictEqual(bench.otherJobs.status().workers, [expected]));
      production.finish();
      await bench.jobs.wait(id, patient());
      await worker.stop(0);
      await eventually(() => assert.deepEqual(bench.otherJobs.status().workers, []));
    });
  });
}
