import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createJobIds, toAgainId } from '../../../../api/jobs/accept/job-ids.ts';
import type { GenerationRequest } from '../../../../shared/contract/generation.ts';
import { AppError } from '../../../../shared/errors.ts';
import { draft } from '../drafts.ts';

const ids = createJobIds('a secret');
const facts = { createdAt: 1_700_000_000_000, needsCredentials: false };
const request = (change: Partial<GenerationRequest> = {}): GenerationRequest => ({
  ...draft(),
  seed: 123_456_789,
  seedGiven: true,
  ...change,
});
const isNotFound = (error: unknown): boolean => error instanceof AppError && error.code === 'not_found';

test('an id carries its whole request, in a form that stands in any address', () => {
  const wish = request({ prompt: '“Ein Fuchs” – 狐 🦊', negativePrompt: 'blurry', width: 512, height: 768, steps: 20 });
  const issued = ids.issue(wish, facts);
  assert.match(issued.id, /^[\w-]+$/);
  assert.deepEqual(ids.read(issued.id), { ...issued, request: wish });
});

test('two ids of the same request differ, and so do their runs', () => {
  const [one, two] = [ids.issue(request(), facts), ids.issue(request(), facts)];
  assert.notEqual(one.id, two.id);
  assert.notEqual(one.runId, two.runId);
});

test('a usual id is short, and hides the prompt', () => {
  const { id } = ids.issue(request({ prompt: 'a lighthouse at dusk, oil on canvas, dramatic clouds' }), facts);
  assert.ok(id.length < 220, `${id.length} characters`);
  assert.equal(Buffer.from(id, 'base64url').includes('lighthouse'), false);
});

test('an id never outgrows an address: one that would leaves its request out', () => {
  const noise = (): string =>
    Array.from({ length: 2000 }, () => String.fromCodePoint(0x4e00 + Math.floor(Math.random() * 20_000))).join('');
  const { id, request: carried } = ids.issue(request({ prompt: noise(), negativePrompt: noise() }), facts);
  assert.ok(id.length < 7000);
  assert.equal(carried, undefined);
  assert.equal(ids.read(id).request, undefined);
  assert.equal(ids.read(id).createdAt, facts.createdAt);
});

test('what was changed, cut, spelt differently or sealed with another secret is none of ours', () => {
  const { id } = ids.issue(request(), facts);
  const foreign = createJobIds('another secret').issue(request(), facts).id;
  const flipped = `${id.slice(0, 40)}${id[40] === 'A' ? 'B' : 'A'}${id.slice(41)}`;
  for (const wrong of [foreign, flipped, id.slice(0, -4), `${id}.`, ` ${id}`, `${id}=`, '', 'again', '.again']) {
    assert.throws(() => ids.read(wrong), isNotFound, wrong);
  }
});

test('the id of a remembered answer leads to the same record', () => {
  const { id, key } = ids.issue(request(), facts);
  const again = ids.read(toAgainId(id));
  assert.equal(again.key, key);
  assert.equal(again.isAgain, true);
});
