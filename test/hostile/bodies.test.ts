import { equal, match, ok } from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { startGateway, type TestGateway } from '../api/gateway.ts';
import { type Services, startServices } from '../e2e/services.ts';

const json = { 'content-type': 'application/json' };
const post = (url: string, body: string) => fetch(url, { method: 'POST', headers: json, body });

describe('a hostile body is refused early', () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startGateway();
  });
  after(() => gateway.stop());

  test('nested in 5,000 levels', async () => {
    for (const path of ['/jobs', '/v1/images/generations', '/sdapi/v1/txt2img', '/generate']) {
      const answer = await post(
        gateway.url + path,
        `{"prompt":"fox","engine_options":${'['.repeat(5000)}${']'.repeat(5000)}}`,
      );
      ok([400, 422].includes(answer.status), `${path}: ${answer.status}`);
      match(await answer.text(), /64 levels/);
    }
  });

  const withOptions = async (options: unknown) => {
    const answer = await post(`${gateway.url}/jobs`, JSON.stringify({ prompt: 'fox', engine_options: options }));
    return { status: answer.status, text: await answer.text() };
  };

  test('with engine options that are large, deep, or for no engine', async () => {
    const large = await withOptions({ sketch: { words: 'x'.repeat(16_000) } });
    equal(large.status, 400);
    match(large.text, /engine_options.*16,000 characters of JSON and 6 levels/);
    equal((await withOptions({ sketch: { a: { b: { c: { d: { e: { f: 1 } } } } } } })).status, 400);
    const stranger = await withOptions({ nobody: { a: 1 } });
    equal(stranger.status, 400);
    match(stranger.text, /keyed by perchance, sketch, not nobody/);
    equal((await withOptions({ sketch: { a: { b: 1 } } })).status, 202);
  });

  test('of a declared length beyond the limit, without waiting for it', async () => {
    const [socket, answer] = startUpload(gateway.url, '/jobs', 10_000_000_000, 100);
    match(await answer, /^HTTP\/1\.1 413 /);
    socket.destroy();
  });
});

describe('bodies that never end, on real processes with their heaps', () => {
  let services: Services;
  before(async () => {
    services = await startServices({
      start: ['gateway'],
      gatewayEnv: { NODE_OPTIONS: '--max-old-space-size=160 --max-semi-space-size=4' },
    });
  });
  after(() => services.stop());

  const isAlive = async (): Promise<void> => {
    equal((await fetch(`${services.url}/health`)).status, 200);
    // An ordinary body is still read while others hold the whole budget.
    const answer = await post(`${services.url}/jobs`, JSON.stringify({ prompt: 'fox', seed: 'no number' }));
    equal(answer.status, 400);
  };

  test('22 half-sent uploads do not kill the gateway', async () => {
    const uploads = Array.from({ length: 22 }, () =>
      startUpload(services.url, '/sdapi/v1/png-info', 7_900_000, 7_800_000),
    );
    const [first = ''] = await Promise.all([Promise.race(uploads.map(([, answer]) => answer)), isAlive()]);
    match(first, /^HTTP\/1\.1 429 .*Retry-After: \d/is);
    await isAlive();
    for (const [socket] of uploads) socket.destroy();
  });

  test('900 half-sent JSON bodies do not kill the gateway', async () => {
    const uploads = Array.from({ length: 900 }, () => startUpload(services.url, '/jobs', 255_000, 200_000));
    const refused = await Promise.race(uploads.map(([, answer]) => answer));
    ok(refused.startsWith('HTTP/1.1 429 '));
    await isAlive();
    for (const [socket] of uploads) socket.destroy();
    await isAlive();
  });
});

/** Declares more bytes than it sends. The promise resolves with the beginning of the answer. */
function startUpload(url: string, path: string, declared: number, sent: number): [Socket, Promise<string>] {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  const head = [
    `POST ${path} HTTP/1.1`,
    `Host: ${hostname}`,
    'Content-Type: application/json',
    `Content-Length: ${declared}`,
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n{"image":"`);
  socket.write('A'.repeat(sent - 10));
  const answer = new Promise<string>((resolve) => {
    socket.once('data', (chunk) => resolve(chunk.toString('latin1')));
  });
  return [socket, answer];
}
