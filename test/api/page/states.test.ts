import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import type { Route } from 'playwright-core';
import { until } from '../../support/poll.ts';
import { PICTURE_BYTES } from '../fake-jobs.ts';
import { startGateway } from '../gateway.ts';
import { type ScriptedJobs, scriptJobs } from './scripted-jobs.ts';
import { useVisit } from './visit.ts';

/** What the page shows while pictures are made, and when something fails. */

/** The browser itself reports each request that failed. */
const BROKEN = /net::ERR_/;

describe('while pictures are made', () => {
  const visit = useVisit();
  const { make, cards, open, said } = visit;
  let jobs: ScriptedJobs;
  beforeEach(() => {
    jobs = scriptJobs(visit.gateway.jobs);
  });

  const accepted = (count: number) => until(() => jobs.ids.length === count, `${count} accepted jobs`);
  const sees = (text: string) => visit.page.locator('#pictures').getByText(text).first().waitFor();
  const keys = () => new Set(visit.gateway.jobs.submissions.map(({ options }) => options.idempotencyKey));

  test('every stage is shown, and announced once', async () => {
    const { page } = visit;
    await page.evaluate(`
      window.announced = [];
      new MutationObserver(() => window.announced.push(document.getElementById('status').textContent))
        .observe(document.getElementById('status'), { childList: true, characterData: true, subtree: true });
    `);
    await make('a red fox');
    await accepted(1);
    const [id] = jobs.ids;
    jobs.update(id, { status: 'queued', stage: 'wake' });
    await sees('Waking the worker; this can take a minute');
    for (const queuePosition of [2, 2, 1]) {
      jobs.update(id, { stage: 'queue', queuePosition, etaSeconds: 40 });
      await sees(`Place ${queuePosition} in the queue`);
    }
    for (const progress of [0.2, 0.4, 0.42]) {
      jobs.update(id, { status: 'running', stage: 'generate', progress, queuePosition: undefined, etaSeconds: 9 });
      await sees(`Painting ${progress * 100} %`);
    }
    assert.equal(await page.locator('#pictures progress').getAttribute('value'), '0.42');
    jobs.update(id, { status: 'storing', stage: 'upload' });
    await sees('Storing');
    jobs.end(id);
    await cards('done').waitFor();
    await until(async () => (await page.textContent('#status')) === 'Done', 'the end announced');
    const announced = (await page.evaluate('window.announced.filter(Boolean)')) as string[];
    assert.deepEqual(announced, [
      ...['Accepted', 'Waking the worker; this can take a minute', 'Place 2 in the queue', 'Place 1 in the queue'],
      ...['Painting', 'Storing', 'Done'],
    ]);
  });

  test('partial pictures are shown where the picture will be', async () => {
    await make('a red fox');
    await accepted(1);
    const [id] = jobs.ids;
    const preview = { base64: PICTURE_BYTES.toString('base64'), mediaType: 'image/png' } as const;
    jobs.update(id, { status: 'running', stage: 'generate', progress: 0.5 }, preview);
    const partial = visit.page.locator('#pictures .place img');
    await partial.waitFor();
    assert.equal(await partial.evaluate((picture) => (picture as unknown as { naturalWidth: number }).naturalWidth), 1);
    jobs.end(id);
    await cards('done').waitFor();
    assert.equal(await visit.page.locator('#pictures img').count(), 1);
  });

  test('four pictures fill their places one by one, and the title counts them', async () => {
    await visit.page.selectOption('#count', '4');
    await make('a red fox');
    await accepted(4);
    for (const [index, id] of jobs.ids.entries()) {
      jobs.end(id);
      await until(async () => (await cards('done').count()) === index + 1, `${index + 1} pictures`);
      const title = index === 3 ? /^Easel/ : new RegExp(`^\\(${index + 1}/4\\) Easel`);
      await until(async () => title.test(await visit.page.title()), `the title ${title}`);
    }
    assert.equal(visit.gateway.jobs.submissions.length, 4);
  });

  test('a lost answer and a broken stream make nothing twice', async () => {
    const { page } = visit;
    let isLost = false;
    await page.route(
      '**/jobs',
      async (route) => {
        await route.fetch();
        isLost = true;
        await route.abort('connectionreset');
      },
      { times: 1 },
    );
    await make('a red fox');
    await sees('No connection; trying again');
    assert.ok(isLost);
    await until(() => visit.gateway.jobs.submissions.length === 2, 'it is sent again');
    assert.deepEqual([jobs.ids.length, keys().size], [1, 1]);
    const [id] = jobs.ids;
    jobs.update(id, { status: 'running', stage: 'generate', progress: 0.3 });
    await sees('Painting 30 %');
    jobs.cut();
    jobs.update(id, { progress: 0.6 });
    await sees('Painting 60 %');
    jobs.end(id);
    await cards('done').waitFor();
    assert.equal(visit.gateway.jobs.submissions.length, 2);
    assert.match(said.splice(0).join(), BROKEN);
  });

  test('the page connects again when the gateway was away', async () => {
    await make('a red fox');
    await accepted(1);
    const { gateway } = visit;
    const [id] = jobs.ids;
    jobs.update(id, { status: 'running', stage: 'generate', progress: 0.3 });
    await sees('Painting 30 %');
    await gateway.stop();
    await sees('No connection; trying again');
    const port = Number(new URL(gateway.url).port);
    visit.gateway = await startGateway({ dataDirectory: visit.dataDirectory, jobs: gateway.jobs }, port);
    jobs.end(id);
    await cards('done').waitFor();
    assert.equal(gateway.jobs.submissions.length, 1);
    assert.match(said.splice(0).join(), BROKEN);
  });

  test('a tab that was closed finds its jobs at their present stage', async () => {
    await visit.page.selectOption('#count', '2');
    await make('a red fox');
    await accepted(2);
    await visit.page.close();
    const [first, second] = jobs.ids;
    jobs.end(first);
    jobs.update(second, { status: 'queued', stage: 'queue', queuePosition: 7 });
    visit.page = await open();
    await sees('Place 7 in the queue');
    await cards('done').waitFor();
    assert.equal(keys().size, 2);
    jobs.end(second);
    await cards('done').nth(1).waitFor();
    assert.equal(jobs.ids.length, 2);
  });

  test('a cancelled picture stays cancelled, and can be made again or removed', async () => {
    await make('a red fox');
    await accepted(1);
    await visit.run(cards('queued'), 'cancel');
    await cards('cancelled').waitFor();
    await until(() => visit.gateway.jobs.cancelled.length === 1, 'the gateway knows');
    await visit.page.reload();
    await visit.page.waitForSelector('#history:not([hidden])');
    assert.equal(jobs.ids.length, 1);
    await make('a red fox');
    await accepted(2);
    await visit.run(cards('queued'), 'cancel');
    await visit.run(cards('cancelled'), 'again');
    await accepted(3);
    const [, second, third] = visit.gateway.jobs.submissions;
    assert.equal(third?.draft.seed, second?.draft.seed);
    await visit.run(cards('cancelled'), 'remove');
    await cards('cancelled').waitFor({ state: 'detached' });
  });

  test('a lost cancellation is sent again, because the job would go on', async () => {
    await make('a red fox');
    await accepted(1);
    let lost = 0;
    const lose = (route: Route): Promise<void> => {
      if (route.request().method() !== 'DELETE' || lost > 0) return route.continue();
      lost += 1;
      return route.abort('connectionreset');
    };
    await visit.page.route('**/jobs/**', lose);
    await visit.run(cards('queued'), 'cancel');
    await until(() => visit.gateway.jobs.cancelled.length === 1, 'the gateway knows');
    assert.equal(lost, 1);
    await visit.page.unroute('**/jobs/**', lose);
    assert.match(said.splice(0).join(), BROKEN);
  });

  test('a new picture does not change the focus and the open menus', async () => {
    const { page } = visit;
    await make('a red fox');
    await accepted(1);
    jobs.end(jobs.ids[0]);
    const fox = page.locator('.card', { hasText: 'a red fox' });
    await fox.locator('summary').click();
    await page.fill('#prompt', 'a blue whale');
    await fox.locator('[data-do="remove"]').focus();
    await page.evaluate('document.getElementById("form").requestSubmit()');
    await accepted(2);
    await page.locator('.card', { hasText: 'a blue whale' }).waitFor();
    assert.equal(
      await page.evaluate('document.activeElement.closest(".card").querySelector(".line").textContent'),
      'a red fox',
    );
    assert.equal(await fox.locator('details[open]').count(), 1);
  });
});
