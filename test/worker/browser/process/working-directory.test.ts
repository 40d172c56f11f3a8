import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { readProcess } from '../../../../worker/browser/process/process-tree.ts';
import { createWorkingDirectory } from '../../../../worker/browser/process/working-directory.ts';
import { removeDirectory } from '../../../support/remove-directory.ts';
import { createRecipe, createStage, createUse, type Stage, until } from '../support.ts';
import { findSystemShell } from '../system-shell.ts';

describe('what a killed worker leaves behind', () => {
  let parent: string;
  let stage: Stage;
  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), 'easel-test-'));
    stage = await createStage({ temporaryDirectory: parent });
  });
  afterEach(async () => {
    await stage.close();
    await removeDirectory(parent);
  });

  test('is removed at the next start, except what running processes use and what is not ours', async () => {
    const mine = await createWorkingDirectory(parent);
    await mkdir(mine.profile);
    const self = await readProcess(process.pid);
    const earlierWithMyPid = `easel-chromium-${process.pid}-${Number(self?.startTicks) - 1}-abcdef`;
    for (const name of [earlierWithMyPid, 'easel-chromium-4194304-17-abcdef', 'somebody-else']) {
      await mkdir(join(parent, name, 'profile', 'Default'), { recursive: true });
    }
    await stage.pages.use(createRecipe(), async () => 1, createUse());
    const left = await readdir(parent);
    assert.ok(left.includes('somebody-else'));
    assert.ok(!left.some((name) => name.endsWith('-abcdef')));
    await stage.pages.stop();
    assert.deepEqual((await readdir(parent)).length, 2, 'a stranger`s and that of another supervisor');
  });

  test('is killed, if it still runs', async () => {
    const profile = join(parent, 'easel-chromium-4194304-17-abcdef', 'profile');
    const executable = await findSystemShell();
    const flags = [`--user-data-dir=${profile}`, '--no-sandbox', '--remote-debugging-port=0', 'about:blank'];
    const orphan = spawn(executable, flags, { detached: true, stdio: 'ignore' });
    const ended = once(orphan, 'exit');
    await until(async () => (await readdir(parent)).length === 1, 'the orphan');
    await stage.pages.use(createRecipe(), async () => 1, createUse());
    assert.deepEqual(await ended, [null, 'SIGKILL']);
  });
});
