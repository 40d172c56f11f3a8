import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { startGateway, type TestGateway } from '../api/gateway.ts';

/** Prompts are personal, so no form of an address may bring one into the log. */

const WORDS = 'a-very-private-matter';

const ADDRESSES = [
  `/prompt/${WORDS}`,
  `/PROMPT/${WORDS}`,
  `/Image/${WORDS}`,
  `//prompt/${WORDS}`,
  `//PROMPT//${WORDS}`,
  `/JOBS/${WORDS}`,
  `/jobs/${WORDS}/events`,
  `//jobs//${WORDS}`,
  `/promt/${WORDS}`,
  `/${WORDS}`,
  `/p/${WORDS}`,
  `/v1/${WORDS}`,
  `/sdapi/v1/${WORDS}`,
  `/images/${WORDS}`,
  `/docs/assets/${WORDS}`,
  `/generate/${WORDS}`,
  `/generate;${WORDS}`,
  `/generate?prompt=${WORDS}`,
  `/generate%3Fprompt=${WORDS}`,
  `/prompt/%ff${WORDS}`,
  `http://elsewhere.example/prompt/${WORDS}`,
  `http://${WORDS}/prompt/x`,
];

describe('the log', () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startGateway();
  });
  after(() => gateway.stop());

  async function send(method: string, path: string): Promise<void> {
    const { hostname, port } = new URL(gateway.url);
    const lines = gateway.logged.length;
    await new Promise<void>((resolve, reject) => {
      const call = request({ hostname, port, path, method }, (response) => {
        response.resume();
        response.once('close', resolve);
      });
      call.once('error', reject);
      call.end();
    });
    assert.ok(gateway.logged.length > lines, `${method} ${path} is not logged`);
  }

  for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS']) {
    test(`holds no word of an address requested by ${method}`, async () => {
      for (const path of ADDRESSES) await send(method, path);
      assert.doesNotMatch(gateway.logged.join(''), new RegExp(WORDS, 'i'));
    });
  }

  test('names the route that served', () => {
    const paths = gateway.logged.map((line) => (JSON.parse(line) as { path: string }).path);
    assert.ok(paths.includes('/prompt/*prompt'));
    assert.ok(paths.includes('/jobs/:id'));
    assert.ok(paths.includes('(no route)'));
  });
});
