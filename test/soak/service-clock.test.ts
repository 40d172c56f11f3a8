import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { removeDirectory } from '../support/remove-directory.ts';
import { createServiceClock, faketimeLibrary, removeLeftovers } from './service-clock.ts';

const HOUR_SECONDS = 3600;
/** Tolerance for a busy machine, and for the time between two lines. */
const SLACK_SECONDS = 60;

const TELL = 'setInterval(() => console.log((Date.now() - performance.now()) / 1000), 50)';

test('the wall clock of a running process jumps, and its monotonic clock does not', {
  skip: faketimeLibrary === undefined && !process.env.CI && 'libfaketime is not installed',
}, async (t) => {
  assert.ok(faketimeLibrary, 'libfaketime is not installed');
  const directory = await mkdtemp(join(tmpdir(), 'easel-clock-'));
  t.after(() => removeDirectory(directory));
  const clock = createServiceClock(faketimeLibrary, join(directory, 'clock'));
  const child = spawn(process.execPath, ['--eval', TELL], {
    env: { ...process.env, ...clock.env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(async () => {
    child.kill('SIGKILL');
    await once(child, 'exit');
    removeLeftovers();
  });

  /** The start of the process by its own wall clock. */
  const startedAt = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const read = async (): Promise<number> => Number((await startedAt.next()).value);
  const first = await read();
  for (const jump of [2 * HOUR_SECONDS, -HOUR_SECONDS, 0]) {
    clock.set(jump);
    let ahead = (await read()) - first;
    for (let lines = 0; Math.abs(ahead - jump) > SLACK_SECONDS && lines < 400; lines += 1)
      ahead = (await read()) - first;
    assert.ok(Math.abs(ahead - jump) < SLACK_SECONDS, `${ahead} s ahead instead of ${jump}`);
  }
});
