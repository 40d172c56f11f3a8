import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { DrivenPage } from '../../../worker/browser/pages.ts';
import { createRecipe, createTestClock, createUse, openStages, until, useAtOnce } from './support.ts';

const HELLO = (page: DrivenPage): Promise<string> => page.evaluate(() => 'hello');

describe('a page that a task has left', () => {
  const open = openStages();
  const createReusable = () => createRecipe({ name: 'own', isReusable: true });

  test('serves the next task of a recipe that allows it, without a preparation', async () => {
    const { pages } = await open();
    const recipe = createReusable();
    for (let task = 0; task < 5; task += 1) assert.equal(await pages.use(recipe, HELLO, createUse()), 'hello');
    assert.equal(recipe.preparations, 1);
  });

  test('is one of two at most, when several tasks end', async () => {
    const { pages } = await open();
    const recipe = createReusable();
    await useAtOnce(pages, recipe, 3);
    assert.equal(recipe.preparations, 3);
    await useAtOnce(pages, recipe, 2);
    assert.equal(recipe.preparations, 3);
    await useAtOnce(pages, recipe, 3);
    assert.equal(recipe.preparations, 4);
  });

  /** A second task that came while the first one had the only page. */
  async function askWhileTaken() {
    const clock = createTestClock();
    const { pages } = await open({ clock });
    const recipe = createReusable();
    await pages.use(recipe, HELLO, createUse());
    const left = Promise.withResolvers<void>();
    const first = pages.use(recipe, () => left.promise, createUse());
    const use = createUse();
    const second = pages.use(recipe, HELLO, use);
    await until(() => clock.waits().includes(500), 'the second task');
    return { second, clock, recipe, left, first, use };
  }

  test('serves a task that came while every page had one, if it is left within a moment', async () => {
    const { recipe, left, first, use, second } = await askWhileTaken();
    left.resolve();
    await first;
    assert.equal(await second, 'hello');
    assert.deepEqual([recipe.preparations, use.stages], [1, []]);
  });

  test('is not waited for any longer: the next task gets another page', async () => {
    const { clock, recipe, left, first, use, second } = await askWhileTaken();
    clock.advance(500);
    assert.equal(await second, 'hello');
    assert.deepEqual([recipe.preparations, use.stages], [2, ['page']]);
    left.resolve();
    await first;
  });

  test('is not waited for at all if it has a long task', async () => {
    const { pages } = await open({ clock: createTestClock() });
    const recipe = createReusable();
    await pages.use(recipe, HELLO, createUse());
    const left = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const paint = (): Promise<void> => {
      begun.resolve();
      return left.promise;
    };
    const first = pages.use(recipe, paint, { ...createUse(), isLong: true });
    await begun.promise;
    assert.equal(await pages.use(recipe, HELLO, createUse()), 'hello');
    assert.equal(recipe.preparations, 2);
    left.resolve();
    await first;
  });

  test('is closed when it was not needed for a minute, but the last one is kept', async () => {
    const clock = createTestClock();
    const stage = await open({ clock });
    const recipe = createReusable();
    await useAtOnce(stage.pages, recipe, 2);
    const renderers = (await stage.rendererPids()).length;
    clock.advance(59_000);
    for (let task = 0; task < 3; task += 1) await stage.pages.use(recipe, HELLO, createUse());
    assert.equal((await stage.rendererPids()).length, renderers);
    clock.advance(1000);
    await until(async () => (await stage.rendererPids()).length === renderers - 1, 'the end of one page');
    clock.advance(120_000);
    assert.equal(await stage.pages.use(recipe, HELLO, createUse()), 'hello');
    assert.equal(recipe.preparations, 2);
  });

  test('is closed after a task that failed or was cancelled', async () => {
    const { pages } = await open();
    const recipe = createReusable();
    const failing = async (): Promise<string> => {
      throw new Error('fails');
    };
    await assert.rejects(pages.use(recipe, failing, createUse()), /fails/);
    await pages.use(recipe, HELLO, createUse());
    assert.equal(recipe.preparations, 2);

    const left = new AbortController();
    const leaving = pages.use(
      recipe,
      async (page) => {
        left.abort();
        return HELLO(page);
      },
      createUse(left.signal),
    );
    await assert.rejects(leaving);
    await pages.use(recipe, HELLO, createUse());
    assert.ok(recipe.preparations >= 3, `${recipe.preparations}`);
  });

  test('counts once, however many tasks it serves, until the browser is replaced', async () => {
    const stage = await open({ restartAfterPages: 2 });
    const recipe = createReusable();
    for (let task = 0; task < 5; task += 1) await stage.pages.use(recipe, HELLO, createUse());
    await until(() => stage.pages.status().jobs === 5, 'the end of the last job');
    assert.deepEqual(stage.pages.status().replaced, { pages: 0, memory: 0, death: 0 });
  });

  test('is not used once its browser was replaced', async () => {
    const stage = await open({ restartAfterPages: 2 });
    const recipe = createReusable();
    await stage.pages.use(recipe, HELLO, createUse());
    await stage.pages.use(createRecipe({ name: 'other' }), HELLO, createUse());
    await until(() => recipe.prepared === 2, 'the page in the new browser');
    assert.equal(await stage.pages.use(recipe, HELLO, createUse()), 'hello');
  });
});
