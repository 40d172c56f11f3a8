import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createPromptPolicy } from '../../../api/policy/prompt-policy.ts';
import type { PromptRequest } from '../../../api/policy/requested-text.ts';
import { AppError } from '../../../shared/errors.ts';
import { refuses } from './refuses.ts';

function refusalOf(policy: (request: PromptRequest) => void, request: PromptRequest): AppError {
  try {
    policy(request);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  return assert.fail('was not refused');
}

describe('the refusal', () => {
  test('names the rule in the log and the field in the answer, and shows the prompt in neither', () => {
    const error = refusalOf(createPromptPolicy({ rules: [] }), {
      prompt: 'nude child zebra',
      negativePrompt: 'quagga',
    });
    assert.equal(error.code, 'prompt_refused');
    assert.equal(error.status, 422);
    assert.equal(error.retryable, false);
    assert.equal(error.message, 'refused by the rule child-safety');
    assert.equal(error.details.field, 'prompt');
    assert.match(error.publicMessage, /minors/);
    assert.doesNotMatch(JSON.stringify([error.message, error.details, error.stack]), /zebra|quagga/);
  });

  test('gives the message of the operator’s rule, or a general one', () => {
    const rules = [
      { name: 'competitor', message: 'No pictures of our competitor.', words: ['acme'] },
      { name: 'weapons', words: ['gun*'] },
    ];
    const policy = createPromptPolicy({ rules });
    assert.equal(refusalOf(policy, { prompt: 'the ACME logo' }).publicMessage, 'No pictures of our competitor.');
    assert.equal(refusalOf(policy, { prompt: 'a row of guns' }).message, 'refused by the rule weapons');
    assert.match(refusalOf(policy, { prompt: 'a gun' }).publicMessage, /rules of this service/);
    policy({ prompt: 'a begun day', negativePrompt: 'gun, acme' });
  });

  test('about minors comes before every rule of the operator, and no allowed phrase disables it', () => {
    const policy = createPromptPolicy({ rules: [{ name: 'own', words: ['nude'], allow: ['nude child', 'loli'] }] });
    for (const prompt of ['nude child', 'loli']) {
      assert.equal(refusalOf(policy, { prompt }).message, 'refused by the rule child-safety');
    }
  });
});

describe('engine options', () => {
  const refusedWith = (options: unknown) => refuses({ prompt: 'a child', engineOptions: { piclumen: options } });

  test('are read together with the prompt: strings, lists and the keys of maps', () => {
    assert.ok(refusedWith({ ponyTags: 'nude' }));
    assert.ok(refusedWith({ ponyTags: ['score_9', { name: 'naked' }] }));
    assert.ok(refusedWith({ ponyTags: { naked: true } }));
    assert.ok(refuses({ prompt: 'nude', engineOptions: { any: { style: 'kindergarten' } } }));
  });

  test('that are negative add to the negative prompt', () => {
    assert.equal(refusedWith({ negative_prompt: 'nude' }), false);
    assert.ok(refusedWith({ negative_prompt: 'clothes' }));
  });

  test('are not judged by their own names, nor by the letters of embedded pictures', () => {
    assert.equal(refusedWith({ nsfw: false, style_list: [] }), false);
    assert.equal(refusedWith({ image: `data:image/png;base64,${'nude/'.repeat(50)}` }), false);
    assert.ok(refusedWith({ image: 'data:image/png;base64,AAAA nude' }));
  });

  test('are decoded when they are base64, whatever their name', () => {
    const said = Buffer.from('a naked body').toString('base64');
    assert.ok(refusedWith({ note: said }));
    assert.ok(refusedWith({ note: `data:text/plain;base64,${said}` }));
    assert.ok(refusedWith({ note: Buffer.from('nude, standing').toString('base64url') }));
    assert.equal(refusedWith({ note: Buffer.from('a blue dress').toString('base64') }), false);
  });

  test('may be nested as deep as a body can be', () => {
    let nested: unknown = 'nude';
    for (let depth = 0; depth < 20_000; depth += 1) nested = [nested];
    assert.ok(refusedWith(nested));
  });
});
