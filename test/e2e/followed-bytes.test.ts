import assert from 'node:assert/strict';
import { test } from 'node:test';
import sharp from 'sharp';
import { until } from '../support/poll.ts';
import { createFakeEngine, paintOne } from '../worker/fake-engine.ts';
import { type AnswerBody, download } from './ask.ts';
import { startInProcess } from './in-process.ts';

interface FollowedBody extends AnswerBody {
  readonly status: string;
  readonly images?: readonly { readonly image_url?: string }[];
}

const read = async (address: string | undefined): Promise<FollowedBody> =>
  (await (await fetch(String(address))).json()) as FollowedBody;

test('a caller of the bytes who gets a 202 also gets the picture by status_url', async (context) => {
  const { promise: painted, resolve: paint } = Promise.withResolvers<void>();
  const engine = createFakeEngine('fake', async (request) => {
    await painted;
    return { images: [await paintOne(request.seed, request)], warnings: [] };
  });
  const system = await startInProcess(() => ({ engines: [engine] }));
  context.after(() => system.close());

  const url = await system.addGateway(50);
  const first = await fetch(`${url}/prompt/a%20quarry?seed=9&width=64&height=48&format=png`);
  assert.equal(first.status, 202);
  const { status_url } = (await first.json()) as FollowedBody;
  const early = await fetch(String(status_url).replace(/(\?|$)/, '/pictures/1$1'));
  assert.deepEqual([early.status, ((await early.json()) as FollowedBody).status_url], [202, status_url]);

  paint();
  await until(async () => (await read(status_url)).status === 'done', 'the end of the job');
  const job = await read(status_url);
  assert.equal(job.image_url, job.images?.[0]?.image_url);
  const { data, info } = await sharp(await download(job.image_url))
    .raw()
    .toBuffer({ resolveWithObject: true });
  assert.deepEqual([info.width, info.height, data[0]], [64, 48, 9]);

  const beyond = await fetch(String(job.image_url).replace('/pictures/1', '/pictures/2'));
  assert.equal(beyond.status, 404);
  const none = await fetch(String(job.image_url).replace('/pictures/1', '/pictures/0'));
  assert.deepEqual([none.status, ((await none.json()) as { field: string }).field], [400, 'number']);
});

test('where a store has the picture, the job redirects to it', async (context) => {
  const system = await startInProcess(() => ({ engines: [createFakeEngine('fake')] }));
  context.after(() => system.close());
  const { job_id, image_url } = await read(`${system.url}/generate?prompt=a+quarry&seed=9`);
  const answer = await fetch(`${system.url}/jobs/${job_id}/pictures/1`, { redirect: 'manual' });
  assert.deepEqual([answer.status, answer.headers.get('location')], [302, image_url]);
});
