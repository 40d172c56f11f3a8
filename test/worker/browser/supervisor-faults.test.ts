import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AppError } from '../../../shared/errors.ts';
import type { DrivenPage } from '../../../worker/browser/pages.ts';
import { findRenderers } from '../../../worker/browser/process/process-tree.ts';
import { createRecipe, createTestClock, createUse, openStages, type Stage, until } from './support.ts';

const HELLO = (page: DrivenPage): Promise<string> => page.evaluate(() => 'hello');
const FOR_EVER = (page: DrivenPage): Promise<void> => page.evaluate(() => new Promise<void>(() => undefined));
const LOOP = (page: DrivenPage): Promise<never> =>
  page.evaluate(() => {
    for (;;);
  });

describe('faults under a running job', () => {
  const open = openStages();

  /** Runs a task that meets `fault` in its first runs, and afterwards a harmless one. */
  async function meet(stage: Stage, times: number, fault: (page: DrivenPage) => Promise<unknown>) {
    let runs = 0;
    const result = stage.pages.use(
      createRecipe(),
      async (page) => {
        runs += 1;
        if (runs > times) return HELLO(page);
        // Like engines, the task wraps Playwright's error in its own.
        return fault(page).catch((cause: unknown) => {
          throw new AppError('engine_changed', 'the page is not as it was', { cause });
        });
      },
      createUse(),
    );
    const outcome = await result.then(
      (value) => ({ value, error: undefined }),
      (error: unknown) => ({ value: undefined, error }),
    );
    assert.equal(await stage.pages.use(createRecipe(), HELLO, createUse()), 'hello', 'the next request works');
    return { runs, ...outcome };
  }

  const deaths = {
    'kill -9 of the browser': async (stage: Stage, page: DrivenPage) => {
      process.kill(await stage.browserPid(), 'SIGKILL');
      await FOR_EVER(page);
    },
    'kill -9 of the renderers': async (stage: Stage, page: DrivenPage) => {
      const waiting = FOR_EVER(page);
      for (const pid of await stage.rendererPids()) process.kill(pid, 'SIGKILL');
      await waiting;
    },
    'a page that closes itself': async (_stage: Stage, page: DrivenPage) => {
      await page.close();
      await FOR_EVER(page);
    },
    'a page that eats memory without end': async (_stage: Stage, page: DrivenPage) => {
      await page.evaluate(() => {
        const hoard: number[][] = [];
        for (let n = 0; ; n++) hoard.push(new Array<number>(1_000_000).fill(n + 0.5));
      });
    },
  };

  for (const [name, kill] of Object.entries(deaths)) {
    const isBrowserDead = name === 'kill -9 of the browser';
    test(`${name}: the job runs once more, on ${isBrowserDead ? 'a fresh browser' : 'another page'}`, async () => {
      const stage = await open();
      let before = 0;
      const { runs, value } = await meet(stage, 1, async (page) => {
        before = await stage.browserPid();
        await kill(stage, page);
      });
      assert.equal(value, 'hello');
      assert.equal(runs, 2);
      assert.equal((await stage.browserPid()) !== before, isBrowserDead);
      assert.equal(stage.pages.status().replaced?.death, isBrowserDead ? 1 : 0);
      assert.equal((await stage.directoriesLeft()).length, 1, 'the directory of the dead browser is gone');
    });

    test(`${name}, twice: engine_failed`, async () => {
      const stage = await open();
      const { runs, error } = await meet(stage, 2, (page) => kill(stage, page));
      assert.ok(error instanceof AppError);
      assert.equal(error.code, 'engine_failed');
      assert.equal(error.details.restMs, 60_000, 'its engine rests');
      assert.equal(runs, 2);
      assert.equal(stage.pages.status().replaced?.death, isBrowserDead ? 2 : 1);
    });
  }

  test('pages that die beside tasks that succeed cost no browser', async () => {
    const stage = await open();
    for (let round = 0; round < 3; round += 1) {
      const { runs, value } = await meet(stage, 1, (page) => deaths['a page that closes itself'](stage, page));
      assert.deepEqual([runs, value], [2, 'hello']);
    }
    assert.equal(stage.pages.status().replaced?.death, 0);
  });

  test('pages that die beside one that lives cost no browser', async () => {
    const stage = await open();
    await stage.pages.use(createRecipe({ name: 'own', isReusable: true }), HELLO, createUse());
    const { error } = await meet(stage, 2, (page) => deaths['a page that closes itself'](stage, page));
    assert.ok(error instanceof AppError && error.code === 'engine_failed', String(error));
    assert.equal(stage.pages.status().replaced?.death, 0);
  });

  test('a death while the page is prepared counts as a death of the browser', async () => {
    const stage = await open();
    const recipe = createRecipe({
      prepare: async () => {
        if (recipe.preparations === 1) process.kill(await stage.browserPid(), 'SIGKILL');
      },
    });
    assert.equal(await stage.pages.use(recipe, HELLO, createUse()), 'hello');
  });

  test('an idle browser that is killed costs no job its retry', async () => {
    const stage = await open();
    const recipe = createRecipe();
    await stage.pages.use(recipe, HELLO, createUse());
    await until(() => recipe.preparations === 2, 'the next page');
    process.kill(await stage.browserPid(), 'SIGKILL');
    await until(() => stage.pages.status().state === 'stopped', 'the death to be noticed');
    await until(async () => (await stage.directoriesLeft()).length === 0, 'the directory to be removed');
    assert.deepEqual(await stage.processesLeft(), []);
    assert.equal(await stage.pages.use(recipe, HELLO, createUse()), 'hello');
    assert.ok(!stage.logged.some(({ msg }) => /died during a task/.test(msg)));
  });

  test('a failure of the task itself causes no second run and no new browser', async () => {
    const stage = await open();
    const mine = new AppError('engine_busy', 'the site is overloaded');
    const { runs, error } = await meet(stage, 1, async () => {
      throw mine;
    });
    assert.ok(error instanceof AppError);
    assert.equal(error.code, 'engine_changed');
    assert.equal(error.cause, mine);
    assert.equal(runs, 1);
    assert.equal(stage.logged.filter(({ msg }) => msg === 'Chromium started').length, 1);
  });

  for (const [name, hang] of Object.entries({ 'a page that hangs': LOOP, 'a page that never answers': FOR_EVER })) {
    test(`${name} ends at once when the job is aborted`, async () => {
      const stage = await open();
      const abort = new AbortController();
      const reason = new AppError('engine_timeout', 'the deadline');
      const begun = Promise.withResolvers<void>();
      const running = stage.pages.use(
        createRecipe(),
        (page) => {
          begun.resolve();
          return hang(page);
        },
        createUse(abort.signal),
      );
      await begun.promise;
      const [renderer] = await stage.rendererPids();
      abort.abort(reason);
      const first = await Promise.race([running.catch((error: unknown) => error), ticks(5)]);
      assert.equal(first, reason, 'before anything was closed');
      await until(async () => !(await stage.rendererPids()).includes(renderer ?? 0), 'the end of the page');
      assert.equal(await stage.pages.use(createRecipe(), HELLO, createUse()), 'hello');
      assert.equal(stage.logged.filter(({ msg }) => msg === 'Chromium started').length, 1);
    });
  }

  test('a hanging preparation ends at once when the job is aborted', async () => {
    const { pages } = await open();
    const abort = new AbortController();
    const recipe = createRecipe({
      prepare: async (page) => {
        if (recipe.preparations > 1) return;
        setImmediate(() => abort.abort());
        await LOOP(page);
      },
    });
    await assert.rejects(pages.use(recipe, HELLO, createUse(abort.signal)), { code: 'cancelled' });
    assert.equal(await pages.use(recipe, HELLO, createUse()), 'hello');
  });

  test('a frozen browser fails its liveness check and is replaced', async () => {
    const clock = createTestClock();
    const stage = await open({ clock, pingTimeoutMs: 1000 });
    const running = meet(stage, 1, async (page) => {
      process.kill(await stage.browserPid(), 'SIGSTOP');
      clock.advance(2000);
      await FOR_EVER(page);
    });
    const { runs, value } = await running;
    assert.equal(value, 'hello');
    assert.equal(runs, 2);
    assert.equal((await stage.directoriesLeft()).length, 1);
  });

  test('health fails when the browser is frozen, and it is replaced', async () => {
    const clock = createTestClock();
    const stage = await open({ clock, pingTimeoutMs: 1000 });
    await stage.pages.use(createRecipe(), HELLO, createUse());
    assert.equal(await stage.pages.isHealthy(), true);
    process.kill(await stage.browserPid(), 'SIGSTOP');
    clock.advance(2000);
    const [first, second] = await Promise.all([stage.pages.isHealthy(), stage.pages.isHealthy()]);
    assert.deepEqual([first, second], [false, false]);
    await until(async () => (await stage.processesLeft()).length === 0, 'the end of the browser');
    assert.equal(await stage.pages.use(createRecipe(), HELLO, createUse()), 'hello');
    clock.advance(2000);
    assert.equal(await stage.pages.isHealthy(), true);
  });

  test('a death hits every job of the browser, and each runs once more', async () => {
    const stage = await open();
    let runs = 0;
    const both = Promise.withResolvers<void>();
    const task = async (page: DrivenPage): Promise<string> => {
      runs += 1;
      if (runs > 2) return HELLO(page);
      if (runs === 2) both.resolve();
      await FOR_EVER(page);
      return 'never';
    };
    const jobs = ['one', 'two'].map((name) => stage.pages.use(createRecipe({ name }), task, createUse()));
    await both.promise;
    process.kill(await stage.browserPid(), 'SIGKILL');
    assert.deepEqual(await Promise.all(jobs), ['hello', 'hello']);
    assert.equal(runs, 4);
    assert.equal(stage.logged.filter(({ msg }) => msg === 'Chromium started').length, 2);
  });
});

describe('memory that passes the limit during jobs', () => {
  const open = openStages();
  const LIMITS = { memoryLimitMb: 400 };
  const MUCH = { usedMb: 5000 };
  const LITTLE = { usedMb: 300 };

  /** Runs a small page, and beside it a large one whose task calls `onRun` with the number of the run. */
  async function runBoth(stage: Stage, onRun: (run: number) => void) {
    const small = Promise.withResolvers<void>();
    const smallBegan = Promise.withResolvers<void>();
    const runs = { small: 0, large: 0 };
    const smallTask = async (page: DrivenPage): Promise<string> => {
      runs.small += 1;
      smallBegan.resolve();
      await small.promise;
      return HELLO(page);
    };
    const largeTask = async (page: DrivenPage): Promise<string> => {
      runs.large += 1;
      if (runs.large > 1) {
        onRun(runs.large);
        return HELLO(page);
      }
      const pages = (await findRenderers(process.pid)).map(({ pid }) => pid);
      assert.deepEqual(pages.toSorted(), (await stage.rendererPids()).toSorted(), 'and no other process');
      await page.evaluate(() => {
        Object.assign(globalThis, { hoard: new Uint8Array(150_000_000).fill(7) });
      });
      onRun(runs.large);
      await FOR_EVER(page);
      return 'never';
    };
    const beside = stage.pages.use(createRecipe({ name: 'small' }), smallTask, createUse());
    await smallBegan.promise;
    const large = await stage.pages
      .use(createRecipe({ name: 'large' }), largeTask, createUse())
      .catch((error: unknown) => (error instanceof AppError ? error.code : error));
    small.resolve();
    return { large, small: await beside, runs };
  }

  const kills = (stage: Stage): string[] =>
    stage.logged.map(({ msg }) => msg).filter((message) => message.includes('too much memory'));

  test('kills the largest page, and the others go on', async () => {
    const clock = createTestClock();
    let memory = LITTLE;
    const stage = await open({ ...LIMITS, clock, meter: async () => memory });
    const outcome = await runBoth(stage, (run) => {
      memory = run === 1 ? MUCH : LITTLE;
      clock.advance(500);
    });
    assert.deepEqual(outcome, { large: 'hello', small: 'hello', runs: { small: 1, large: 2 } });
    assert.deepEqual(kills(stage), ['a page uses too much memory: it is killed']);
    assert.equal(stage.pages.status().replaced?.death, 0);
  });

  test('kills the browser if that was not enough', async () => {
    const clock = createTestClock();
    let memory = LITTLE;
    const stage = await open({ ...LIMITS, clock, meter: async () => memory });
    const running = runBoth(stage, () => {
      memory = MUCH;
      clock.advance(500);
    });
    await until(() => kills(stage).length === 2, 'the end of the browser');
    memory = LITTLE;
    // The large page died twice: by itself, and with the browser.
    assert.deepEqual(await running, { large: 'engine_failed', small: 'hello', runs: { small: 2, large: 2 } });
    assert.deepEqual(kills(stage), [
      'a page uses too much memory: it is killed',
      'the pages use too much memory: Chromium is killed',
    ]);
    assert.equal(stage.logged.filter(({ msg }) => msg === 'Chromium started').length, 2);
  });
});

/** Waits this many turns of the event loop, which is far less than closing takes. */
async function ticks(count: number): Promise<string> {
  for (let tick = 0; tick < count; tick += 1) await new Promise((resolve) => setImmediate(resolve));
  return 'nothing yet';
}
