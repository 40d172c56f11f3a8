import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fail, pass, warn } from '../../doctor/check.ts';
import { reportSchema, toExitCode, toReport } from '../../doctor/report.ts';
import { runChecks } from '../../doctor/run-checks.ts';
import { toSetUp } from '../../doctor/set-up.ts';
import { createLaunch } from '../../worker/browser/process/launch.ts';
import { createFakeWorker } from '../stand-ins/worker/fake-worker.ts';
import { removeDirectory } from '../support/remove-directory.ts';
import {
  examine,
  gatewaySettings,
  openTestMachine,
  print,
  type TestMachine,
  TOKEN,
  workerSettings,
} from './test-machine.ts';

const { signal } = new AbortController();
const root = join(import.meta.dirname, '../..');

describe('the doctor', () => {
  let machine: TestMachine;
  before(async () => {
    machine = await openTestMachine();
  });
  after(() => machine.close());

  test('finds a healthy worker healthy', async () => {
    const { report, exitCode } = await examine(workerSettings(machine), 'worker', machine.surroundings);
    assert.deepEqual([report.summary.fail, report.summary.warn, exitCode], [0, 0, 0], JSON.stringify(report.checks));
    assert.ok(report.summary.pass > 8);
  });

  test('finds a healthy gateway healthy', async () => {
    const worker = await createFakeWorker();
    const env = { ...gatewaySettings(machine, worker.url), WORKER_TOKEN: worker.token };
    const { report, exitCode } = await examine(env, 'gateway', { ...machine.surroundings, version: '1' });
    await worker.close();
    assert.deepEqual([report.summary.fail, report.summary.warn, exitCode], [0, 0, 0], JSON.stringify(report.checks));
    assert.deepEqual(new Set(worker.calls), new Set(['GET /health', 'GET /status']), 'it only asks');
  });

  test('starts a real Chromium, which paints', async () => {
    const launch: typeof machine.surroundings.launch = (options, launching) =>
      createLaunch(options)(undefined, launching);
    const { report } = await examine(workerSettings(machine), 'worker', { ...machine.surroundings, launch });
    const painted = report.checks.find(({ code }) => code === 'doctor/chromium');
    assert.equal(painted?.status, 'pass', JSON.stringify(report.checks));
    // Only Latin fonts are certain here, because other tests need them. Fonts of other scripts may be missing.
    assert.ok(report.checks.some(({ code }) => /^doctor\/fonts(-scripts)?$/.test(code)));
  });

  test('prints each fault with its cure below', async () => {
    const env = { ...workerSettings(machine), CONCURRENCY: 'many' };
    const { output, exitCode } = await print(['--service', 'worker'], env, machine.surroundings);
    assert.equal(exitCode, 2);
    assert.match(
      output,
      /^FAIL {2}worker: CONCURRENCY has a value that is not accepted\. {2}\[doctor\/setting-wrong\]$/m,
    );
    assert.match(output, /^ {6}cure: CONCURRENCY=<a whole number from 1 to 64>\n {8}or: CONCURRENCY=1$/m);
    assert.match(output, /^1 failed, 0 with a warning/m);
  });

  test('refuses unknown arguments', async () => {
    for (const argv of [['--jason'], ['--service', 'both-of-them'], ['worker']]) {
      const { output, exitCode } = await print(argv, {}, machine.surroundings);
      assert.deepEqual([exitCode, /^Usage: doctor/.test(output)], [64, true], argv.join(' '));
    }
    assert.equal((await print(['--help'], {}, machine.surroundings)).exitCode, 0);
  });
});

describe('the set-up, guessed by the settings', () => {
  const kindOf = (environment: Record<string, string>) => toSetUp(environment).services;

  test('finds which services are on this machine', () => {
    assert.equal(kindOf({}), 'both');
    assert.equal(kindOf({ WORKER_URL: 'http://worker:10001', WORKER_TOKEN: TOKEN }), 'gateway');
    assert.equal(kindOf({ PERCHANCE_WORKER_URL: 'http://worker:10001' }), 'gateway');
    assert.equal(kindOf({ WORKER_TOKEN: TOKEN }), 'worker');
    assert.equal(kindOf({ REDIS_URL: 'redis://redis', WORKER_TOKEN: TOKEN }), 'both');
    assert.equal(toSetUp({ WORKER_TOKEN: TOKEN }, 'gateway').worker, undefined);
  });

  test('gives each service the settings that npm start would', () => {
    const { gateway, worker, ownsWorker } = toSetUp({ PORT: '8000' });
    assert.equal(ownsWorker, true);
    assert.equal(gateway?.WORKER_URL, 'http://127.0.0.1:8001');
    assert.deepEqual([worker?.PORT, worker?.HOST], ['8001', '127.0.0.1']);
    assert.equal(gateway?.WORKER_TOKEN, worker?.WORKER_TOKEN);
  });
});

describe('checks', () => {
  const check = { subject: 'machine', title: 'a thing' };

  test('a check that throws becomes a finding, and the others go on', async () => {
    const throwing = {
      ...check,
      run: () => {
        throw new TypeError('no such thing');
      },
    };
    const passing = { ...check, run: () => [pass('doctor/node', 'machine', 'well')] };
    const results = await runChecks([throwing, passing], signal);
    assert.deepEqual(
      results.map(({ code }) => code),
      ['doctor/check-failed', 'doctor/node'],
    );
    assert.match(results[0]?.evidence[0] ?? '', /a thing: TypeError: no such thing/);
  });

  test('a check that never ends is reported at its deadline', async () => {
    const endless = { ...check, timeoutMs: 20, run: () => new Promise<never>(() => undefined) };
    const [result] = await runChecks([endless], signal);
    assert.deepEqual([result?.code, result?.status], ['doctor/no-answer', 'warn']);
  });

  test('the exit code is that of the worst finding', () => {
    const toCode = (...findings: ReturnType<typeof pass>[]) => {
      const parts = { version: '1', startedAt: new Date(0).toISOString(), setUp: toSetUp({}), hide: String };
      return toExitCode(toReport({ ...parts, results: findings.map((finding) => ({ ...finding, ms: 1 })) }));
    };
    const well = pass('doctor/node', 'machine', 'well');
    assert.equal(toCode(well), 0);
    assert.equal(toCode(well, warn('doctor/not-built', 'machine')), 1);
    assert.equal(toCode(warn('doctor/not-built', 'machine'), fail('doctor/node-old', 'machine')), 2);
  });
});

describe('npm run doctor', () => {
  const run = (cwd: string, env: Readonly<Record<string, string>>, ...argv: string[]) =>
    spawnSync(process.execPath, ['scripts/doctor.mjs', ...argv], {
      ...{ cwd, encoding: 'utf8', timeout: 60_000 },
      env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...env },
    });

  test('prints the report and exits with its code', () => {
    const { stdout, status } = run(root, { WORKER_TOKEN: 'short', PORT: '0' }, '--json', '--service', 'worker');
    const report = reportSchema.parse(JSON.parse(stdout));
    assert.equal(status, 2);
    assert.ok(
      report.checks.some(({ code, message }) => code === 'doctor/setting-wrong' && /WORKER_TOKEN/.test(message)),
    );
  });

  test('says what to do in a clone without node_modules', async () => {
    const machine = await openTestMachine();
    const clone = join(machine.directory, 'clone');
    await mkdir(clone);
    for (const path of ['package.json', 'scripts']) await cp(join(root, path), join(clone, path), { recursive: true });
    const { stdout, status } = run(clone, {}, '--json');
    assert.equal(status, 2);
    const [only] = reportSchema.parse(JSON.parse(stdout)).checks;
    assert.deepEqual([only?.code, only?.fixes], ['doctor/packages-missing', ['npm ci']]);
    assert.match(run(clone, {}).stdout, /^FAIL .*\[doctor\/packages-missing\]\n +cure: npm ci/);
    await removeDirectory(clone);
    await machine.close();
  });
});
