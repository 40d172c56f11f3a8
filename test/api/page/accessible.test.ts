import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { AppError } from '../../../shared/errors.ts';
import { until } from '../../support/poll.ts';
import { scriptJobs } from './scripted-jobs.ts';
import { useVisit } from './visit.ts';

/** In every state of the page, on every kind of screen, axe finds no fault and nothing is cut off. */

/** 550 pixels are 1100 at 200 %. */
const LOOKS = [
  { width: 320, media: { colorScheme: 'dark' } },
  { width: 550, media: { colorScheme: 'light', reducedMotion: 'reduce' } },
  { width: 1100, media: { colorScheme: 'dark', forcedColors: 'active' } },
] as const;

describe('the page is accessible', () => {
  const visit = useVisit();

  /** Checks the page on every kind of screen. Faults of writing from right to left show on a phone. */
  async function assertFine(page: Page, state: string, except: readonly string[] = []): Promise<void> {
    const isMirrored = (await page.evaluate('document.dir')) === 'rtl';
    for (const { width, media } of LOOKS.slice(0, isMirrored ? 1 : undefined)) {
      await page.setViewportSize({ width, height: 700 });
      await page.emulateMedia(media);
      const widest = await page.evaluate(
        'Math.max(document.documentElement.scrollWidth, document.querySelector("#viewer")?.scrollWidth ?? 0)',
      );
      assert.ok(Number(widest) <= width, `${state} at ${width} pixels is ${widest} wide`);
      await visit.assertAccessible(page, except);
    }
    await page.emulateMedia({ colorScheme: 'light', forcedColors: 'none', reducedMotion: 'no-preference' });
  }

  /** Cards of every kind, with everything on the page unfolded. */
  async function fill(page: Page): Promise<void> {
    const jobs = scriptJobs(visit.gateway.jobs);
    await page.selectOption('#count', '4');
    await page.fill(
      '#prompt',
      'a red fox with a long-word-that-no-line-can-hold-on-a-phone-of-three-hundred-and-twenty',
    );
    await page.press('#prompt', 'Enter');
    await until(() => jobs.ids.length === 4, 'four accepted jobs');
    const [done, other, failed, working] = jobs.ids;
    jobs.end(done);
    jobs.end(other);
    const error = new AppError('engine_failed', 'hidden');
    jobs.update(failed, { status: 'failed', error });
    jobs.update(working, { status: 'running', stage: 'generate', progress: 0.42, etaSeconds: 12 });
    await page.locator('.card[data-status="failed"]').waitFor();
    await page.locator('.card[data-status="running"] progress[value="0.42"]').waitFor();
    await page.locator('.card[data-status="done"]').nth(1).waitFor();
    await page.locator('.menu summary').first().click();
    await page.locator('[data-do="favourite"]').first().click();
  }

  for (const language of ['en', 'ar']) {
    test(`empty, filled and with each dialog, in ${language}`, async () => {
      await visit.page.close();
      const page = await visit.open(visit.context, `/?lang=${language}`);
      assert.equal(await page.evaluate('document.dir'), language === 'ar' ? 'rtl' : 'ltr');
      await page.click('#more > summary');
      await assertFine(page, 'empty');
      await fill(page);
      await assertFine(page, 'filled');
      await page.locator('.kept button').first().click();
      await page.waitForSelector('#viewer[open] .card');
      await assertFine(page, 'a picture opened');
      await page.keyboard.press('Escape');
      for (const index of [0, 1]) await page.locator('#pictures [data-do="compare"]').nth(index).click();
      await page.waitForSelector('#viewer[open] .pair');
      await assertFine(page, 'two compared');
    });
  }

  test('without a script: working, done, failed', async () => {
    const { page, gateway } = visit;
    const jobs = scriptJobs(gateway.jobs);
    for (const state of ['working', 'done', 'failed']) {
      await page.goto(`${gateway.url}/generate?output=page&prompt=a+red+fox`);
      const id = jobs.ids.at(-1);
      if (state === 'done') jobs.end(id);
      if (state === 'failed') jobs.update(id, { status: 'failed', error: new AppError('prompt_refused', 'hidden') });
      await page.goto(`${gateway.url}/jobs/${id}?output=page`);
      // Without a script only a timed refresh can show the progress.
      await assertFine(page, state, ['meta-refresh']);
    }
    assert.match(visit.said.splice(0).join(), /422/, 'the browser itself reports the refusal');
  });
});
