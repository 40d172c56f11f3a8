import assert from 'node:assert/strict';
import { mkdtemp, readdir, symlink } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { claimProfile } from '../../../../worker/browser/process/profile-claim.ts';
import { removeDirectory } from '../../../support/remove-directory.ts';

describe('claiming a profile', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'easel-test-profile-'));
  });
  afterEach(() => removeDirectory(directory));

  const lock = (owner: string): Promise<void> => symlink(owner, join(directory, 'SingletonLock'));

  test('needs no lock', () => claimProfile(directory));

  test('removes the lock of another host, on which no process holds it any more', async () => {
    await lock('replaced-container-17');
    await claimProfile(directory);
    assert.deepEqual(await readdir(directory), []);
  });

  test('keeps the lock of this host, because Chromium handles it', async () => {
    await lock(`${hostname()}-17`);
    await claimProfile(directory);
    assert.deepEqual(await readdir(directory), ['SingletonLock']);
  });
});
