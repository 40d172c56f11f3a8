import assert from 'node:assert/strict';
import { readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { AppError } from '../../../shared/errors.ts';
import { createRecipe, createTestClock, createUse, openStages, until } from './support.ts';
import { findSystemShell } from './system-shell.ts';

describe('the start of the browser', () => {
  const open = openStages();

  test('nothing runs until a page is needed', async () => {
    const stage = await open();
    assert.deepEqual(await stage.directoriesLeft(), []);
    const replaced = { pages: 0, memory: 0, death: 0 };
    assert.deepEqual(stage.pages.status(), { state: 'stopped', memoryMb: undefined, jobs: 0, replaced });
    assert.equal(await stage.pages.isHealthy(), true, 'a stopped browser is healthy');
  });

  test('the first job starts the browser and reports its stages; the next finds its page prepared', async () => {
    const { pages } = await open();
    const recipe = createRecipe();
    const [first, second] = [createUse(), createUse()];
    assert.equal(await pages.use(recipe, (page) => page.evaluate(() => 6 * 7), first), 42);
    assert.deepEqual(first.stages, ['browser', 'page']);
    assert.equal(pages.status().state, 'ready');
    await until(() => recipe.prepared === 2, 'the next page');
    assert.equal(await pages.use(recipe, (page) => page.evaluate(() => 1), second), 1);
    assert.deepEqual(second.stages, []);
    assert.equal(pages.status().jobs, 1);
  });

  test('callers at the same time share one start', async () => {
    const stage = await open();
    const recipe = createRecipe();
    const answers = [1, 2, 3].map((n) => stage.pages.use(recipe, (page) => page.evaluate((m) => m, n), createUse()));
    assert.deepEqual(await Promise.all(answers), [1, 2, 3]);
    assert.equal(stage.logged.filter(({ msg }) => msg === 'Chromium started').length, 1);
    assert.equal((await stage.directoriesLeft()).length, 1);
  });

  test('a failed start reaches everyone who waited, leaves nothing behind, and the next call tries again', async () => {
    const stage = await open();
    const path = join(stage.directory, 'chromium-headless-shell');
    const broken = await open({ executablePath: path });
    const recipe = createRecipe();
    const failures = await Promise.allSettled([1, 2].map(() => broken.pages.use(recipe, async () => 1, createUse())));
    for (const failure of failures) {
      assert.ok(failure.status === 'rejected' && failure.reason instanceof AppError);
      assert.equal(failure.reason.code, 'engine_failed');
      assert.match(failure.reason.message, /CHROMIUM_PATH/);
    }
    assert.equal(broken.pages.status().state, 'failed');
    assert.equal(await broken.pages.isHealthy(), false);
    assert.deepEqual(await broken.directoriesLeft(), []);

    await symlink(await findSystemShell(), path);
    assert.equal(await broken.pages.use(recipe, async () => 'works', createUse()), 'works');
  });

  test('a program that is no browser fails with a reason', async () => {
    const stage = await open({ executablePath: '/bin/false' });
    await assert.rejects(
      stage.pages.use(createRecipe(), async () => 1, createUse()),
      { code: 'engine_failed' },
    );
    assert.deepEqual(await stage.directoriesLeft(), []);
  });

  test('a caller that gives up during the start does not stop it for the others', async () => {
    const { pages } = await open();
    const abort = new AbortController();
    const gone = pages.use(createRecipe(), async () => 1, createUse(abort.signal));
    const patient = pages.use(createRecipe(), async () => 2, createUse());
    abort.abort();
    await assert.rejects(gone, { code: 'cancelled' });
    assert.equal(await patient, 2);
  });

  test('a start in advance starts the browser, but opens no page', async () => {
    const { pages } = await open();
    const recipe = createRecipe();
    pages.start(recipe);
    await until(() => pages.status().state === 'ready', 'the browser');
    assert.equal(recipe.preparations, 0);
    const use = createUse();
    assert.equal(await pages.use(recipe, async () => 'works', use), 'works');
    assert.deepEqual(use.stages, ['page']);
  });

  test('a failed start in advance is shown in log and health, and is repeated at intervals', async () => {
    const clock = createTestClock();
    const stage = await open({ clock });
    const path = join(stage.directory, 'chromium-headless-shell');
    const broken = await open({ clock, executablePath: path });
    broken.pages.start({});
    await until(() => broken.pages.status().state === 'failed', 'the failure');
    assert.ok(broken.logged.some(({ msg }) => /cannot start/.test(msg)));
    assert.equal(await broken.pages.isHealthy(), false);
    await symlink(await findSystemShell(), path);
    clock.advance(30_000);
    assert.equal(await broken.pages.isHealthy(), false);
    await until(() => broken.pages.status().state === 'ready', 'the next try');
    clock.advance(2000);
    assert.equal(await broken.pages.isHealthy(), true);
  });

  test('the browser gets only the variables that it needs', async () => {
    const environment = { PATH: process.env.PATH, WORKER_TOKEN: 'a secret', LD_PRELOAD: '/nowhere.so', LC_ALL: 'C' };
    const stage = await open({ environment });
    await stage.pages.use(createRecipe(), async () => 1, createUse());
    const seen = await readFile(`/proc/${await stage.browserPid()}/environ`, 'utf8');
    assert.match(seen, /LC_ALL=C/);
    assert.doesNotMatch(seen, /secret|LD_PRELOAD/);
  });

  test('after a stop nothing is left behind, and nothing starts again', async () => {
    const stage = await open();
    await stage.pages.use(createRecipe(), async () => 1, createUse());
    await stage.browserPid();
    const running = stage.pages.use(createRecipe(), () => new Promise(() => undefined), createUse());
    const stopped = stage.pages.stop();
    await assert.rejects(running, { code: 'engine_failed' });
    await stopped;
    assert.deepEqual(await stage.processesLeft(), []);
    assert.deepEqual(await stage.directoriesLeft(), []);
    await assert.rejects(
      stage.pages.use(createRecipe(), async () => 1, createUse()),
      { code: 'engine_failed' },
    );
  });

  test('a stop during the start leaves nothing behind', async () => {
    const stage = await open();
    const starting = stage.pages.use(createRecipe(), async () => 1, createUse());
    const rejected = assert.rejects(starting, { code: 'engine_failed' });
    await until(async () => (await stage.directoriesLeft()).length > 0, 'the start');
    await stage.pages.stop();
    await rejected;
    assert.deepEqual(await stage.directoriesLeft(), []);
  });
});
