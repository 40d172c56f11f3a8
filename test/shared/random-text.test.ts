import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { drawText } from '../../shared/random-text.ts';

describe('random text', () => {
  test('has the requested number of bytes, in both encodings', () => {
    for (const bytes of [1, 8, 12, 16]) {
      assert.match(drawText(bytes, 'hex'), new RegExp(`^[0-9a-f]{${2 * bytes}}$`));
      assert.equal(Buffer.from(drawText(bytes, 'base64url'), 'base64url').length, bytes);
    }
  });

  test('is never repeated, even across two draws', () => {
    const texts = Array.from({ length: 5000 }, (_, index) => drawText(9 + (index % 8), 'hex'));
    assert.equal(new Set(texts.map((text) => text.slice(0, 18))).size, texts.length);
  });

  test('uses each drawn byte once', () => {
    const texts = Array.from({ length: 1000 }, () => drawText(8, 'hex'));
    const repeated = texts.filter((text, index) => texts[index - 1]?.endsWith(text.slice(0, 2)));
    assert.ok(repeated.length < 100, `${repeated.length} of 1000 begin with the last byte before`);
  });

  test('has no constant byte', () => {
    const texts = Array.from({ length: 600 }, () => Buffer.from(drawText(8, 'hex'), 'hex'));
    for (let at = 0; at < 8; at += 1) assert.ok(new Set(texts.map((bytes) => bytes[at])).size > 100);
  });
});
