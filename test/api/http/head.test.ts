import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startGateway, type TestGateway } from '../gateway.ts';

/** Link previews and monitors send HEAD. They get the headers of GET, and no picture is made. */

describe('HEAD', () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startGateway();
  });
  after(() => gateway.stop());

  const ask = (path: string): Promise<Response> => fetch(gateway.url + path, { method: 'HEAD' });

  for (const [path, status, type] of [
    ['/generate?prompt=fox', 200, 'application/json; charset=utf-8'],
    ['/generate?prompt=fox&output=image&format=webp', 200, 'image/webp'],
    ['/prompt/fox', 200, 'image/jpeg'],
    ['/image/fox?format=png', 200, 'image/png'],
    ['/generate', 400, 'application/json; charset=utf-8'],
    ['/prompt/fox?width=wide', 400, 'application/json; charset=utf-8'],
    ['/jobs/any/events', 200, 'text/event-stream; charset=utf-8'],
    ['/v1/models', 200, 'application/json; charset=utf-8'],
    ['/health', 200, 'application/json; charset=utf-8'],
  ] as const) {
    test(`${path} is ${status} with the type ${type}, and makes nothing`, async () => {
      const response = await ask(path);
      assert.equal(response.status, status);
      assert.equal(response.headers.get('content-type'), type);
      assert.equal(await response.text(), '');
      assert.equal(gateway.jobs.submissions.length, 0);
    });
  }

  test('of an address that only has POST is 405', async () => {
    const response = await ask('/v1/images/generations');
    assert.equal(response.status, 405);
    assert.equal(response.headers.get('allow'), 'POST, OPTIONS');
  });
});
