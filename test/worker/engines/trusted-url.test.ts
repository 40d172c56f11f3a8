import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { toTrustedUrl } from '../../../worker/engines/service-calls.ts';

const service = { url: 'https://api.paint.example', domains: ['paint.example'], title: 'Paint' };

describe('an address that an answer names gets the key', () => {
  for (const [given, url] of [
    ['/v1/tasks/1', 'https://api.paint.example/v1/tasks/1'],
    ['https://api.paint.example/v1/tasks/1', 'https://api.paint.example/v1/tasks/1'],
    ['https://eu.paint.example/v1/tasks/1', 'https://eu.paint.example/v1/tasks/1'],
    ['https://paint.example/1', 'https://paint.example/1'],
  ] as const) {
    test(`at ${given}`, () => assert.equal(toTrustedUrl(given, service.url, service), url));
  }

  for (const given of [
    'http://eu.paint.example/1',
    'https://evilpaint.example/1',
    'https://paint.example.evil.example/1',
    'https://paint.example@evil.example/1',
    'https://evil.example/paint.example',
    '//evil.example/1',
    'ftp://paint.example/1',
    'not an address',
    '',
  ]) {
    test(`but not at "${given}"`, () => {
      const trust = (): string => toTrustedUrl(given, service.url, service);
      // A relative address always stays at the service.
      if (given.startsWith('//')) assert.equal(new URL(trust()).origin, service.url);
      else assert.throws(trust, { code: 'engine_changed' });
    });
  }

  test("and not at the service's own domains when the operator named another address", () => {
    const base = 'https://proxy.example/paint';
    assert.throws(() => toTrustedUrl('https://eu.paint.example/1', base, service), { code: 'engine_changed' });
    assert.equal(toTrustedUrl('https://proxy.example/2', base, service), 'https://proxy.example/2');
  });
});
