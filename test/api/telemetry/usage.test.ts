import assert from 'node:assert/strict';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { createUsageCount } from '../../../api/telemetry/usage.ts';
import { createLog } from '../../../shared/service/log.ts';
import { removeDirectory } from '../../support/remove-directory.ts';

const HOUR_MS = 3_600_000;
const START = Date.UTC(2026, 10, 27, 12);

describe('hours awake and bytes sent', () => {
  let directory: string;
  let time: number;
  let sent: number;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'easel-usage-'));
    [time, sent] = [START, 0];
  });
  afterEach(() => removeDirectory(directory));

  async function open() {
    const stopping = new AbortController();
    // The file is written only when the test asks for it.
    const wait = (_ms: number, signal?: AbortSignal): Promise<void> =>
      new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
    const usage = await createUsageCount({
      path: join(directory, 'usage.json'),
      bytesSent: () => sent,
      freeHours: 750,
      signal: stopping.signal,
      clock: { now: () => time, elapsed: () => time - START, wait },
      log: createLog({ service: 'test', level: 'silent' }),
    });
    return { ...usage, stop: () => stopping.abort() };
  }

  test('continue after a restart, without the time in between', async () => {
    const first = await open();
    [time, sent] = [START + 2 * HOUR_MS, 700];
    await first.keep();
    first.stop();
    [time, sent] = [START + 10 * HOUR_MS, 0];
    const second = await open();
    [time, sent] = [START + 11 * HOUR_MS, 50];
    assert.deepEqual(second.now(), { since: START, awakeHours: 3, bytesOut: 750, freeHours: 750 });
    second.stop();
  });

  test('start at zero in each month', async () => {
    const usage = await open();
    [time, sent] = [Date.UTC(2026, 11, 1), 700];
    assert.deepEqual(usage.now(), { since: time, awakeHours: 0, bytesOut: 0, freeHours: 750 });
    [time, sent] = [time + HOUR_MS, 900];
    assert.deepEqual(usage.now(), { since: time - HOUR_MS, awakeHours: 1, bytesOut: 200, freeHours: 750 });
    usage.stop();
  });

  test('count from now on when the file is lost or unreadable, and the answer says so', async () => {
    await writeFile(join(directory, 'usage.json'), '{"version":7}');
    time = START + 5 * HOUR_MS;
    const usage = await open();
    assert.deepEqual(usage.now(), { since: time, awakeHours: 0, bytesOut: 0, freeHours: 750 });
    usage.stop();
  });
});
