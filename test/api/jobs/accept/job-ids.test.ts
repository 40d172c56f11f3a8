import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createJobIds, toRunId } from '../../../../api/jobs/accept/job-ids.ts';
import { AppError } from '../../../../shared/errors.ts';

const ids = createJobIds(['a secret']);
const isNotFound = (error: unknown): boolean => error instanceof AppError && error.code === 'not_found';

test('an id is short, unique, and leads to its record', () => {
  const [one, two] = [ids.issue(), ids.issue()];
  assert.match(one, /^[\w-]{1,40}$/);
  assert.equal(ids.read(one).key, one);
  assert.notEqual(one, two);
  assert.notEqual(toRunId(one), toRunId(two));
});

test('the id of a remembered answer leads to the record, hides the record’s id, and knows its owner', () => {
  const key = ids.issue();
  const again = ids.toAgainId(key, 'key:bert');
  assert.match(again, /^[\w-]{1,40}$/);
  assert.equal(again.includes(key), false);
  assert.equal(ids.toAgainId(key, 'key:bert'), again);
  assert.notEqual(ids.toAgainId(key, 'key:carl'), again);
  const read = ids.read(again);
  assert.equal(read.key, key);
  assert.equal(read.again?.isOf('key:bert'), true);
  assert.equal(read.again?.isOf('key:carl'), false);
});

test('an id made with the older of two secrets is still read', () => {
  const key = ids.issue();
  const older = ids.toAgainId(key, '');
  assert.equal(createJobIds(['a newer secret', 'a secret']).read(older).key, key);
  assert.throws(() => createJobIds(['a newer secret']).read(older), isNotFound);
});

test('an id of an earlier release, which contained the sealed request, leads to the same record', () => {
  const key = ids.issue();
  assert.equal(ids.read(`${key}${'x'.repeat(100)}`).key, key);
});

test('a changed, cut or respelt id is refused', () => {
  const key = ids.issue();
  const again = ids.toAgainId(key, '');
  const flipped = `${again.slice(0, 20)}${again[20] === 'A' ? 'B' : 'A'}${again.slice(21)}`;
  for (const wrong of [
    flipped,
    key.slice(1),
    `${key}x`,
    again.slice(1),
    `${again}=`,
    ` ${key}`,
    '',
    'again',
    '../../etc',
  ]) {
    assert.throws(() => ids.read(wrong), isNotFound, wrong);
  }
});
