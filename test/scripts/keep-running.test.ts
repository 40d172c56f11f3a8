import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { keepRunning } from '../../scripts/keep-running.mjs';
import { until } from '../support/poll.ts';
import { removeDirectory } from '../support/remove-directory.ts';

/** Uses real processes, which write a line each time they start. */
describe('services that are kept running', () => {
  let directory: string;
  let said: string[];
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'easel-keep-'));
    said = [];
  });
  afterEach(() => removeDirectory(directory));

  const toService = (name: string, code: string) => ({
    ...{ name, command: process.execPath, cwd: directory, env: process.env },
    args: ['-e', `fs.appendFileSync('${name}', 'started\\n'); ${code}`],
  });
  const countStarts = (name: string): number => readFileSync(join(directory, name), 'utf8').trim().split('\n').length;
  const quick = () => ({ firstDelayMs: 1, maxDeaths: 3, say: (sentence: string) => void said.push(sentence) });

  const LIVE = "process.on('SIGTERM', () => process.exit(0)); setInterval(() => undefined, 1000)";

  test('one that dies again and again is not restarted: its reason is printed, and the others are stopped', async () => {
    const { ended } = keepRunning([toService('broken', 'process.exit(3)'), toService('well', LIVE)], quick());
    assert.equal(await ended, 1);
    assert.equal(countStarts('broken'), 3);
    assert.deepEqual(said, [
      'The broken ended with exit code 3. It is started again in 0.001 s.',
      'The broken ended with exit code 3. It is started again in 0.002 s.',
      'The broken ended 3 times in a row, the last time with exit code 3: giving up. Its lines above say why.',
    ]);
  });

  test('one that lived long enough before each death is always restarted', async () => {
    const dyingThrice =
      "if (fs.readFileSync('mortal', 'utf8').split('\\n').length < 6) process.kill(process.pid, 'SIGKILL');";
    const { stop, ended } = keepRunning([toService('mortal', `${dyingThrice} process.exit(78)`)], {
      ...quick(),
      steadyMs: 0,
    });
    assert.equal(await ended, 78);
    assert.equal(countStarts('mortal'), 5);
    assert.match(String(said[0]), /The mortal ended with signal SIGKILL/);
    stop(0);
  });

  test('one that refuses its settings is not started again', async () => {
    const { ended } = keepRunning([toService('refusing', 'process.exit(78)'), toService('well', LIVE)], quick());
    assert.equal(await ended, 78);
    assert.equal(countStarts('refusing'), 1);
    assert.deepEqual(said, []);
  });

  test('a missing program is reported like any other death', async () => {
    const { ended } = keepRunning([{ ...toService('none', ''), command: join(directory, 'none') }], quick());
    assert.equal(await ended, 1);
    assert.match(said.join(), /ENOENT/);
  });

  test('one that does not obey is killed', async () => {
    const deaf =
      "process.on('SIGTERM', () => undefined); setInterval(() => undefined, 1000); fs.writeFileSync('deaf', '')";
    const service = { ...toService('deaf', ''), args: ['-e', deaf] };
    const { stop, ended } = keepRunning([service], { ...quick(), stopLimitMs: 200 });
    await until(() => existsSync(join(directory, 'deaf')), 'it hears nothing');
    stop(0);
    assert.equal(await ended, 0);
  });
});
