import { equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { maxPicturesOfCall, toMaxAnswerBytes } from '../../../worker/upstream/answer-limits.ts';

const MEGABYTE = 1024 * 1024;

test('an answer takes a quarter of the heap, whatever that is', () => {
  equal(toMaxAnswerBytes(128 * MEGABYTE), 32 * MEGABYTE);
  equal(toMaxAnswerBytes(8192 * MEGABYTE), 256 * MEGABYTE);
});

test('a call asks for as many pictures as its answer can hold, and for one at least', () => {
  const maxBytes = toMaxAnswerBytes(128 * MEGABYTE);
  equal(maxPicturesOfCall({ width: 2048, height: 2048 }, maxBytes), 2);
  equal(maxPicturesOfCall({ width: 8192, height: 8192 }, maxBytes), 1);
  ok(maxPicturesOfCall({ width: 512, height: 512 }, maxBytes) >= 8);
});
