import { equal, match, ok } from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createService, type Service } from '../e2e/service.ts';
import { createFakeWorker, type FakeWorker } from '../stand-ins/worker/fake-worker.ts';
import { removeDirectory } from '../support/remove-directory.ts';

/** Bytes of a picture of 2048 x 2048 full of noise. */
const PICTURE_BYTES = 12_000_000;
/** Far below the memory of a whole answer: 10 such pictures, three copies of each. */
const MAX_GROWTH_MB = 130;
const READERS = 8;

let directory: string;
let worker: FakeWorker;
let gateway: Service;

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'easel-large-'));
  worker = await createFakeWorker({ concurrency: 4 });
  worker.isAutomatic = true;
  worker.picture = Buffer.concat([worker.picture, randomBytes(PICTURE_BYTES)]);
  gateway = await createService({
    file: 'api/main.ts',
    directory,
    env: {
      ...{ HOST: '127.0.0.1', DATA_DIR: directory, WORKER_URL: worker.url, WORKER_TOKEN: worker.token },
      ...{ RATE_LIMIT_PER_MINUTE: '0', NODE_OPTIONS: '--max-old-space-size=160 --max-semi-space-size=4' },
    },
  });
  await gateway.start();
});

after(async () => {
  await gateway.kill('SIGKILL');
  await worker.close();
  await removeDirectory(directory);
});

const json = { 'content-type': 'application/json' };
const ask = (body: object) =>
  fetch(`${gateway.url}/v1/images/generations`, { method: 'POST', headers: json, body: JSON.stringify(body) });

async function residentMb(): Promise<number> {
  const status = await readFile(`/proc/${gateway.pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
}

test('a request for too many pixels is refused with the allowed number', async () => {
  const answer = await ask({ prompt: 'fox', n: 10, size: '2048x2048', response_format: 'b64_json' });
  equal(answer.status, 400);
  match(
    await answer.text(),
    /10 pictures of 2048x2048, 41\.9 megapixels.*MAX_PIXELS_PER_REQUEST.*at most 4 of this size/,
  );
});

test('an answer of 64 MB arrives whole and is never in memory as a whole', async () => {
  const before = await residentMb();
  let peak = before;
  const answer = await ask({ prompt: 'fox', n: 4, size: '2048x2048', response_format: 'b64_json' });
  equal(answer.status, 200);
  const text: string[] = [];
  const decoder = new TextDecoder();
  for await (const chunk of answer.body ?? []) {
    text.push(decoder.decode(chunk, { stream: true }));
    peak = Math.max(peak, text.length % 50 === 0 ? await residentMb() : 0);
  }
  const { data } = JSON.parse(text.join('')) as { data: { b64_json: string }[] };
  equal(data.length, 4);
  for (const { b64_json } of data) ok(Buffer.from(b64_json, 'base64').equals(worker.picture));
  ok(peak - before < MAX_GROWTH_MB, `${before} MB, then ${peak} MB`);
});

test('eight clients that do not read their answer take hardly any memory, and others are served', async () => {
  const before = await residentMb();
  const readers = await Promise.all(Array.from({ length: READERS }, (_, index) => beginToRead(index)));
  equal((await fetch(`${gateway.url}/health`)).status, 200);
  const { data } = (await (await ask({ prompt: 'hare', response_format: 'b64_json' })).json()) as { data: unknown[] };
  equal(data.length, 1);
  const held = (await residentMb()) - before;
  for (const reader of readers) reader.destroy();
  ok(held < MAX_GROWTH_MB, `${READERS} answers of 64 MB hold ${held} MB`);
});

/** Resolves once the answer has begun, and reads no more of it. */
function beginToRead(seed: number): Promise<Socket> {
  const { hostname, port } = new URL(gateway.url);
  const body = JSON.stringify({ prompt: 'fox', n: 4, size: '2048x2048', response_format: 'b64_json', user: `${seed}` });
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  socket.write(
    `POST /v1/images/generations HTTP/1.1\r\nHost: ${hostname}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  return new Promise((resolve) => {
    socket.once('readable', () => resolve(socket));
  });
}
