import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import { close, listen } from '../../../shared/net/http.ts';

const LONG_MS = 600_000;

test('a connection that never carried a request does not hold the stop', { timeout: 10_000 }, async () => {
  const server = createServer();
  const { port } = await listen(server, 0, '127.0.0.1');
  const accepted = once(server, 'connection');
  const socket = connect(port, '127.0.0.1');
  await accepted;
  await Promise.all([once(socket, 'close'), close(server, LONG_MS)]);
});

test('a connection that is kept open after its answer does not hold the stop', { timeout: 10_000 }, async () => {
  const server = createServer((_request, response) => response.end('done'));
  const { port } = await listen(server, 0, '127.0.0.1');
  await (await fetch(`http://127.0.0.1:${port}`)).text();
  await close(server, LONG_MS);
});

test('an answer under way is sent to its end first', { timeout: 10_000 }, async () => {
  const begun = Promise.withResolvers<() => void>();
  const server = createServer((_request, response) => begun.resolve(() => response.end('whole')));
  const { port } = await listen(server, 0, '127.0.0.1');
  const answer = fetch(`http://127.0.0.1:${port}`).then((response) => response.text());
  const finish = await begun.promise;
  const closed = close(server, LONG_MS);
  finish();
  assert.equal(await answer, 'whole');
  await closed;
});

test('a client that reads nothing of its answer is disconnected', async () => {
  const server = createServer((_request, response) => {
    response.on('error', () => undefined);
    const send = (): void => {
      while (!response.destroyed && response.write('x'.repeat(60_000)));
      response.once('drain', send);
    };
    send();
  });
  const { port } = await listen(server, 0, '127.0.0.1', { stallMs: 50 });
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write('GET / HTTP/1.1\r\nHost: test\r\n\r\n');
  const [connection] = (await once(server, 'connection')) as [Socket];
  await once(connection, 'close');
  socket.destroy();
  await close(server, 0);
});
