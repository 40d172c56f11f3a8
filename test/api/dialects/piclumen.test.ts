import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ERRORS } from '../../../shared/errors.ts';
import { dialectContract, pending } from '../../contracts/dialect.ts';
import { WEB_APP_EXTRAS } from '../../stand-ins/piclumen/web-app-body.ts';
import { startGateway, type TestGateway } from '../gateway.ts';

const create = '/generate-image?authorization_token=secret-token-1';

dialectContract({
  name: 'piclumen',
  generate: { path: '/generate-image', body: { prompt: 'fox' } },
  poll: ({ mark_id }) => ({ method: 'POST', path: `/check-image?mark_id=${mark_id}` }),
  toError: (code, message) => ({ status: ERRORS[code].status, body: { statuscode: ERRORS[code].status, message } }),
  wrong: { call: { path: create, body: { prompt: '' } }, blamed: 'prompt' },
  pairs: [
    {
      name: 'the defaults of the whole body',
      call: { path: create, body: { prompt: 'a magical landscape' } },
      draft: {
        prompt: 'a magical landscape',
        seed: 9896923949 % 2 ** 32,
        width: 1344,
        height: 768,
        steps: 6,
        guidanceScale: 1,
        sampler: 'euler',
        scheduler: 'normal',
        preferredEngine: 'piclumen',
        format: 'png',
        deliver: 'url',
        engineOptions: {
          piclumen: {
            ...WEB_APP_EXTRAS,
            seed: 9896923949,
          },
        },
      },
      status: 200,
      answer: { statuscode: 200, message: 'Image creation initiated', mark_id: 'job-1' },
    },
  ],
});

describe('POST /check-image', () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startGateway();
  });
  after(() => gateway.stop());

  async function start(): Promise<string> {
    const response = await fetch(gateway.url + create, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ prompt: 'fox' }),
    });
    return ((await response.json()) as { mark_id: string }).mark_id;
  }

  const check = (markId: string, query = '') =>
    fetch(`${gateway.url}/check-image?authorization_token=secret-token-1&mark_id=${markId}${query}`, {
      method: 'POST',
    });

  test('processing is 202 with the engine’s status, done is 200 with the address', async () => {
    const { outcome } = gateway.jobs;
    pending(gateway.jobs);
    const processing = await check(await start());
    gateway.jobs.outcome = outcome;
    assert.equal(processing.status, 202);
    assert.deepEqual(await processing.json(), {
      statuscode: 202,
      message: 'Image still processing. Current status: painting',
      mark_id: 'job-1',
    });
    const done = await check(await start());
    assert.equal(done.status, 200);
    assert.deepEqual(await done.json(), {
      statuscode: 200,
      message: 'Image generation successful',
      image_url: `${gateway.url}/images/picture-0.png`,
    });
  });

  test('a token in the query or in a header reaches the engine, but not the log', async () => {
    await start();
    assert.deepEqual(gateway.jobs.submissions.at(-1)?.options.credentials, { piclumen: 'secret-token-1' });
    for (const authorization of ['secret-token-2', 'Bearer secret-token-2']) {
      await fetch(`${gateway.url}/generate-image`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization },
        body: JSON.stringify({ prompt: 'fox' }),
      });
      assert.deepEqual(gateway.jobs.submissions.at(-1)?.options.credentials, { piclumen: 'secret-token-2' });
    }
    assert.doesNotMatch(gateway.logged.join(''), /secret-token/);
  });

  test('an unknown mark is 404, a missing one 400, in this dialect’s shape', async () => {
    const unknown = await check('nothing');
    assert.equal(unknown.status, 404);
    assert.deepEqual(await unknown.json(), { statuscode: 404, message: 'No such job.' });
    const missing = await fetch(`${gateway.url}/check-image`, { method: 'POST' });
    assert.equal(missing.status, 400);
  });
});
