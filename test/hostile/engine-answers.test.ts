import { deepEqual, equal, ok } from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import sharp from 'sharp';
import { close, listen } from '../../shared/net/http.ts';
import { createService, type Service } from '../e2e/service.ts';
import { readProc } from '../support/proc.ts';
import { removeDirectory } from '../support/remove-directory.ts';

/** The largest JSON answers that an engine may send, at a worker with the heap of a small host. */

const SIDE = 2048;
const PICTURES = 4;
/** Room for two pictures of one call, each as bytes, text and parsed JSON, and for one conversion. */
const MAX_GROWTH_MB = 300;
const TOKEN = 'token-of-the-worker';

let directory: string;
let picture: string;
const asked: number[] = [];
let engine: Server;
let worker: Service;

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'easel-answers-'));
  const raw = { width: SIDE, height: SIDE, channels: 3 } as const;
  // Noise does not compress, so the file is as large as the pixels in memory.
  const png = await sharp(randomBytes(SIDE * SIDE * 3), { raw })
    .png({ compressionLevel: 0 })
    .toBuffer();
  picture = png.toString('base64');
  engine = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    if (request.url !== '/sdapi/v1/txt2img') return response.writeHead(404).end();
    const body = JSON.parse(Buffer.concat(chunks).toString());
    const count = body.batch_size * (body.n_iter ?? 1);
    asked.push(count);
    const images = Array.from({ length: count }, () => picture);
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ images, info: '{}' }));
  });
  const { port } = await listen(engine, 0, '127.0.0.1');
  worker = await createService({
    file: 'worker/main.ts',
    directory,
    env: {
      ...{ HOST: '127.0.0.1', DATA_DIR: directory, WORKER_TOKEN: TOKEN, STORES: 'disk' },
      ...{ ENGINES: 'automatic1111', AUTOMATIC1111_URL: `http://127.0.0.1:${port}`, MALLOC_ARENA_MAX: '2' },
      MALLOC_MMAP_THRESHOLD_: '16384',
      NODE_OPTIONS: '--max-old-space-size=128 --max-semi-space-size=2',
    },
  });
  await worker.start();
});

after(async () => {
  await worker.kill('SIGKILL');
  await close(engine, 0);
  await removeDirectory(directory);
});

const memoryMb = (field: 'VmRSS' | 'VmHWM'): number =>
  Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(readProc(worker.pid, 'status'))?.[1]) / 1024;

async function produce(count: number, format: string): Promise<Record<string, unknown>> {
  const request = {
    ...{ prompt: 'noise', negativePrompt: '', seed: 1, seedGiven: true, count, width: SIDE, height: SIDE },
    ...{ strict: false, safe: false, format, deliver: 'bytes', previews: 0 },
  };
  const response = await fetch(`${worker.url}/productions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}`, 'easel-wire': '1', 'content-type': 'application/json' },
    body: JSON.stringify({ jobId: `${count} pictures`, request }),
  });
  const lines = (await response.text()).trim().split('\n');
  return JSON.parse(lines.at(-1) ?? '');
}

test('pictures of noise arrive whole, in calls that fit into the heap, and memory stays bounded', async () => {
  const before = memoryMb('VmRSS');
  const { type, result } = await produce(PICTURES, 'jpeg');
  equal(type, 'result', JSON.stringify(result));
  equal((result as { pictures: unknown[] }).pictures.length, PICTURES);
  deepEqual(asked, [2, 2]);
  const growth = memoryMb('VmHWM') - before;
  ok(growth < MAX_GROWTH_MB, `memory grew by ${growth.toFixed(0)} MB`);
  equal(worker.exitCode, null);
});
