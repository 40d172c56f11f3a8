import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { readGatewaySettings } from '../../../api/config.ts';
import type { RequestDraft } from '../../../api/jobs/job.ts';
import { toContent } from '../../../api/jobs/pictures/content.ts';
import { PICTURE_BYTES } from '../fake-jobs.ts';
import { startGateway, type TestGateway } from '../gateway.ts';
import { useVisit } from './visit.ts';

/** Runs every snippet that a card offers for copying, unchanged, in its program. */

const KEY = 'a-key-of-anna-that-is-long-enough';

/** Characters with a meaning in shells, HTML, Markdown, URLs, Python or JavaScript. */
const PROMPT = `a "fox" & Anna's $HOME \`id\` !x 50 % <b>&amp; [1](2) \\n {3} 狐 🦊`;

const PROGRAMS = {
  curl: ['bash', '-c'],
  Python: ['python3', '-I', '-c'],
  JavaScript: ['node', '--input-type=module', '-e'],
} as const;

/** A picture that contains all parameters of its request, so that only equal requests give equal bytes. */
function paint(draft: RequestDraft, engine: string): Buffer {
  const { prompt, negativePrompt, seed, guidanceScale, shape, width, height, steps } = draft;
  const parameters = { prompt, negativePrompt, seed, guidanceScale, shape, width, height, steps, engine };
  return Buffer.concat([PICTURE_BYTES, Buffer.from(JSON.stringify(parameters))]);
}

describe('the snippets of a card', () => {
  const visit = useVisit();
  beforeEach(() => prepare(visit.gateway));

  async function prepare({ jobs }: TestGateway): Promise<void> {
    jobs.openPicture = async ({ request, result }) => toContent(paint(request, result?.engine ?? ''), 'image/png');
    await visit.context.grantPermissions(['clipboard-read', 'clipboard-write']);
  }

  /** Makes a picture with every option of the form. Resolves with its bytes. */
  async function makePicture(): Promise<Buffer> {
    const { page, gateway } = visit;
    await page.locator('.chip', { hasText: 'Portrait' }).click();
    // With keys set these options are open from the start.
    if (!(await page.isVisible('#seed'))) await page.click('#more > summary');
    const fields = { seed: '4294967295', guidance_scale: '8.5', steps: '9', width: '512', height: '640' };
    for (const [name, value] of Object.entries(fields)) await page.fill(`[name=${name}]`, value);
    await page.fill('[name=negative_prompt]', 'fog, "mist"');
    await visit.make(PROMPT);
    await visit.cards('done').first().waitFor();
    await page.click('.menu summary');
    const [made] = gateway.jobs.submissions;
    assert.equal(made?.draft.prompt, PROMPT);
    return paint(made.draft, 'sketch');
  }

  async function copied(name: string): Promise<string> {
    await visit.page.click(`[data-snippet="${name}"]`);
    return String(await visit.page.evaluate('navigator.clipboard.readText()'));
  }

  async function fetched(address: string): Promise<Buffer> {
    const answer = await fetch(address);
    assert.equal(answer.headers.get('content-type'), 'image/png');
    return Buffer.from(await answer.arrayBuffer());
  }

  async function runsTo(name: keyof typeof PROGRAMS, environment: Readonly<Record<string, string>> = {}) {
    const [program, ...options] = PROGRAMS[name];
    const folder = await mkdtemp(join(visit.dataDirectory, 'run-'));
    const env = { ...process.env, ...environment };
    await promisify(execFile)(program, [...options, await copied(name)], { cwd: folder, env, timeout: 30_000 });
    return readFile(join(folder, 'picture.png'));
  }

  test('the address, HTML and Markdown show the same picture', async () => {
    const picture = await makePicture();
    assert.deepEqual(await fetched(await copied('address')), picture);
    const reader = await visit.context.newPage();
    await reader.setContent(await copied('HTML'));
    const [src, alt, width] = (await reader.evaluate(
      '(({ src, alt, width }) => [src, alt, width])(document.images[0])',
    )) as string[];
    assert.deepEqual(await fetched(String(src)), picture);
    assert.deepEqual([alt, width], [PROMPT, 512]);
    const markdown = /^!\[((?:\\.|[^\\\]])*)\]\((\S+)\)$/.exec(await copied('Markdown')) ?? [];
    assert.deepEqual(await fetched(String(markdown[2])), picture);
    assert.equal(markdown[1]?.replace(/\\(.)/g, '$1'), PROMPT);
  });

  test('curl, Python and JavaScript run unchanged and save the same picture', async () => {
    const picture = await makePicture();
    for (const name of ['curl', 'Python', 'JavaScript'] as const) assert.deepEqual(await runsTo(name), picture, name);
  });

  test('with keys set they read the key from the environment, and none of them holds it', async () => {
    await visit.gateway.stop();
    const { API_KEYS: apiKeys } = readGatewaySettings({ API_KEYS: `anna:${KEY}` });
    visit.gateway = await startGateway({ dataDirectory: visit.dataDirectory, apiKeys });
    await prepare(visit.gateway);
    visit.page = await visit.open();
    await visit.page.fill('#key', KEY);
    const picture = await makePicture();
    for (const name of ['address', 'link', 'curl', 'HTML', 'Markdown', 'Python', 'JavaScript'])
      assert.ok(!(await copied(name)).includes(KEY), name);
    for (const name of ['curl', 'Python', 'JavaScript'] as const)
      assert.deepEqual(await runsTo(name, { EASEL_KEY: KEY }), picture, name);
  });

  test('the link fills the form with the same parameters and makes nothing before Make is pressed', async () => {
    const picture = await makePicture();
    const link = await copied('link');
    const other = await visit.browser.newContext({ locale: 'en' });
    const page = await visit.open(other, link.slice(visit.gateway.url.length));
    assert.equal(visit.gateway.jobs.submissions.length, 1);
    await page.press('#prompt', 'Enter');
    await page.locator('.card[data-status="done"]').waitFor();
    await other.close();
    const { draft } = visit.gateway.jobs.submissions[1] ?? {};
    assert.deepEqual(draft && paint(draft, 'sketch'), picture);
  });
});
