import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { until } from '../support/poll.ts';
import { type Answer, ask, askServed, assertPaintedFor, download } from './ask.ts';
import { type Chain, countGenerations, startChain, waitForGeneration } from './chain.ts';

const CROWD = 200;
/** One job runs, and the others wait. */
const ROOM = 20;

describe('too many clients, and clients that leave', () => {
  let chain: Chain;
  before(async () => {
    chain = await startChain({ gatewayEnv: { MAX_WAITING: String(ROOM - 1) } });
    await askServed(chain.url, { prompt: 'a first picture, so that the browser is awake' });
  });
  afterEach(() => chain.perchance.setMode('ok'));
  after(() => chain.stop());

  test(`${CROWD} requests at once with room for ${ROOM}: ${ROOM} are served, the others are refused quickly`, async () => {
    chain.perchance.setMode('hang');
    const running = waitForGeneration(chain, countGenerations(chain) + 1);
    const first = { prompt: 'the one that runs', seed: 1 };
    const served: Promise<Answer>[] = [ask(chain.url, first)];
    await running;

    const refused: Answer[] = [];
    const request = Array.from({ length: CROWD - 1 }, (_, index) => ({ prompt: `number ${index}`, seed: 100 + index }));
    const answers = request.map(async (one) => {
      const answer = await ask(chain.url, one);
      if (answer.status !== 200) refused.push(answer);
      return answer;
    });
    served.push(...answers);
    await until(() => refused.length === CROWD - ROOM, `${CROWD - ROOM} refusals while the one picture hangs`);
    chain.perchance.setMode('ok');

    const all = await Promise.all(served);
    assert.equal(refused.length, CROWD - ROOM);
    for (const { status, body, headers, text, tookMs } of refused) {
      assert.deepEqual([status, body.code], [503, 'queue_full'], text);
      const seconds = Number(headers.get('retry-after'));
      assert.ok(seconds >= 1 && seconds <= 60, `Retry-After: ${headers.get('retry-after')}`);
      assert.ok(tookMs < 5000, `a refusal took ${tookMs} ms`);
    }
    for (const [index, { status, body }] of all.entries()) {
      if (status !== 200) continue;
      const asked = index === 0 ? first : request[index - 1];
      assert.ok(asked !== undefined);
      await assertPaintedFor(await download(body.image_url), asked);
    }
    assert.equal(all.filter(({ status }) => status === 200).length, ROOM);
  });

  test('a client that leaves: its picture is cancelled at the site, and the next one is made', async () => {
    chain.perchance.setMode('hang');
    const asked = countGenerations(chain) + 1;
    const client = new AbortController();
    const left = fetch(`${chain.url}/v1/images/generations`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ prompt: 'soon unwanted' }),
      signal: client.signal,
    });
    const call = await waitForGeneration(chain, asked);
    client.abort();
    await assert.rejects(left, { name: 'AbortError' });
    await until(() => call.isAbandoned, 'the end of the page that asked');
    chain.perchance.setMode('ok');
    const request = { prompt: 'wanted', seed: 3 };
    const { body } = await askServed(chain.url, request);
    await assertPaintedFor(await download(body.image_url), request);
  });
});
