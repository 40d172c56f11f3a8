import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { describe, test } from 'node:test';
import { giveWay, giveWayAsSessions } from '../../../../worker/browser/process/give-way.ts';

const NOT_LINUX = process.platform === 'linux' ? false : 'the kernel is not Linux';

/** In a container with a share of its own, the kernel shows no group. */
const NO_SESSION_GROUPS =
  existsSync('/proc/self/autogroup') && readFileSync('/proc/self/autogroup', 'utf8') !== ''
    ? false
    : 'the kernel has no groups of sessions here';

describe('processes of a browser', () => {
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
