import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createHttpStandIn, type HttpStandIn } from '../stand-ins/http-stand-in.ts';
import { takeFreePort } from '../support/free-port.ts';
import { type OwnGateway, startOwnGateway } from './own-gateway.ts';
import { beginEasel, runEasel } from './run-easel.ts';

const KEY = 'a-key-of-sixteen-characters';

/** Exit codes and messages of commands that fail. */
describe('easel when it fails', () => {
  let own: OwnGateway;
  let other: HttpStandIn;
  before(async () => {
    own = await startOwnGateway({ API_KEYS: `anna:${KEY}:1000:1000` });
    other = await createHttpStandIn(() => ({ status: 404, body: '<h1>Not found</h1>' }));
  });
  after(async () => {
    await own.stop();
    await other.close();
  });

  const WRONG: readonly (readonly [args: readonly string[], says: RegExp])[] = [
    [[], /^easel: a prompt in/],
    [[''], /No prompt came/],
    [['--shap', 'square', 'fox'], /Unknown option '--shap'/],
    [['fox', '--seed', 'seven'], /--seed must be a number, not "seven"/],
    [['fox', '--seed'], /'--seed <value>' argument missing/],
    [['fox', '-n', '0'], /--count must be a whole number from 1 to 1000/],
    [['fox', '-n', '2', '-o', '-'], /-o - takes one picture/],
    [['fox', '--preview', 'loud'], /--preview must be one of auto, kitty/],
    [['fox', '--engine-options', '{'], /--engine-options must be JSON/],
    [['fox', '--timeout', '-1'], /'--timeout' argument is ambiguous/],
    [['fox', '--timeout=0'], /--timeout must be more than 0/],
    [['fox', '--url', 'http://anna:secret@127.0.0.1'], /must be an address such as/],
    [['get'], /easel get takes the id of one job/],
    [['cancel', 'a', 'b'], /easel cancel takes the id of one job/],
    [['status', 'of', 'liberty'], /easel status takes nothing/],
    [['serve', 'the', 'king'], /easel serve takes options only/],
    [['completion', 'tcsh'], /one of bash, zsh, fish/],
  ];
  test('2: wrong usage is reported without a call to the gateway', async () => {
    const before = other.requests.length;
    const ended = await Promise.all(WRONG.map(([args]) => runEasel(args, { env: { EASEL_URL: other.url } })));
    for (const [index, [args, says]] of WRONG.entries()) {
      assert.equal(ended[index]?.code, 2, `${args.join(' ')}: ${ended[index]?.stderr}`);
      assert.match(String(ended[index]?.stderr), says);
      assert.doesNotMatch(String(ended[index]?.stderr), /secret| at .*:\d+:\d+/);
    }
    assert.equal(other.requests.length, before);
  });

  test('2: all faults that the gateway finds are reported at once, with the names of options', async () => {
    const env = { EASEL_URL: own.gateway.url, EASEL_KEY: KEY };
    const { code, stderr, lines } = await runEasel(
      ['fox', '--shape', 'lanscape', '--guidance', '99', '--seed', '99999999999'],
      { env },
    );
    assert.equal(code, 2);
    assert.match(stderr, /--seed must be a whole number from -1 to 4294967295, not 99999999999\.\n/);
    assert.match(stderr, /--guidance must be a number from 0 to 20, not 99\.\n/);
    assert.match(stderr, /--shape must be one of portrait, landscape, square, not "lanscape"\.\n/);
    assert.equal(lines[0]?.code, 'invalid_request');
  });

  test('1: the key is missing or wrong', async () => {
    const env = { EASEL_URL: own.gateway.url };
    const missing = await runEasel(['fox'], { env });
    assert.equal(missing.code, 1);
    assert.match(missing.stderr, /An API key is needed.*Set EASEL_KEY\.\n$/);
    const wrong = await runEasel(['fox'], { env: { ...env, EASEL_KEY: 'another-key-of-sixteen-characters' } });
    assert.equal(wrong.code, 1);
    assert.doesNotMatch(wrong.stderr + wrong.stdout, /another-key/);
  });

  for (const [code, expected] of [
    ['prompt_refused', 1],
    ['engine_failed', 1],
    ['engine_busy', 75],
    ['engine_challenge', 75],
  ] as const) {
    test(`${expected}: a job that ends with ${code}`, async () => {
      const env = { EASEL_URL: own.gateway.url, EASEL_KEY: KEY };
      const index = own.worker.productions.length;
      const { ended } = beginEasel([`a fox for ${code}`], { env });
      // The gateway tries again after some of these failures, so every production fails.
      const failing = { code, message: 'inside', publicMessage: 'A public sentence.' };
      const hasEnded = ended.then(() => undefined);
      for (let at = index; ; at++) {
        const one = await Promise.race([own.worker.production(at), hasEnded]);
        if (one === undefined) break;
        one.fail(failing);
      }
      const { code: exitCode, lines, stderr } = await ended;
      assert.equal(exitCode, expected, stderr);
      assert.equal(lines[0]?.code, code);
      assert.equal(stderr, 'easel: A public sentence.\n');
    });
  }

  test('75: a quota comes back only after the time limit of the command', async () => {
    const body = { success: false, error: 'Too many requests.', code: 'rate_limited', retryable: true };
    other.interfere(() => ({ status: 429, headers: { 'retry-after': '3600' }, body }));
    const { code, stderr } = await runEasel(['fox'], { env: { EASEL_URL: other.url } });
    other.mend();
    assert.deepEqual([code, stderr], [75, 'easel: Too many requests. Try again in 3600 s.\n']);
  });

  test('69: nothing listens there, or another server does', async () => {
    for (const port of [await takeFreePort(), 9]) {
      const { code, stderr } = await runEasel(['fox'], { env: { EASEL_URL: `127.0.0.1:${port}` } });
      assert.equal(code, 69);
      assert.match(stderr, new RegExp(`^easel: No gateway answers at http://127\\.0\\.0\\.1:${port} .*easel serve\n$`));
    }
    for (const answer of [{ status: 404 }, { status: 200, body: '<h1>Hello</h1>' }, { status: 200, body: {} }]) {
      other.interfere(() => answer);
      const { code, stderr } = await runEasel(['fox', '--timeout', '5'], { env: { EASEL_URL: other.url } });
      assert.equal(code, 69);
      assert.match(stderr, /^easel: The server at http:\/\/127\.0\.0\.1:\d+ is not Easel/);
    }
    other.mend();
  });

  test('the key is sent to the configured gateway only, not to addresses in its answers', async () => {
    const elsewhere = await createHttpStandIn(() => ({
      status: 200,
      headers: { 'content-type': 'image/png' },
      body: own.picture,
    }));
    const job = {
      ...{ success: true, job_id: 'one', status: 'done', progress: 1, warnings: [], cached: false },
      ...{ status_url: `${elsewhere.url}/jobs/one?sealed=s`, events_url: `${elsewhere.url}/jobs/one/events` },
      images: [{ image_url: `${elsewhere.url}/fox.png`, width: 96, height: 64, seed: 1 }],
    };
    const asked = other.requests.length;
    other.interfere(({ method, path }) => {
      if (method === 'POST') return { status: 202, body: { ...job, status: 'queued', images: undefined } };
      if (!path.endsWith('/events')) return { status: 200, body: job };
      return {
        headers: { 'content-type': 'text/event-stream' },
        body: `id: 1\nevent: done\ndata: ${JSON.stringify(job)}\n\n`,
      };
    });
    const env = { EASEL_URL: other.url, EASEL_KEY: KEY };
    const { code, stderr } = await runEasel(['fox', '-o', '-'], { env });
    other.mend();
    await elsewhere.close();
    assert.equal(code, 0, stderr);
    assert.equal(elsewhere.requests.length, 1);
    for (const { headers } of other.requests.slice(asked)) assert.equal(headers.authorization, `Bearer ${KEY}`);
    for (const { headers, path } of elsewhere.requests) {
      assert.equal(path, '/fox.png');
      assert.doesNotMatch(JSON.stringify(headers), new RegExp(KEY));
    }
  });
});
