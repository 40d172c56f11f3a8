import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { apiKeys } from '../../../api/http/middleware/api-keys.ts';
import { ERRORS } from '../../../shared/errors.ts';
import { dialectContract, doneWith } from '../../contracts/dialect.ts';
import { PICTURE_BYTES } from '../fake-jobs.ts';
import { startGateway, type TestGateway } from '../gateway.ts';

const byDefault = { format: 'jpeg', deliver: 'bytes', seed: 0 } as const;

dialectContract({
  name: 'pollinations',
  generate: { path: '/prompt/fox' },
  toError: (code, message) => {
    const { status } = ERRORS[code];
    return { status, body: { status, success: false, error: { code, message } } };
  },
  wrong: { call: { path: '/prompt/fox?width=wide' }, blamed: 'width' },
  pairs: [
    {
      name: 'the bytes of a picture that is always the same',
      call: { path: '/prompt/a%20red%20fox' },
      draft: { ...byDefault, prompt: 'a red fox' },
      status: 200,
      check: ({ bytes, headers }) => {
        assert.deepEqual(bytes, PICTURE_BYTES);
        assert.equal(headers.get('content-type'), 'image/png');
        assert.equal(headers.get('cache-control'), 'public, max-age=31536000, immutable');
        assert.equal(headers.get('etag'), '"picture-0"');
        assert.equal(headers.get('x-seed'), '0');
        assert.equal(headers.get('x-engine'), 'sketch');
      },
    },
    {
      name: 'every parameter, at the newer address too',
      call: {
        path: '/image/fox?width=512&height=768&seed=-1&model=perchance&negative_prompt=blurry&nologo=true&safe=true&private=1&enhance=false',
      },
      draft: {
        prompt: 'fox',
        width: 512,
        height: 768,
        preferredEngine: 'perchance',
        negativePrompt: 'blurry',
        safe: true,
        format: 'jpeg',
        deliver: 'bytes',
      },
      status: 200,
      check: ({ headers }) => assert.equal(headers.get('cache-control'), 'no-store'),
    },
    {
      name: 'a picture of a fallback is not kept for a year',
      call: { path: '/prompt/fox' },
      given: doneWith({ isFallback: true }),
      status: 200,
      check: ({ headers }) => assert.equal(headers.get('cache-control'), 'no-store'),
    },
    ...['true', '1', 'nsfw', 'privacy,sexual, violence'].map((safe) => ({
      name: `safe=${safe} turns safe mode on`,
      call: { path: `/prompt/fox?${new URLSearchParams({ safe })}` },
      draft: { ...byDefault, prompt: 'fox', safe: true },
      status: 200,
    })),
    { name: 'safe=sometimes is not a word', call: { path: '/prompt/fox?safe=sometimes' }, status: 400 },
    { name: 'models by name', call: { path: '/models' }, status: 200, answer: ['perchance', 'sketch'] },
    {
      name: 'models as objects, not a picture of the prompt "models"',
      call: { path: '/image/models' },
      status: 200,
      check: ({ json }) => assert.equal((json as { name: string }[])[1]?.name, 'sketch'),
    },
  ],
});

describe('prompts in a path', () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startGateway();
  });
  after(() => gateway.stop());

  test('slashes, percent signs, question marks and any script arrive as they were written', async () => {
    const prompts = [
      'a/b',
      'a//b',
      '/a',
      'a/',
      '100% pure',
      'what? #1 & more',
      '生活的真谛是',
      'שלום 🦊',
      '%2F',
      'a/../b',
    ];
    for (const prompt of prompts) {
      await fetch(`${gateway.url}/prompt/${encodeURIComponent(prompt)}`);
      assert.equal(gateway.jobs.submissions.at(-1)?.draft.prompt, prompt);
    }
    await fetch(`${gateway.url}/image/cats/and/dogs`);
    assert.equal(gateway.jobs.submissions.at(-1)?.draft.prompt, 'cats/and/dogs');
  });

  test('text that is no percent-encoding stays unchanged', async () => {
    const written: Record<string, string> = {
      '100% cotton shirt': '100% cotton shirt',
      '100%25 cotton': '100% cotton',
      '%': '%',
      '50%-off %zz %4': '50%-off %zz %4',
      'caf%C3%A9 %E9t%C3%A9': 'café %E9té',
      '%ff%F0%9F%A6%8A%80': '%ff🦊%80',
      'a%2Fb/c%': 'a/b/c%',
    };
    for (const [path, prompt] of Object.entries(written)) {
      for (const address of [`/prompt/${path}`, `/image/${path}?seed=1`, `/generate?prompt=${path}`]) {
        assert.equal((await fetch(gateway.url + address)).status, 200, address);
        assert.equal(gateway.jobs.submissions.at(-1)?.draft.prompt, prompt, address);
      }
    }
  });

  test('a picture that needs a key is not stored by shared caches', async () => {
    const keyed = await startGateway({ apiKeys: apiKeys('Keys.').parse('me:sesame-sesame-sesame') });
    const response = await fetch(`${keyed.url}/prompt/fox`, { headers: { 'x-api-key': 'sesame-sesame-sesame' } });
    await keyed.stop();
    assert.equal(response.headers.get('cache-control'), 'private, max-age=31536000, immutable');
  });

  test('If-None-Match saves the bytes', async () => {
    // fetch is not used, because it adds `Cache-Control: no-cache` to a conditional request, which asks for a new picture.
    const again = request(`${gateway.url}/prompt/fox`, { headers: { 'if-none-match': '"picture-0"' } }).end();
    const [response] = (await once(again, 'response')) as [IncomingMessage];
    response.resume();
    assert.equal(response.statusCode, 304);
  });

  test('the prompt of a path stays out of the log', async () => {
    await fetch(`${gateway.url}/prompt/unrepeatable-words/and-more`);
    assert.doesNotMatch(gateway.logged.join(''), /unrepeatable|and-more/);
  });
});
