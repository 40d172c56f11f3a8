import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { DrivenPage, PageRecipe } from '../../../worker/browser/pages.ts';
import type { Memory } from '../../../worker/browser/process/memory.ts';
import {
  createRecipe,
  createSite,
  createTestClock,
  createUse,
  openStages,
  type Site,
  type Stage,
  type TestRecipe,
  until,
  useAtOnce,
} from './support.ts';

const HELLO = (page: DrivenPage): Promise<string> => page.evaluate(() => 'hello');

describe('between jobs', () => {
  const open = openStages();
  let site: Site;
  before(async () => {
    site = await createSite();
  });
  after(() => site.close());

  function createSiteRecipe(changes: Partial<PageRecipe> = {}): TestRecipe {
    return createRecipe({
      name: 'site',
      prepare: async (page) => {
        await page.goto(site.url);
      },
      ...changes,
    });
  }

  const starts = (stage: Stage): number => stage.logged.filter(({ msg }) => msg === 'Chromium started').length;

  /** Runs one harmless job and waits until the next page is prepared. */
  async function prepareNextPage(stage: Stage, recipe: TestRecipe): Promise<void> {
    const { prepared } = recipe;
    const use = createUse();
    await stage.pages.use(recipe, HELLO, use);
    const ownPage = use.stages.includes('page') ? 1 : 0;
    await until(() => recipe.prepared === prepared + ownPage + 1, 'the next page');
  }

  test('the next page is prepared, so that its job loads nothing', async () => {
    const stage = await open();
    const recipe = createSiteRecipe();
    await stage.pages.use(recipe, HELLO, createUse());
    await until(() => recipe.prepared === 2, 'the next page');
    const visits = site.visits();
    const use = createUse();
    const found = await stage.pages.use(recipe, async (page) => [page.url(), site.visits()], use);
    assert.deepEqual(found, [site.url, visits]);
    assert.deepEqual(use.stages, []);
  });

  test('a job without identity finds no data of the one before', async () => {
    const { pages } = await open();
    const count = (page: DrivenPage) => page.evaluate(() => (localStorage.visits = `${localStorage.visits ?? ''}x`));
    assert.equal(await pages.use(createSiteRecipe(), count, createUse()), 'x');
    assert.equal(await pages.use(createSiteRecipe(), count, createUse()), 'x');
  });

  test('a prepared page that is too old is thrown away silently', async () => {
    const clock = createTestClock();
    const stage = await open({ clock });
    const recipe = createSiteRecipe({ maxAgeMs: 1000 });
    await prepareNextPage(stage, recipe);
    const { preparations } = recipe;
    clock.advance(1001);
    assert.equal(await stage.pages.use(recipe, async () => recipe.preparations, createUse()), preparations + 1);
  });

  test('a prepared page that crashed is thrown away silently', async () => {
    const stage = await open();
    const crashes: Promise<unknown>[] = [];
    const recipe = createSiteRecipe({
      prepare: async (page) => {
        crashes.push(new Promise((resolve) => page.once('crash', resolve)));
        await page.goto(site.url);
      },
    });
    await prepareNextPage(stage, recipe);
    for (const pid of await stage.rendererPids()) process.kill(pid, 'SIGKILL');
    // The process has ended before its death is reported.
    await crashes.at(-1);
    assert.equal(await stage.pages.use(recipe, HELLO, createUse()), 'hello');
    assert.equal(starts(stage), 1, 'the browser itself was well');
    assert.ok(!stage.logged.some(({ msg }) => /died during a task/.test(msg)));
  });

  test('after a cancelled job a page is prepared; after a failed job the site is not called', async () => {
    const stage = await open();
    const recipe = createSiteRecipe();
    await assert.rejects(
      stage.pages.use(recipe, () => Promise.reject(new Error('mine')), createUse()),
      /mine/,
    );
    await until(() => stage.pages.status().jobs === 1, 'the end of the job');
    assert.equal(recipe.preparations, 1);
    const abort = new AbortController();
    const running = stage.pages.use(
      recipe,
      () => {
        abort.abort();
        return new Promise(() => undefined);
      },
      createUse(abort.signal),
    );
    await assert.rejects(running, { code: 'cancelled' });
    await until(() => recipe.prepared === 3, 'the next page');
  });

  test('the browser is replaced after its number of pages, in the background', async () => {
    const stage = await open({ restartAfterPages: 2 });
    const recipe = createSiteRecipe();
    await prepareNextPage(stage, recipe);
    const first = await stage.browserPid();
    await prepareNextPage(stage, recipe);
    await until(() => starts(stage) === 2 && stage.pages.status().state === 'ready', 'the new browser');
    assert.notEqual(await stage.browserPid(), first);
    assert.equal(stage.pages.status().jobs, 0);
    assert.deepEqual(stage.pages.status().replaced, { pages: 1, memory: 0, death: 0 });
    const use = createUse();
    assert.equal(await stage.pages.use(recipe, HELLO, use), 'hello');
    assert.ok(!use.stages.includes('browser'));
  });

  test('a job that runs while the browser is replaced keeps its browser', async () => {
    const stage = await open({ restartAfterPages: 1 });
    const long = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const running = stage.pages.use(
      createRecipe({ name: 'long' }),
      async (page) => {
        begun.resolve();
        await long.promise;
        return HELLO(page);
      },
      createUse(),
    );
    await begun.promise;
    await stage.pages.use(createRecipe(), HELLO, createUse());
    await until(() => starts(stage) === 2, 'the new browser');
    assert.equal((await stage.directoriesLeft()).length, 2);
    long.resolve();
    assert.equal(await running, 'hello');
    await until(async () => (await stage.directoriesLeft()).length === 1, 'the end of the old browser');
  });

  test('the browser is replaced when memory passes the limit', async () => {
    // Less than twice what the real browser has without a page, so that the browser is the reason.
    let memory: Memory = { usedMb: 5 };
    const stage = await open({ memoryLimitMb: 10, meter: async () => memory });
    const recipe = createSiteRecipe();
    await prepareNextPage(stage, recipe);
    assert.equal(stage.pages.status().memoryMb, 5);
    assert.equal(starts(stage), 1);
    memory = { usedMb: 11 };
    await stage.pages.use(recipe, HELLO, createUse());
    await until(() => starts(stage) === 2, 'the new browser');
    assert.deepEqual(stage.pages.status().replaced, { pages: 0, memory: 1, death: 0 });
  });

  test('memory that a job in work uses replaces no browser until that job has ended', async () => {
    let usedMb = 5;
    const stage = await open({ memoryLimitMb: 10, meter: async (): Promise<Memory> => ({ usedMb }) });
    const recipe = createSiteRecipe();
    const held = Promise.withResolvers<void>();
    const began = Promise.withResolvers<void>();
    const hog = stage.pages.use(
      recipe,
      async (page) => {
        usedMb = 11;
        began.resolve();
        await held.promise;
        return HELLO(page);
      },
      createUse(),
    );
    await began.promise;
    for (let job = 0; job < 3; job += 1) await prepareNextPage(stage, recipe);
    assert.deepEqual(stage.pages.status().replaced, { pages: 0, memory: 0, death: 0 });
    held.resolve();
    assert.equal(await hog, 'hello');
    await until(() => stage.pages.status().replaced?.memory === 1, 'the replacement');
  });

  test('memory that the worker itself uses replaces no browser', async () => {
    const stage = await open({ memoryLimitMb: 400, meter: async (): Promise<Memory> => ({ usedMb: 5000 }) });
    const recipe = createSiteRecipe();
    for (let job = 0; job < 3; job += 1) await prepareNextPage(stage, recipe);
    assert.equal(starts(stage), 1);
    assert.deepEqual(stage.pages.status().replaced, { pages: 0, memory: 0, death: 0 });
  });

  test('pages that tasks have left are closed before the browser is replaced for its memory', async () => {
    let usedMb = 5;
    const stage = await open({ memoryLimitMb: 10, meter: async (): Promise<Memory> => ({ usedMb }) });
    const recipe = createRecipe({ name: 'own', isReusable: true });
    await useAtOnce(stage.pages, recipe, 2);
    usedMb = 11;
    await stage.pages.use(recipe, HELLO, createUse());
    await until(async () => (await stage.rendererPids()).length === 1, 'the end of the second page');
    assert.deepEqual([recipe.preparations, starts(stage)], [2, 1]);
    usedMb = 5;
    await useAtOnce(stage.pages, recipe, 2);
    assert.equal(recipe.preparations, 3, 'one page was kept');
    usedMb = 11;
    await stage.pages.use(recipe, HELLO, createUse());
    await until(async () => (await stage.rendererPids()).length === 1, 'the end of the second page');
    await stage.pages.use(recipe, HELLO, createUse());
    await until(() => stage.pages.status().replaced?.memory === 1, 'the replacement');
  });

  test('unmeasurable memory is logged, and the next job runs', async () => {
    const meter = async (): Promise<Memory> => {
      throw new Error('too many open files');
    };
    const stage = await open({ memoryLimitMb: 400, meter });
    const recipe = createSiteRecipe({ keepsIdentity: true });
    await prepareNextPage(stage, recipe);
    assert.equal(await stage.pages.use(recipe, HELLO, createUse()), 'hello');
    assert.ok(stage.logged.some(({ msg }) => msg === 'the memory of Chromium could not be measured'));
  });

  test('an idle browser is stopped after a while, and the next job starts one', async () => {
    const clock = createTestClock();
    const stage = await open({ clock, idleShutdownMs: 60_000 });
    const recipe = createSiteRecipe();
    await prepareNextPage(stage, recipe);
    await until(() => clock.waits().includes(60_000), 'the idle timer');
    clock.advance(59_999);
    assert.equal(stage.pages.status().state, 'ready');
    clock.advance(1);
    await until(async () => (await stage.directoriesLeft()).length === 0, 'the end of the browser');
    assert.deepEqual(await stage.processesLeft(), []);
    assert.equal(stage.pages.status().state, 'stopped');
    assert.equal(await stage.pages.isHealthy(), true);
    assert.equal(await stage.pages.use(recipe, HELLO, createUse()), 'hello');
  });

  test('the idle shutdown waits for a running job', async () => {
    const clock = createTestClock();
    const stage = await open({ clock, idleShutdownMs: 1000, pingTimeoutMs: 30_000 });
    const task = async (page: DrivenPage): Promise<string> => {
      clock.advance(5000);
      return HELLO(page);
    };
    assert.equal(await stage.pages.use(createRecipe(), task, createUse()), 'hello');
    assert.equal(starts(stage), 1);
  });
});
