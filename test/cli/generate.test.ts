import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { until } from '../support/poll.ts';
import { type OwnGateway, startOwnGateway } from './own-gateway.ts';
import { beginEasel, EASEL, type RunOptions, runEasel } from './run-easel.ts';

/** `easel PROMPT` and `easel -` against a real gateway with a scripted worker. */
describe('easel', () => {
  let own: OwnGateway;
  let calls = 0;
  before(async () => {
    own = await startOwnGateway();
  });
  after(() => own.stop());

  /** The next production that the gateway starts. */
  const next = () => own.worker.production(calls++);
  const options = (more: RunOptions = {}): RunOptions => ({
    cwd: own.directory,
    ...more,
    env: { EASEL_URL: own.gateway.url, ...more.env },
  });
  const inFolder = (name: string): string => join(own.directory, name);

  test('saves the picture, and prints one line of JSON when standard output is a pipe', async () => {
    const wanted = ['--shape', 'landscape', '--seed', '7', '--negative', 'blurry', '--guidance', '3.5'];
    const { ended } = beginEasel(['a red fox', '-o', 'fox.webp', ...wanted, '--strict', '--steps=9'], options());
    const one = await next();
    const { prompt, seed, shape, negativePrompt, guidanceScale, format, strict, steps, count } = one.production.request;
    assert.deepEqual(
      { prompt, seed, shape, negativePrompt, guidanceScale, format, strict, steps, count },
      {
        ...{ prompt: 'a red fox', seed: 7, shape: 'landscape', negativePrompt: 'blurry', guidanceScale: 3.5 },
        ...{ format: 'webp', strict: true, steps: 9, count: 1 },
      },
    );
    one.finish({ warnings: ['the engine has no steps'] });
    const { code, lines, stderr } = await ended;
    assert.equal(code, 0);
    const [line, ...more] = lines;
    assert.deepEqual(more, []);
    assert.match(String(line?.image_url), new RegExp(`^${own.gateway.url}/images/`));
    assert.deepEqual(
      { ...line, image_url: '', job_id: '' },
      {
        ...{ success: true, prompt: 'a red fox', image_url: '', width: 768, height: 768, seed: 7, store: 'disk' },
        ...{ file: 'fox.webp', engine: 'fake', job_id: '', warnings: ['the engine has no steps'], cached: false },
      },
    );
    // Without a terminal there is no progress line. Node prints no warning either.
    assert.equal(stderr, 'easel: the engine has no steps\n');
    assert.deepEqual(await readFile(inFolder('fox.webp')), own.picture);
  });

  test('makes several pictures, with seeds and file names that continue from job to job', async () => {
    const { ended } = beginEasel(
      ['-n', '6', 'many', 'foxes', '--seed', '10', '-o', 'many.png', '--no-json'],
      options(),
    );
    const first = await next();
    assert.equal(first.production.request.prompt, 'many foxes');
    assert.deepEqual([first.production.request.seed, first.production.request.count], [10, 4]);
    first.finish();
    const second = await next();
    assert.deepEqual([second.production.request.seed, second.production.request.count], [14, 2]);
    second.finish();
    const { code, stdout, stderr } = await ended;
    assert.equal(code, 0, stderr);
    const addresses = stdout.trim().split('\n');
    assert.equal(new Set(addresses).size, 6);
    for (const address of addresses) assert.match(address, /^http:\/\/127\.0\.0\.1:\d+\/images\/\S+$/);
    for (const number of [1, 2, 3, 4, 5, 6]) assert.ok(existsSync(inFolder(`many-${number}.png`)));
  });

  test('-o - writes the picture to standard output, and nothing else', async () => {
    const { ended } = beginEasel(['a fox to be piped', '-o', '-', '-q'], options());
    (await next()).finish();
    const { code, stdout, stderr } = await ended;
    assert.equal(code, 0);
    assert.equal(stderr, '');
    assert.equal(stdout, own.picture.toString('utf8'));
  });

  test('reads prompts from standard input, reports one that fails, and makes the others', async () => {
    const input = '\ufeffa first fox\n\n  a second fox  \r\na third fox';
    const { ended } = beginEasel(['-', '-o', 'line.png'], options({ input }));
    const first = await next();
    assert.equal(first.production.request.prompt, 'a first fox');
    first.finish();
    const second = await next();
    assert.equal(second.production.request.prompt, 'a second fox');
    second.fail({ code: 'prompt_refused', message: 'internal words', publicMessage: 'The engine refuses it.' });
    (await next()).finish();
    const { code, lines, stderr } = await ended;
    assert.equal(code, 1);
    assert.deepEqual(
      lines.map(({ success, prompt, code: errorCode, file }) => ({ success, prompt, errorCode, file })),
      [
        { success: true, prompt: 'a first fox', errorCode: undefined, file: 'line-1.png' },
        { success: false, prompt: 'a second fox', errorCode: 'prompt_refused', file: undefined },
        { success: true, prompt: 'a third fox', errorCode: undefined, file: 'line-2.png' },
      ],
    );
    assert.equal(stderr, 'easel: The engine refuses it.\n');
  });

  test('a prompt that is also a command, or begins with a dash, comes after --', async () => {
    for (const prompt of ['status', '-o nothing']) {
      const { ended } = beginEasel(['--', prompt], options());
      const one = await next();
      assert.equal(one.production.request.prompt, prompt);
      one.finish();
      assert.equal((await ended).code, 0);
    }
  });

  test('Ctrl-C cancels the job, and the engine stops', async () => {
    const { child, ended } = beginEasel(['a fox nobody waits for'], options());
    const one = await next();
    child.kill('SIGINT');
    const { code, stderr, stdout } = await ended;
    assert.equal(code, 130);
    assert.equal(stderr, 'easel: cancelled.\n');
    assert.equal(stdout, '');
    if (!one.left.aborted) await new Promise((resolve) => one.left.addEventListener('abort', resolve));
  });

  test('a closed pipe behind standard output ends the command as an interrupt does, without a stack trace', async () => {
    own.worker.isAutomatic = true;
    const command = `yes 'a fox' | head -20 | "${process.execPath}" "${EASEL}" - | head -1; echo "\${PIPESTATUS[2]}" >&2`;
    const env = { ...process.env, EASEL_URL: own.gateway.url };
    const { stderr } = await promisify(execFile)('bash', ['-c', command], { env });
    own.worker.isAutomatic = false;
    calls = own.worker.productions.length;
    assert.match(stderr, /^(?:easel: cancelled\.\n)?130\n$/);
    assert.ok(calls < 20);
  });

  test('the job goes on after --timeout, and `easel get` waits for it', async () => {
    const { ended } = beginEasel(['a slow fox', '--timeout', '4'], options());
    const one = await next();
    const { code, lines, stderr } = await ended;
    assert.equal(code, 75);
    const id = String(lines[0]?.job_id);
    assert.equal(stderr, `easel: The picture is still being made. Wait for it by: easel get ${id}\n`);
    assert.equal(one.left.aborted, false);
    const got = beginEasel(['get', id, '-o', 'slow.png'], options());
    one.finish();
    assert.equal((await got.ended).code, 0);
    assert.deepEqual(await readFile(inFolder('slow.png')), own.picture);
  });

  test('`easel cancel` ends a job that another command waits for', async () => {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ prompt: 'a fox to be cancelled' });
    const accepted = await fetch(`${own.gateway.url}/jobs`, { method: 'POST', headers, body });
    const { job_id, status_url } = (await accepted.json()) as { job_id: string; status_url: string };
    const waiting = beginEasel(['get', job_id], options());
    const one = await next();
    const cancelled = await runEasel(['cancel', status_url], options());
    assert.deepEqual([cancelled.code, cancelled.lines[0]?.status], [0, 'cancelled'], cancelled.stderr);
    const { code, stderr } = await waiting.ended;
    assert.deepEqual([code, stderr], [1, 'easel: The job was cancelled.\n']);
    await until(() => one.left.aborted, 'the end of the work');
  });

  test('control characters in answers do not reach the terminal', async () => {
    const { ended } = beginEasel(['a hostile fox', '--no-json'], options());
    const one = await next();
    one.finish({ warnings: ['\x1b]0;owned\x07 \x9b2J\u202ereversed'] });
    const { stderr } = await ended;
    assert.match(stderr, /owned/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the test asserts that they are absent.
    assert.doesNotMatch(stderr, /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
  });

  test('no picture is requested when its file cannot be written', async () => {
    await mkdir(inFolder('folder'));
    for (const [output, reason] of [
      ['folder', /this is a folder/],
      ['nowhere/fox.png', /nothing can be written to nowhere \(ENOENT\)/],
      ['fox.tiff', /one of \.png, \.jpg, \.jpeg, \.webp, \.avif/],
    ] as const) {
      const more = output === 'folder' ? ['--format', 'png'] : [];
      const { code, stderr } = await runEasel(['a fox', '-o', output, ...more], options());
      assert.equal(code, 2);
      assert.match(stderr, reason);
    }
    assert.equal(own.worker.productions.length, calls);
  });
});
