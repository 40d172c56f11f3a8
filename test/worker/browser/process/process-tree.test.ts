import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp } from 'node:fs/promises';
import { getPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { giveWay, giveWayAsSessions } from '../../../../worker/browser/process/give-way.ts';
import { listProcesses } from '../../../../worker/browser/process/process-tree.ts';
import { removeDirectory } from '../../../support/remove-directory.ts';

const NOT_LINUX = process.platform === 'linux' ? false : 'the kernel is not Linux';

/** In a container with a share of its own, the kernel shows no group. */
const NO_SESSION_GROUPS =
  existsSync('/proc/self/autogroup') && readFileSync('/proc/self/autogroup', 'utf8') !== ''
    ? false
    : 'the kernel has no groups of sessions here';

describe('the processes of the machine', () => {
  let proc: string;
  beforeEach(async () => {
    proc = await mkdtemp(join(tmpdir(), 'easel-test-'));
  });
  afterEach(() => removeDirectory(proc));

  test('are unknown without /proc, and a process that has just ended is omitted', async () => {
    assert.deepEqual(await listProcesses(join(proc, 'missing')), []);
    await mkdir(join(proc, '10'));
    assert.deepEqual(await listProcesses(proc), []);
  });

  test('do not count as ended when they cannot be read', async () => {
    await mkdir(join(proc, '10', 'stat'), { recursive: true });
    await assert.rejects(listProcesses(proc), { code: 'EISDIR' });
  });

  test('give way with each of their threads, and with those that they start later', { skip: NOT_LINUX }, async (t) => {
    // Two Workers: one before, and one when a line comes.
    const script = `const { Worker } = require('node:worker_threads');
      const start = () => new Worker('setInterval(() => {}, 1000)', { eval: true }).once('online', () => console.log('on'));
      process.stdin.once('data', start);
      start();`;
    const child = spawn(process.execPath, ['--eval', script], { detached: true, stdio: ['pipe', 'pipe', 'inherit'] });
    t.after(() => child.kill('SIGKILL'));
    const pid = Number(child.pid);
    const threads = () => readdirSync(`/proc/${pid}/task`).map(Number);
    await once(child.stdout, 'data');
    const before = threads();
    await giveWay([pid]);
    child.stdin.write('another\n');
    await once(child.stdout, 'data');
    assert.ok(threads().length > before.length);
    for (const thread of threads()) assert.ok(getPriority(thread) > getPriority(process.pid), String(thread));
  });

  test('give way as a session, also when several do at once', { skip: NO_SESSION_GROUPS }, async (t) => {
    const children = [1, 2, 3].map(() =>
      spawn(process.execPath, ['--eval', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' }),
    );
    t.after(() => children.map((child) => child.kill('SIGKILL')));
    const sessions = children.map(({ pid }) => Number(pid));
    const own = (): string => readFileSync('/proc/self/autogroup', 'utf8');
    const before = own();
    await Promise.all(sessions.map((pid) => giveWayAsSessions([pid])));
    for (const pid of sessions) assert.match(readFileSync(`/proc/${pid}/autogroup`, 'utf8'), / nice 5$/m);
    assert.equal(own(), before, 'the worker keeps its share');
  });
});
