import { equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { maxPicturesOfCall, toMaxAnswerBytes } from '../../../worker/upstream/answer-limits.ts';

const MEGABYTE = 1024 * 1024;

test('an answer may take a quarter of the heap, for any heap', () => {
  equal(toMaxAnswerBytes(128 * MEGABYTE), 32 * MEGABYTE);
  equal(toMaxAnswerBytes(8192 * MEGABYTE), 256 * MEGABYTE);
});

test('a call asks for as many pictures as fit into its answer, and for at least one', () => {
  const maxBytes = toMaxAnswerBytes(128 * MEGABYTE);
  equal(maxPicturesOfCall({ width: 2048, height: 2048 }, maxBytes), 2);
  equal(maxPicturesOfCall({ width: 8192, height: 8192 }, maxBytes), 1);
  ok(maxPicturesOfCall({ width: 512, height: 512 }, maxBytes) >= 8);
});
