import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ErrorCode } from '../../../shared/errors.ts';
import { toExcerpt } from '../../../worker/upstream/excerpt.ts';
import { createRateWindow, readRestMs, toPause } from '../../../worker/upstream/rate-limit-headers.ts';
import { toUpstreamError, type UpstreamReply } from '../../../worker/upstream/upstream.ts';

const NOW = Date.parse('2026-10-01T12:00:00Z');

function reply(status: number, body = '', headers: Record<string, string> = {}): UpstreamReply {
  return { call: 'POST /v1/make', status, headers, body: Buffer.from(body) };
}

const failure = { secrets: [], now: NOW };

describe('an excerpt of a reply', () => {
  const prompt = 'a lighthouse in a storm, seen from far below';

  test('contains no prompt, whole, in part, or as encoded in JSON, Python and URLs', () => {
    const texts = [
      `Refused: ${prompt}`,
      `Refused: ${prompt.slice(0, 25)}...`,
      JSON.stringify({ detail: prompt }),
      `/image/${encodeURIComponent(prompt)}?seed=1`,
    ];
    for (const text of texts) assert.doesNotMatch(toExcerpt(text, [prompt]), /lighthouse in|storm/);
    const accented = 'un café "noir" près de l’église';
    assert.doesNotMatch(toExcerpt(JSON.stringify(accented), [accented]), /noir|près/);
    const python = '{"input": "un caf\\u00e9 \\"noir\\" pr\\u00e8s de l\\u2019\\u00e9glise"}';
    assert.doesNotMatch(toExcerpt(python, [accented]), /noir|glise/);
  });

  const key = 'k3y-Of/The+operator=77';
  const inForm = (text: string): string => new URLSearchParams({ text }).toString().slice('text='.length);
  const inEntities = (text: string): string => text.replace(/./gsu, (letter) => `&#${letter.codePointAt(0)};`);
  const FORMS: Readonly<Record<string, (text: string) => string>> = {
    'in a URL': encodeURIComponent,
    'in a URL, twice': (text) => encodeURIComponent(encodeURIComponent(text)),
    'in a form': inForm,
    'in lower-case percents': (text) => encodeURIComponent(text).replace(/%../g, (hex) => hex.toLowerCase()),
    'in JSON inside JSON': (text) => JSON.stringify(JSON.stringify({ text })),
    'in entities': inEntities,
    'in capitals': (text) => text.toUpperCase(),
    'with other blanks': (text) => text.replaceAll(' ', '\n'),
    'as base64': (text) => Buffer.from(text).toString('base64'),
    'as base64url': (text) => Buffer.from(text).toString('base64url'),
    'as a later part of base64': (text) => Buffer.from(`user:${text}`).toString('base64').slice(3),
    'as hexadecimal': (text) => Buffer.from(text).toString('hex'),
  };
  for (const [form, encode] of Object.entries(FORMS)) {
    test(`contains no prompt and no key ${form}`, () => {
      for (const secret of [prompt, key, 'un café "noir" près de l’église']) {
        const excerpt = toExcerpt(`Refused: ${encode(secret)} (quota)`, [secret]);
        assert.match(excerpt, /^Refused: .*\(quota\)$/);
        assert.ok(!excerpt.includes(encode(secret).slice(-12)), excerpt);
        assert.doesNotMatch(excerpt, /storm|operator|glise/i);
        assert.match(excerpt, /redacted|…/);
      }
    });
  }

  test('keeps text that only looks encoded', () => {
    const text = 'scheduler_not_found at internationalization 3f2a9c1e-77aa-4b1c-9d21-0f5a4c3b2a10 100%25';
    assert.equal(toExcerpt(text, [prompt]), text.replace('%25', '%'));
  });

  test('keeps words that happen to contain a short prompt', () => {
    assert.equal(toExcerpt('authentication: no cat here', ['cat']), 'authentication: no [redacted] here');
  });

  test('contains no token and no data', () => {
    const text = `key hf_abcdefghijkl and Bearer xyzxyzxyz and ${'iVBORw0KGgo'.repeat(30)} end, t0k3n`;
    const excerpt = toExcerpt(text, ['t0k3n']);
    assert.equal(excerpt, 'key [redacted] and [redacted] and … end, [redacted]');
  });

  test('is one short line, and of an HTML page only its title', () => {
    assert.equal(
      toExcerpt('<!doctype html><title>502 Bad\n Gateway</title><p>secret', []),
      'a page titled "502 Bad Gateway"',
    );
    assert.equal(toExcerpt('<html><body>secret', []), 'a page of markup');
    assert.equal(toExcerpt(' \n', []), '(empty)');
    assert.equal(toExcerpt('word '.repeat(500), []).length, 241);
  });
});

describe('what a service says about waiting', () => {
  const CASES: [Record<string, string>, number | undefined][] = [
    [{ 'retry-after': '20' }, 20_000],
    [{ 'retry-after': 'Thu, 01 Oct 2026 12:00:30 GMT' }, 30_000],
    [{ 'retry-after': 'soon' }, undefined],
    [{ 'retry-after': '-5' }, undefined],
    [{ 'retry-after': 'NaN' }, undefined],
    [{ 'retry-after': 'Thu, 01 Jan 1970 00:00:00 GMT' }, 0],
    [{ 'retry-after-ms': '1500', 'retry-after': '20' }, 1500],
    [{ ratelimit: '"api";r=0;t=120' }, 120_000],
    [{ ratelimit: '"api";r=5;t=120' }, undefined],
    [{ 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '1m30s' }, 90_000],
    [{ 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '120ms' }, 120],
    [{}, undefined],
  ];
  for (const [headers, restMs] of CASES) {
    test(`${JSON.stringify(headers)}: ${restMs} ms`, () => assert.equal(readRestMs(headers, NOW), restMs));
  }

  test('requests left in the window, and when it ends', () => {
    let now = NOW;
    const window = createRateWindow({ now: () => now, elapsed: () => now - NOW });
    const quota = () => [window.quotaRemaining(), window.quotaResetsAt()];
    assert.deepEqual(quota(), [undefined, undefined]);
    window.read({ ratelimit: '"api";r=42;t=9' });
    assert.deepEqual(quota(), [42, NOW + 9000]);
    window.read({});
    now += 9000;
    assert.deepEqual(quota(), [42, undefined]);
    window.read({ 'x-ratelimit-remaining-requests': '7', 'x-ratelimit-reset-requests': '1m30s' });
    assert.deepEqual(quota(), [7, now + 90_000]);
    window.read({ 'x-ratelimit-remaining-requests': '6' });
    assert.deepEqual(quota(), [6, undefined]);
  });

  test('clients get at most a minute, and the breaker the whole time', () => {
    assert.deepEqual(toPause(300_000), { restMs: 300_000, retryAfterSeconds: 60 });
    assert.deepEqual(toPause(120), { restMs: 120, retryAfterSeconds: 1 });
    assert.deepEqual(toPause(undefined), {});
    const anHour = { restMs: 3_600_000, retryAfterSeconds: 60 };
    for (const absurd of [1e15, Number.POSITIVE_INFINITY]) assert.deepEqual(toPause(absurd), anHour);
    for (const absurd of [-1, Number.NaN, Number.NEGATIVE_INFINITY]) assert.deepEqual(toPause(absurd), {});
  });
});

describe('a failed reply', () => {
  const CODES: [number, ErrorCode][] = [
    [301, 'engine_changed'],
    [400, 'engine_changed'],
    [401, 'engine_unauthorized'],
    [402, 'engine_unauthorized'],
    [403, 'engine_unauthorized'],
    [404, 'engine_changed'],
    [408, 'engine_timeout'],
    [410, 'engine_changed'],
    [418, 'engine_changed'],
    [429, 'engine_busy'],
    [500, 'engine_failed'],
    [502, 'engine_failed'],
    [503, 'engine_busy'],
    [504, 'engine_timeout'],
    [599, 'engine_failed'],
  ];
  for (const [status, code] of CODES) {
    test(`HTTP ${status} is ${code}`, () => assert.equal(toUpstreamError(reply(status), failure).code, code));
  }

  test('a human check is recognised by its header or its page', () => {
    const page = '<!DOCTYPE html><html><head><title>Just a moment...</title>';
    assert.equal(toUpstreamError(reply(403, page), failure).code, 'engine_challenge');
    assert.equal(toUpstreamError(reply(403, '', { 'cf-mitigated': 'challenge' }), failure).code, 'engine_challenge');
    assert.equal(toUpstreamError(reply(403, '{"error":"no"}'), failure).code, 'engine_unauthorized');
  });

  test('the message names call, status, type and an excerpt, and the error has the pause', () => {
    const busy = reply(429, '{"error":"slow down"}', { 'content-type': 'application/json', 'retry-after': '90' });
    const error = toUpstreamError(busy, failure);
    assert.equal(error.message, 'POST /v1/make: HTTP 429 application/json: {"error":"slow down"}');
    assert.equal(error.details.restMs, 90_000);
    assert.equal(error.details.retryAfterSeconds, 60);
  });
});
