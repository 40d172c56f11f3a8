import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { findBrowsers, listProcesses } from '../../../../worker/browser/process/process-tree.ts';
import { removeDirectory } from '../../../support/remove-directory.ts';
import { createRecipe, createStage, createUse, until } from '../support.ts';

/** A worker with a running job, in its own process. */
const WORKER = `
  import { createLog } from '${import.meta.resolve('../../../../shared/service/log.ts')}';
  import { systemClock } from '${import.meta.resolve('../../../../shared/wait.ts')}';
  import { createBrowserSupervisor } from '${import.meta.resolve('../../../../worker/browser/supervisor.ts')}';
  import { createRecipe, createUse } from '${import.meta.resolve('../support.ts')}';
  const log = createLog({ service: 'test', level: 'silent' });
  const [, temporaryDirectory] = process.argv;
  const options = { temporaryDirectory, restartAfterPages: 0, idleShutdownMs: 0, clock: systemClock, log };
  await createBrowserSupervisor(options).use(createRecipe(), async () => {
    process.stdout.write('running');
    await new Promise(() => undefined);
  }, createUse());
`;

test('kill -9 of the worker: its browser ends, and the next worker removes the directory', async (context) => {
  const parent = await mkdtemp(join(tmpdir(), 'easel-test-'));
  context.after(() => removeDirectory(parent));
  const worker = spawn(process.execPath, ['--input-type=module', '--eval', WORKER, parent], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(worker, 'exit');
  await once(worker.stdout, 'data');
  const [directory = ''] = await readdir(parent);
  const [browser] = await findBrowsers(join(parent, directory, 'profile'));
  assert.ok(browser !== undefined);
  worker.kill('SIGKILL');
  await exited;
  const isGone = async () => (await listProcesses()).every(({ group }) => group !== browser.group);
  await until(isGone, 'the end of the browser');
  assert.deepEqual(await readdir(parent), [directory]);

  const stage = await createStage({ temporaryDirectory: parent });
  await stage.pages.use(createRecipe(), async () => 1, createUse());
  await stage.close();
  assert.deepEqual(await readdir(parent), []);
});
