import assert from 'node:assert/strict';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { DrivenPage, PageRecipe } from '../../../worker/browser/pages.ts';
import { removeDirectory } from '../../support/remove-directory.ts';
import { createRecipe, createSite, createUse, openStages, type Site, until } from './support.ts';

interface Visitor {
  readonly cookie: string;
  readonly stored: string | null;
  readonly noted: number | null;
}

const visit = (page: DrivenPage): Promise<Visitor> => page.evaluate<Visitor>('visit()');

const STRANGER = { cookie: '', stored: null, noted: null };
/** Databases do not outlive a context. */
const KNOWN = { cookie: 'visits=1', stored: '1', noted: null };

describe('the identity of a recipe', () => {
  const open = openStages();
  let site: Site;
  before(async () => {
    site = await createSite();
  });
  after(() => site.close());

  function createVisitor(changes: Partial<PageRecipe> = {}) {
    return createRecipe({
      name: 'visitor',
      keepsIdentity: true,
      prepare: async (page) => {
        await page.goto(site.url);
      },
      ...changes,
    });
  }

  test('survives a change of the context and of the browser', async () => {
    const stage = await open({ restartAfterPages: 2 });
    const recipe = createVisitor();
    assert.deepEqual(await stage.pages.use(recipe, visit, createUse()), STRANGER);
    assert.deepEqual(await stage.pages.use(recipe, visit, createUse()), KNOWN);
    assert.deepEqual(await stage.pages.use(recipe, visit, createUse()), {
      cookie: 'visits=2',
      stored: '2',
      noted: null,
    });
    assert.equal(stage.logged.filter(({ msg }) => msg === 'Chromium started').length, 2);
  });

  test('survives a kill of the browser, in its state after the last success', async () => {
    const stage = await open();
    const recipe = createVisitor();
    await stage.pages.use(recipe, visit, createUse());
    await until(() => recipe.prepared === 2, 'the next page');
    process.kill(await stage.browserPid(), 'SIGKILL');
    assert.deepEqual(await stage.pages.use(recipe, visit, createUse()), KNOWN);
  });

  test('is not changed by a site that stores more than a megabyte', async () => {
    const stage = await open();
    const recipe = createVisitor();
    await stage.pages.use(recipe, visit, createUse());
    const hoard = (page: DrivenPage) => page.evaluate(() => localStorage.setItem('hoard', 'x'.repeat(2 ** 21)));
    await stage.pages.use(recipe, hoard, createUse());
    await until(() => stage.logged.some(({ msg }) => /identity could not be read/.test(msg)), 'the refusal');
    assert.deepEqual(await stage.pages.use(recipe, visit, createUse()), KNOWN);
  });

  test('includes frames of other origins', async (context) => {
    const stage = await open();
    const elsewhere = await createSite();
    context.after(() => elsewhere.close());
    const recipe = createVisitor({
      prepare: async (page) => {
        await page.goto(site.url);
        await page.setContent(`<iframe src="${elsewhere.url}"></iframe>`);
        await page.frameLocator('iframe').getByText('hello').waitFor();
      },
    });
    const countInFrame = (page: DrivenPage) =>
      page
        .frameLocator('iframe')
        .locator('body')
        .evaluate(() => {
          const visits = Number(localStorage.getItem('visits') ?? 0);
          localStorage.setItem('visits', String(visits + 1));
          return visits;
        });
    assert.equal(await stage.pages.use(recipe, countInFrame, createUse()), 0);
    assert.equal(await stage.pages.use(recipe, countInFrame, createUse()), 1);
  });

  test('is used by one job at a time, and a waiting job may be cancelled', async () => {
    const stage = await open();
    const recipe = createVisitor();
    let running = 0;
    let most = 0;
    const first = Promise.withResolvers<void>();
    const task = async (page: DrivenPage) => {
      running += 1;
      most = Math.max(most, running);
      first.resolve();
      const found = await visit(page);
      running -= 1;
      return found.stored;
    };
    const abort = new AbortController();
    const jobs = [createUse(), createUse(abort.signal), createUse()].map((use) => stage.pages.use(recipe, task, use));
    await first.promise;
    abort.abort();
    const [one, two, three] = await Promise.allSettled(jobs);
    assert.deepEqual(
      [one, three].map((end) => end?.status === 'fulfilled' && end.value),
      [null, '1'],
    );
    assert.equal(two?.status === 'rejected' && two.reason.code, 'cancelled');
    assert.equal(most, 1);
  });

  test('is kept on disk when a profile directory is given', async () => {
    const profileDirectory = await mkdtemp(join(tmpdir(), 'easel-test-profile-'));
    after(() => removeDirectory(profileDirectory));
    const recipe = createVisitor({ profileDirectory });
    const earlier = await open();
    // Another recipe has started the browser without the profile.
    await earlier.pages.use(createRecipe(), async () => 1, createUse());
    assert.deepEqual(await earlier.pages.use(recipe, visit, createUse()), STRANGER);
    const use = createUse();
    await until(() => recipe.prepared === 2, 'the next page');
    assert.deepEqual(await earlier.pages.use(recipe, visit, use), { ...KNOWN, noted: 1 });
    assert.deepEqual(use.stages, []);
    assert.equal(await earlier.pages.use(createRecipe(), async () => 'works', createUse()), 'works');
    await earlier.pages.stop();

    const later = await open();
    const { stored } = await later.pages.use(recipe, visit, createUse());
    assert.equal(stored, '2');
  });
});
