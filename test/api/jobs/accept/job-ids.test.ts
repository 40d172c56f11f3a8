import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createJobIds, toRunId } from '../../../../api/jobs/accept/job-ids.ts';
import { AppError } from '../../../../shared/errors.ts';

const ids = createJobIds(['a secret']);
const isNotFound = (error: unknown): boolean => error instanceof AppError && error.code === 'not_found';

test('an id is short, names its record and differs from every other', () => {
  const [one, two] = [ids.issue(), ids.issue()];
  assert.match(one, /^[\w-]{1,40}$/);
  assert.equal(ids.read(one).key, one);
  assert.notEqual(one, two);
  assert.notEqual(toRunId(one), toRunId(two));
});

test('the id of a remembered answer leads to the record without telling its id, and knows its owner', () => {
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

test('while the secret changes, what the older one made is still read', () => {
  const key = ids.issue();
  const older = ids.toAgainId(key, '');
  assert.equal(createJobIds(['a newer secret', 'a secret']).read(older).key, key);
  assert.throws(() => createJobIds(['a newer secret']).read(older), isNotFound);
});

test('an id of an earlier release, which went on with the sealed request, names the same record', () => {
  const key = ids.issue();
  assert.equal(ids.read(`${key}${'x'.repeat(100)}`).key, key);
});

test('what was changed, cut or spelt differently is none of ours', () => {
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
