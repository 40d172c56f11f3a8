import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import type { JobModule } from '../../../api/jobs/job.ts';
import { openDatabase } from '../../../api/jobs/journal/sqlite/open-database.ts';
import type { GenerationRequest } from '../../../shared/contract/generation.ts';
import { AppError } from '../../../shared/errors.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { draft, options } from './drafts.ts';
import { createJobBench, type JobBench } from './job-bench.ts';

const PATIENCE_MS = 20_000;
const patient = () => ({ budgetMs: PATIENCE_MS, signal: AbortSignal.timeout(PATIENCE_MS) });
const asynchronous = options({ asynchronous: true });

/** Starts a gateway in its own process, and kills it when it has accepted this many jobs. */
async function acceptAndKill(args: readonly string[], count: number): Promise<readonly string[]> {
  const script = join(import.meta.dirname, 'submit-and-die.ts');
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const ids: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    ids.push(line);
    if (ids.length === count) child.kill('SIGKILL');
  }
  await exited;
  return ids;
}

test('every job accepted before kill -9 is made, and none twice', { timeout: 60_000 }, async (t) => {
  const bench = await createJobBench({}, { concurrency: 4 });
  t.after(bench.close);
  const { worker, dataDirectory } = bench;
  worker.isAutomatic = true;
  await bench.stop();
  const accepted: string[] = [];
  for (const [round, count] of [3, 17, 40].entries()) {
    accepted.push(...(await acceptAndKill([dataDirectory, worker.url, worker.token, `round ${round}`], count)));
  }
  assert.ok(accepted.length >= 60);
  const jobs = await bench.restart();
  const urls = new Set<string | undefined>();
  for (const id of accepted) {
    const job = await jobs.wait(id, patient());
    assert.equal(job.status, 'done');
    urls.add(job.result?.pictures[0]?.url);
  }
  assert.equal(urls.size, accepted.length);
});

test('a second gateway on the same folder is refused with the name of the setting', async (t) => {
  const bench = await createJobBench();
  t.after(bench.close);
  assert.throws(
    () =>
      openDatabase(join(bench.dataDirectory, 'jobs.sqlite'), {
        log: { warn: () => undefined },
        now: Date.now,
        takeOverMs: 10,
      }),
    /DATA_DIR.*REDIS_URL/,
  );
});

test('a job whose record is lost is queued again by its seal, and makes the same picture', async (t) => {
  const bench = await createJobBench();
  t.after(bench.close);
  bench.worker.isAutomatic = true;
  const { id } = await bench.jobs.submit(draft({ prompt: 'a fox 🦊 "quoted"', width: 512, height: 768 }), asynchronous);
  const before = await bench.jobs.wait(id, patient());
  const sealed = before.seal?.();
  const jobs = await loseRecords(bench);
  await assert.rejects(jobs.find(id), isNotFound);
  await assert.rejects(jobs.find(id, { sealed: `${sealed}A` }), isNotFound);
  const found = await jobs.find(id, { sealed });
  assert.match(found.notes.join(), /queued again/);
  assert.equal(found.id, id);
  const after = await jobs.wait(id, patient());
  assert.equal(after.status, 'done');
  assert.deepEqual(after.request, before.request);
  assert.equal(after.result?.pictures[0]?.id, before.result?.pictures[0]?.id);
});

/** Removes what a lost disk loses, except the secret, which operators set on hosts that lose disks. */
async function loseRecords(bench: JobBench): Promise<JobModule> {
  await bench.stop();
  for (const name of await readdir(bench.dataDirectory)) {
    if (name.startsWith('jobs.sqlite')) await rm(join(bench.dataDirectory, name));
  }
  return bench.restart();
}

const isNotFound = (error: unknown): boolean => error instanceof AppError && error.code === 'not_found';

test('policy, limits, queue bound and keys hold for sealed requests too', async (t) => {
  const refusals: string[] = [];
  const policy = ({ prompt }: GenerationRequest): void => {
    if (refusals.includes(prompt)) throw new AppError('prompt_refused', 'a test refuses it');
  };
  const bench = await createJobBench({ policy, settings: { MAX_WAITING: 1 } }, { concurrency: 1 });
  t.after(bench.close);
  const anna = { id: 'key:anna', keyName: 'anna' };
  const bert = { id: 'key:bert', keyName: 'bert' };
  const accept = async (prompt: string) => {
    const { id, seal } = await bench.jobs.submit(draft({ prompt }), options({ asynchronous: true, client: anna }));
    const job = { id, sealed: seal?.() };
    await bench.jobs.cancel(id);
    return job;
  };
  const [refused, limited, foreign, one] = [
    await accept('refused'),
    await accept('limited'),
    await accept('foreign'),
    await accept('one'),
  ];
  const jobs = await loseRecords(bench);
  refusals.push('refused');
  const made = bench.worker.productions.length;
  const admit = async (request: GenerationRequest) => ({ ...request, safe: true });
  const asAnna = { client: anna, admit };
  await assert.rejects(jobs.find(refused.id, { ...asAnna, sealed: refused.sealed }), hasCode('prompt_refused'));
  const overLimit = async () => Promise.reject(new AppError('rate_limited', 'a test counts'));
  await assert.rejects(jobs.find(limited.id, { sealed: limited.sealed, admit: overLimit }), hasCode('rate_limited'));
  await assert.rejects(jobs.find(foreign.id, { client: bert, admit, sealed: foreign.sealed }), isNotFound);
  const found = await jobs.find(one.id, { ...asAnna, sealed: one.sealed });
  assert.equal(found.request.safe, true);
  await bench.worker.production(made);
  await jobs.submit(draft(), asynchronous);
  await assert.rejects(jobs.find(foreign.id, { ...asAnna, sealed: foreign.sealed }), hasCode('queue_full'));
});

test('a done job whose picture was removed is reported as failed, never as done', async (t) => {
  const bench = await createJobBench({}, { store: 'disk' });
  t.after(bench.close);
  bench.worker.isAutomatic = true;
  const { id } = await bench.jobs.submit(draft(), asynchronous);
  const job = await bench.jobs.wait(id, patient());
  const [picture] = job.result?.pictures ?? [];
  assert.equal((await bench.jobs.find(id)).status, 'done');
  await rm(join(bench.dataDirectory, picture?.url ?? 'no picture'));
  const found = await bench.jobs.find(id);
  assert.equal(found.status, 'failed');
  assert.equal(found.error?.code, 'not_found');
  const statuses: string[] = [];
  for await (const event of bench.jobs.follow(id, { after: 0, signal: AbortSignal.timeout(PATIENCE_MS) }))
    statuses.push(event.job.status);
  assert.equal(statuses.at(-1), 'failed');
});

const hasCode = (code: string) => (error: unknown) => error instanceof AppError && error.code === code;

test('records expire, and the answer then says so', async (t) => {
  const clock = createManualClock();
  const bench = await createJobBench({ clock });
  t.after(bench.close);
  bench.worker.isAutomatic = true;
  const { id, seal } = await bench.jobs.submit(draft(), asynchronous);
  assert.equal((await bench.jobs.wait(id, patient())).status, 'done');
  clock.advance(23 * 3_600_000);
  assert.equal((await bench.jobs.find(id)).status, 'done');
  clock.advance(2 * 3_600_000);
  const jobs = await bench.restart();
  await assert.rejects(
    jobs.find(id, { sealed: seal?.() }),
    (error: unknown) => error instanceof AppError && error.code === 'not_found' && /expired/.test(error.publicMessage),
  );
});

test('a caller’s token is in no file, so that after a restart the job waits for it', async (t) => {
  const bench = await createJobBench();
  t.after(bench.close);
  const credentials = { piclumen: 'very-secret-token' };
  const accepted = await bench.jobs.submit(draft(), options({ asynchronous: true, credentials }));
  await bench.worker.production(0);
  const jobs = await bench.restart();
  const entries = await readdir(bench.dataDirectory, { withFileTypes: true, recursive: true });
  for (const { parentPath, name } of entries.filter((entry) => entry.isFile())) {
    const contents = await readFile(join(parentPath, name), 'latin1');
    assert.equal(contents.includes('very-secret-token'), false, name);
  }
  const waiting = await jobs.find(accepted.id);
  assert.equal(waiting.status, 'queued');
  assert.match(waiting.notes.join(), /token/);
  bench.worker.isAutomatic = true;
  await jobs.find(accepted.id, { credentials });
  assert.equal((await jobs.wait(accepted.id, patient())).status, 'done');
  assert.deepEqual(bench.worker.productions.at(-1)?.production.credentials, credentials);
});

test('generated secrets can be read only by their owner', async (t) => {
  const bench = await createJobBench();
  t.after(bench.close);
  for (const name of ['job-secret', 'webhook-secret']) {
    assert.equal((await stat(join(bench.dataDirectory, name))).mode & 0o077, 0);
  }
});
