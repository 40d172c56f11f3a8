import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSeals } from '../../../../api/jobs/accept/seals.ts';
import { type GenerationRequest, MAX_PROMPT_CHARACTERS } from '../../../../shared/contract/generation.ts';
import { AppError } from '../../../../shared/errors.ts';
import { toNoise } from '../../../support/noise.ts';
import { draft } from '../drafts.ts';

const ID = 'AAAAAAAAAAAAAAAA';
const seals = createSeals(['a secret']);
const request = (change: Partial<GenerationRequest> = {}): GenerationRequest => ({
  ...draft(),
  seed: 123_456_789,
  seedGiven: true,
  ...change,
});
const job = (change: Partial<GenerationRequest> = {}) => ({
  createdAt: 1_700_000_000_000,
  owner: 'key:anna',
  needsCredentials: true,
  request: request(change),
});
const isNotFound = (error: unknown): boolean => error instanceof AppError && error.code === 'not_found';

test('a seal contains the whole job, in characters that every address allows', () => {
  const sealable = job({ prompt: '“Ein Fuchs” – 狐 🦊', negativePrompt: 'blurry', width: 512, height: 768, steps: 20 });
  const sealed = seals.seal(ID, sealable);
  assert.match(sealed, /^[\w-]+$/);
  assert.deepEqual(seals.open(ID, sealed), sealable);
});

test('a usual seal is short, hides the prompt, and is the same every time', () => {
  const sealable = job({ prompt: 'a lighthouse at dusk, oil on canvas, dramatic clouds' });
  const sealed = seals.seal(ID, sealable);
  assert.ok(sealed.length < 240, `${sealed.length} characters`);
  assert.equal(Buffer.from(sealed, 'base64url').includes('lighthouse'), false);
  assert.equal(seals.seal(ID, sealable), sealed);
});

test('a seal stays short enough for an address: a longer one omits the request', () => {
  const noise = toNoise(2 * MAX_PROMPT_CHARACTERS);
  const sealed = seals.seal(
    ID,
    job({
      prompt: noise.slice(MAX_PROMPT_CHARACTERS),
      negativePrompt: noise.slice(0, MAX_PROMPT_CHARACTERS),
    }),
  );
  assert.ok(sealed.length < 7000);
  const opened = seals.open(ID, sealed);
  assert.equal(opened.request === undefined, true);
  assert.equal(opened.createdAt, job().createdAt);
});

test('a seal made with the older of two secrets is still read', () => {
  const sealed = seals.seal(ID, job());
  assert.deepEqual(createSeals(['a newer secret', 'a secret']).open(ID, sealed), job());
  assert.throws(() => createSeals(['a newer secret']).open(ID, sealed), isNotFound);
});

test('a seal that was changed, cut, or made for another job or with another secret is refused', () => {
  const sealed = seals.seal(ID, job());
  const flipped = `${sealed.slice(0, 40)}${sealed[40] === 'A' ? 'B' : 'A'}${sealed.slice(41)}`;
  const foreign = createSeals(['another secret']).seal(ID, job());
  for (const wrong of [foreign, flipped, sealed.slice(0, -4), '', 'x', 'A'.repeat(9000)]) {
    assert.throws(() => seals.open(ID, wrong), isNotFound, wrong.slice(0, 20));
  }
  assert.throws(() => seals.open('BAAAAAAAAAAAAAAA', sealed), isNotFound);
});
