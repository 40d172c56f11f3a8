import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { AppError } from '../../../shared/errors.ts';
import { toResult } from '../fake-jobs.ts';
import { startGateway, type TestGateway } from '../gateway.ts';

/** Answers for browsers without JavaScript, and for programs at the same address. */

const BROWSER = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };

const run = promisify(execFile);
/** The text of the page, as a text browser shows it. */
const readByW3m = async (url: string): Promise<string> => {
  const { stdout } = await run('w3m', ['-dump', '-cols', '100', '-o', 'accept_language=en', url], { timeout: 20_000 });
  return stdout;
};

describe('a browser without script', () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startGateway();
  });
  after(() => gateway.stop());
  const open = (path: string, headers: Record<string, string> = BROWSER) =>
    fetch(`${gateway.url}${path}`, { headers, redirect: 'manual' });

  test('gets the page at /, and programs the JSON', async () => {
    const page = await open('/');
    assert.match(page.headers.get('content-type') ?? '', /^text\/html/);
    assert.match(await page.text(), /<form id="form" action="\/generate" method="get">/);
    for (const headers of [{}, { accept: '*/*' }, { accept: 'application/json' }]) {
      const answer = await open('/', headers);
      assert.equal(((await answer.json()) as { service: string }).service, 'easel');
      assert.match(answer.headers.get('vary') ?? '', /Accept/);
    }
  });

  test('all files that the page loads exist, are compressed and may be cached', async () => {
    const html = await (await open('/')).text();
    const addresses = [...html.matchAll(/(?:src|href)="([^"]*\/page\/[^"]+)"/g)].map(([, address = '']) => address);
    assert.ok(addresses.length >= 3);
    for (const address of addresses) {
      for (const coding of ['br', 'gzip']) {
        const file = await open(address, { 'accept-encoding': coding });
        assert.equal(file.status, 200, address);
        assert.equal(file.headers.get('content-encoding'), coding);
        assert.match(file.headers.get('cache-control') ?? '', /max-age=31536000, immutable/);
        await file.arrayBuffer();
      }
    }
    assert.equal((await open('/page/now/nothing.js')).status, 404);
  });

  test('is answered in the requested language', async () => {
    assert.match(await (await open('/', { ...BROWSER, 'accept-language': 'xx' })).text(), /<html lang="en"/);
  });

  test('leads from the form to the picture, its settings and a link that makes it again', async () => {
    const asked = await open('/generate?output=page&prompt=a+fox+%3Cb%3E&shape=portrait&seed=7&steps=&width=&height=');
    assert.equal(asked.status, 303);
    const page = await open(asked.headers.get('location') ?? '');
    const html = await page.text();
    assert.equal(page.status, 200);
    assert.match(html, /<h1>a fox &lt;b&gt;<\/h1>/);
    assert.match(html, /<img[^>]*images\/picture-0\.png/);
    const again = /href="(\/generate[^"]+)"/.exec(html)?.[1]?.replaceAll('&amp;', '&') ?? '';
    const parameters = Object.fromEntries(new URL(again, gateway.url).searchParams);
    assert.deepEqual(parameters, {
      ...{ prompt: 'a fox <b>', seed: '7', guidance_scale: '7', shape: 'portrait', engine: 'sketch', output: 'page' },
    });
    assert.match(page.headers.get('content-security-policy') ?? '', /default-src 'none'/);
  });

  test('sees the progress of a job on a page that reloads itself', async () => {
    const { outcome } = gateway.jobs;
    gateway.jobs.outcome = () => ({ status: 'queued', stage: 'queue', queuePosition: 3, etaSeconds: 41 });
    const asked = await open('/generate?output=page&prompt=fox');
    const html = await (await open(asked.headers.get('location') ?? '')).text();
    gateway.jobs.outcome = outcome;
    assert.match(html, /<meta http-equiv="refresh" content="3; url=\/jobs\/job-\d+\?output=page">/);
    assert.match(html, /Place 3 in the queue/);
    assert.match(html, /about 41 s/);
  });

  test('cancels by a form, which pages of other sites cannot send', async () => {
    const { outcome } = gateway.jobs;
    gateway.jobs.outcome = () => ({ status: 'queued', stage: 'queue' });
    const asked = await open('/generate?output=page&prompt=fox');
    const html = await (await open(asked.headers.get('location') ?? '')).text();
    gateway.jobs.outcome = outcome;
    const [, action = ''] = /<form[^>]* method="post" action="([^"]+)">/.exec(html) ?? [];
    const press = (headers: Record<string, string>) => {
      const type = { 'content-type': 'application/x-www-form-urlencoded' };
      const address = `${gateway.url}${action.replaceAll('&amp;', '&')}`;
      return fetch(address, { method: 'POST', redirect: 'manual', headers: { ...BROWSER, ...type, ...headers } });
    };
    const foreign = [
      { 'sec-fetch-site': 'cross-site', origin: 'https://elsewhere.example' },
      { origin: 'http://elsewhere.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site', authorization: `Basic ${btoa('x:y')}` },
    ];
    for (const headers of foreign) assert.equal((await press(headers)).status, 403, JSON.stringify(headers));
    assert.equal(gateway.jobs.cancelled.length, 0);
    for (const headers of [{ 'sec-fetch-site': 'same-origin' }, { origin: gateway.url }, {}]) {
      const answer = await press(headers);
      assert.equal(answer.status, 303);
      assert.match(answer.headers.get('location') ?? '', /^\/jobs\/job-\d+\?output=page$/);
    }
    assert.equal(gateway.jobs.cancelled.length, 3);
  });

  test('gets sentences that say what is wrong and what to do', async () => {
    const wrong = await open('/generate?output=page&prompt=&seed=x');
    assert.equal(wrong.status, 400);
    const html = await wrong.text();
    assert.match(html, /`prompt` must be text/);
    assert.match(html, /`seed` must be/);
    assert.match(html, /Change what is named above/);
    const { outcome } = gateway.jobs;
    gateway.jobs.outcome = () => ({ status: 'failed', error: new AppError('prompt_refused', 'secret words') });
    const refused = await open((await open('/generate?output=page&prompt=fox')).headers.get('location') ?? '');
    gateway.jobs.outcome = outcome;
    assert.equal(refused.status, 422);
    const words = await refused.text();
    assert.match(words, /Ask for something else/);
    assert.doesNotMatch(words, /secret words/);
  });

  test('needs both sides of a size, and passes sizes and steps on', async () => {
    assert.equal((await open('/generate?prompt=fox&width=512')).status, 400);
    await open('/generate?prompt=fox&width=512&height=640&steps=9');
    const { width, height, steps } = gateway.jobs.submissions.at(-1)?.draft ?? {};
    assert.deepEqual([width, height, steps], [512, 640, 9]);
  });

  const lacksW3m = spawnSync('w3m', ['-version']).error !== undefined;
  const skip = lacksW3m && !process.env.CI ? 'there is no w3m on this machine' : false;

  test('w3m shows the form and the picture', { skip }, async () => {
    const form = await readByW3m(`${gateway.url}/`);
    for (const words of ['What should the picture show?', 'Shape', 'Make']) assert.ok(form.includes(words), form);
    gateway.jobs.outcome = (request) => ({
      status: 'done',
      progress: 1,
      result: toResult(request, { warnings: ['Steps have no effect here.'] }),
    });
    const done = await readByW3m(`${gateway.url}/generate?output=page&prompt=a+red+fox&seed=7`);
    for (const words of ['a red fox', 'Seed', '7', 'sketch', 'Open the picture', 'Make again', 'no effect'])
      assert.ok(done.includes(words), done);
    const failed = await readByW3m(`${gateway.url}/generate?output=page`);
    assert.match(failed, /`prompt` must be text/);
  });
});

test('below a path every address of the page begins with that path', async () => {
  const gateway = await startGateway({ publicUrl: 'https://example.org/tools/easel' });
  const page = await fetch(`${gateway.url}/tools/easel`, { headers: BROWSER });
  const addresses = [...(await page.text()).matchAll(/(?:src|href|action)="(\/[^"]*)"/g)].map(([, address]) => address);
  await gateway.stop();
  assert.ok(addresses.length > 4);
  for (const address of addresses) assert.ok(address?.startsWith('/tools/easel/'), address);
});

test('with keys set a browser is asked for one, as the password', async () => {
  const gateway = await startGateway({ apiKeys: [] });
  const answer = await fetch(`${gateway.url}/generate?output=page&prompt=fox`, { headers: BROWSER });
  const html = await answer.text();
  await gateway.stop();
  assert.equal(answer.status, 401);
  assert.match(answer.headers.get('www-authenticate') ?? '', /^Basic realm=/);
  assert.match(html, /API key is needed/);
});
