import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startGateway, type TestGateway } from '../gateway.ts';

/** One wrong query string each, and the parameter that the answer must blame. */
function* badQueries(): Generator<readonly [query: string, field: string]> {
  for (const seed of [
    '-2',
    '4294967296',
    '1.5',
    'abc',
    '0x10',
    '1e99',
    'NaN',
    'Infinity',
    '--1',
    '1,000',
    '+-1',
    '1e',
    'random',
    'undefined',
    '٣',
    'null',
  ]) {
    yield [`prompt=x&seed=${encodeURIComponent(seed)}`, 'seed'];
  }
  for (const scale of ['-0.1', '20.1', 'seven', '7,5', '1e3', 'NaN', '-Infinity', '0x7', '7 7', 'true', '[7]', '{}']) {
    yield [`prompt=x&guidance_scale=${encodeURIComponent(scale)}`, 'guidance_scale'];
  }
  for (const [field, values] of Object.entries({
    shape: ['round', 'SQUARE', 'square ', 'portrait,landscape', '512x512', '0'],
    output: ['xml', 'JSON', 'picture', 'base64'],
    format: ['gif', 'jpg', 'PNG', 'image/png'],
    strict: ['maybe', '2', 'on', '-1'],
    safe: ['perhaps', '10', 'off'],
  })) {
    for (const value of values) yield [`prompt=x&${field}=${encodeURIComponent(value)}`, field];
  }
  for (const prompt of ['', ' ', '\t\n', '\u00a0', 'x'.repeat(32_001), 'x'.repeat(50_000)]) {
    yield [`prompt=${encodeURIComponent(prompt)}`, 'prompt'];
  }
  for (const code of [0, 1, 7, 8, 11, 12, 14, 27, 31, 127, 128, 155, 159]) {
    yield [`prompt=a${encodeURIComponent(String.fromCharCode(code))}b`, 'prompt'];
    yield [`prompt=x&negative_prompt=a${encodeURIComponent(String.fromCharCode(code))}b`, 'negative_prompt'];
  }
  yield [`prompt=x&negative_prompt=${'y'.repeat(32_001)}`, 'negative_prompt'];
  for (const field of ['seed', 'guidance_scale', 'shape', 'output', 'format', 'negative_prompt', 'engine', 'strict']) {
    yield [`prompt=x&${field}=1&${field}=1`, field];
  }
  yield ['prompt=a&prompt=b', 'prompt'];
  yield ['prompt=a&prompt=a', 'prompt'];
  for (const nested of ['prompt[]=a', 'prompt[a]=b', 'prompt.a=b', '__proto__[prompt]=a', 'Prompt=a', '', 'q=fox']) {
    yield [nested, 'prompt'];
  }
  yield [`prompt=x&engine=${'e'.repeat(65)}`, 'engine'];
  yield ['prompt=x%00&seed=1', 'prompt'];
}

describe('bad input', () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startGateway();
  });
  after(() => gateway.stop());

  const cases = [...badQueries()];

  test('there are at least a hundred cases', () => {
    assert.ok(cases.length >= 100, String(cases.length));
  });

  test('each is a 400 that names the parameter', async () => {
    for (const [query, field] of cases) {
      const response = await fetch(`${gateway.url}/generate?${query}`);
      const shown = query.slice(0, 80);
      assert.equal(response.status, 400, shown);
      const body = (await response.json()) as { code: string; field: string; error: string; faults: unknown[] };
      assert.equal(body.code, 'invalid_request', shown);
      assert.equal(body.field, field, shown);
      assert.match(body.error, new RegExp(`\`${field}\``), shown);
      assert.ok(body.error.length < 400, shown);
    }
    assert.equal(gateway.jobs.submissions.length, 0);
  });

  test('all faults of a request are reported at once', async () => {
    const response = await fetch(`${gateway.url}/generate?seed=x&shape=round&guidance_scale=99`);
    const body = (await response.json()) as { faults: { field: string }[] };
    assert.deepEqual(body.faults.map((fault) => fault.field).sort(), ['guidance_scale', 'prompt', 'seed', 'shape']);
  });

  test('says what came and what is allowed', async () => {
    const response = await fetch(`${gateway.url}/generate?prompt=x&seed=-5`);
    const { error } = (await response.json()) as { error: string };
    assert.equal(error, '`seed` must be a whole number from -1 to 4294967295, not "-5".');
  });

  test('line breaks in a header value cannot be injected through any parameter', async () => {
    const response = await fetch(`${gateway.url}/generate?prompt=fox%0d%0aX-Injected:%201&engine=sketch`);
    assert.equal(response.headers.get('x-injected'), null);
    assert.ok(response.status < 500);
  });

  test('a broken body, a huge body and a foreign media type are answered in JSON', async () => {
    const post = (body: string, type = 'application/json') =>
      fetch(`${gateway.url}/jobs`, { method: 'POST', body, headers: { 'content-type': type } });
    const broken = await post('{"prompt":');
    assert.equal(broken.status, 400);
    assert.equal(((await broken.json()) as { field: string }).field, 'body');
    assert.equal((await post(JSON.stringify({ prompt: 'x'.repeat(300_000) }))).status, 413);
    assert.equal((await post('"text"')).status, 400);
    assert.equal((await post('[1]')).status, 400);
    assert.equal((await post('prompt=x', 'text/plain')).status, 415);
  });
});
