import assert from 'node:assert/strict';
import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { listProcesses } from '../../../../worker/browser/process/process-tree.ts';
import { removeDirectory } from '../../../support/remove-directory.ts';

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
});
