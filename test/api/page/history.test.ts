import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import sharp from 'sharp';
import { normalise } from '../../../worker/picture/normalise.ts';
import { encodeAs } from '../../support/encode.ts';
import { until } from '../../support/poll.ts';
import { FILES, SETTINGS } from './marked-pictures.ts';
import { useVisit } from './visit.ts';

/** The page's history of pictures, and the settings that it reads from files. */

describe('the history', () => {
  const visit = useVisit();
  const { make, run } = visit;
  const kept = () => visit.page.locator('.kept button');

  async function makeAll(...prompts: readonly string[]): Promise<void> {
    for (const prompt of prompts) {
      await make(prompt);
      await visit.page.locator('.card[data-status="done"]', { hasText: prompt }).waitFor();
    }
    await until(async () => (await kept().count()) === prompts.length, 'all are kept');
  }

  test('arrow keys at the edges of the prompt go through earlier prompts and back to the present text', async () => {
    const { page } = visit;
    await makeAll('a red fox', 'a blue whale');
    await page.fill('#prompt', 'my own words');
    const prompt = () => page.inputValue('#prompt');
    await page.press('#prompt', 'ArrowUp');
    assert.equal(await prompt(), 'my own words', 'inside the text the key moves the cursor');
    await page.press('#prompt', 'Home');
    for (const expected of ['a blue whale', 'a red fox', 'a red fox']) {
      await page.press('#prompt', 'ArrowUp');
      assert.equal(await prompt(), expected);
    }
    await page.press('#prompt', 'End');
    for (const expected of ['a blue whale', 'my own words']) {
      await page.press('#prompt', 'ArrowDown');
      assert.equal(await prompt(), expected);
    }
  });

  test('can be used by keyboard: arrows, Enter, Escape, f and Delete', async () => {
    const { page } = visit;
    await makeAll('a red fox', 'a blue whale', 'a green frog');
    const focused = () => page.evaluate('document.activeElement.getAttribute("aria-label")');
    await kept().first().focus();
    await page.keyboard.press('ArrowRight');
    assert.equal(await focused(), 'a blue whale');
    await page.keyboard.press('f');
    await page.locator('.kept .heart').waitFor();
    await page.keyboard.press('Enter');
    await page.waitForSelector('#viewer[open] img');
    await page.keyboard.press('Escape');
    await page.locator('#viewer[open]').waitFor({ state: 'detached' });
    assert.equal(await focused(), 'a blue whale');
    await page.click('[data-do="favourites"]');
    await until(async () => (await kept().count()) === 1, 'the favourite alone');
    await page.click('[data-do="favourites"]');
    await until(async () => (await kept().count()) === 3, 'all again');
    await kept().nth(1).focus();
    await page.keyboard.press('Delete');
    await until(async () => (await kept().count()) === 2, 'one less');
    assert.equal(await focused(), 'a red fox');
    await page.reload();
    await until(async () => (await kept().count()) === 2, 'it stays removed');
  });

  test('says that the storage is full, and keeps the pictures when there is room again', async () => {
    const { page } = visit;
    const devtools = await visit.context.newCDPSession(page);
    const { origin } = new URL(page.url());
    await devtools.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 1 });
    await makeAll('a red fox', 'a blue whale');
    const warning = page.getByRole('alert');
    await warning.waitFor();
    assert.match(String(await warning.textContent()), /storage is full: new pictures are not kept/);
    await visit.assertAccessible();
    await devtools.send('Storage.overrideQuotaForOrigin', { origin });
    await run(page.locator('.card', { hasText: 'a red fox' }), 'remove');
    await warning.waitFor({ state: 'detached' });
    await page.reload();
    await kept().first().waitFor();
    assert.equal(await kept().first().getAttribute('aria-label'), 'a blue whale');
  });
});

const plain = await sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
  .png()
  .toBuffer();

describe('a picture that is dropped on the page or pasted', () => {
  const visit = useVisit();

  async function bring(how: 'drop' | 'paste', file: Buffer): Promise<void> {
    const { page } = visit;
    await page.fill('#prompt', '');
    await page.evaluate(
      `(() => {
        const bytes = Uint8Array.from(atob('${file.toString('base64')}'), (sign) => sign.charCodeAt(0));
        const transfer = new DataTransfer();
        transfer.items.add(new File([bytes], 'picture'));
        const event = ${how === 'drop'}
          ? new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true })
          : new ClipboardEvent('paste', { clipboardData: transfer, bubbles: true });
        document.activeElement.dispatchEvent(event);
      })()`,
    );
  }

  const shows = (words: RegExp) => visit.page.locator('#found').getByText(words).waitFor();

  async function assertFilled(name: string): Promise<void> {
    const { page } = visit;
    assert.equal(await page.inputValue('#prompt'), SETTINGS.prompt, name);
    const values = ['seed', 'steps', 'guidance_scale', 'negative_prompt'].map((field) =>
      page.inputValue(`[name=${field}]`),
    );
    assert.deepEqual(await Promise.all(values), ['5', '20', '6.5', 'fog'], name);
    assert.ok(await page.isChecked('[value=portrait]'), name);
  }

  test('fills the form when dropped, with the settings of every known program', async () => {
    for (const [name, writer, file] of FILES) {
      await bring('drop', plain);
      await shows(/contains no settings\. It does not say who/);
      assert.equal(await visit.page.inputValue('#prompt'), '', 'the form is left alone');
      await bring('drop', file);
      await shows(new RegExp(`written by ${writer}\\. .* a machine made it`));
      await assertFilled(name);
    }
    assert.equal(visit.gateway.jobs.submissions.length, 0, 'nothing is made by it');
  });

  test('fills the form when pasted: Easel’s own pictures in each format', async () => {
    const square = sharp({ create: { width: 16, height: 24, channels: 3, background: '#b4451f' } });
    const origin = { prompt: SETTINGS.prompt, negativePrompt: 'fog', seed: 5, steps: 20, guidanceScale: 6.5 };
    const { bytes: png } = await normalise(await square.png().toBuffer(), {
      ...{ ...origin, engine: 'sketch', isTrained: true, metadata: 'full' },
    });
    for (const format of ['png', 'jpeg', 'webp'] as const) {
      await bring('paste', plain);
      await shows(/contains no settings/);
      await bring('paste', await encodeAs(png, format));
      await shows(/written by Easel/);
      await assertFilled(format);
    }
  });
});
