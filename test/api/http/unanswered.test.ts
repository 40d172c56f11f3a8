import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createRandom } from '../../support/random.ts';
import { startGateway, type TestGateway } from '../gateway.ts';
import { converse } from './conversation/converse.ts';

const CONVERSATIONS = 400;
const AT_A_TIME = 16;
const SEED = 20_261_128;
/** A body that is still being sent when it is refused. */
const BODY = `{"prompt":"${'x'.repeat(300_000)}"}`;
const PIECE = 20_000;
const PAUSE_MS = 5;

describe('a complete request gets an answer', () => {
  let gateway: TestGateway;
  let port: number;
  before(async () => {
    gateway = await startGateway();
    port = Number(new URL(gateway.url).port);
  });
  after(() => gateway.stop());

  /** Sends the bytes, and resolves with everything received until the end. Like simple clients, it reads only after sending. */
  async function send(pieces: readonly string[]): Promise<string> {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    const chunks: Buffer[] = [];
    const ended = new Promise((resolve) => socket.once('end', resolve).once('error', resolve));
    for (const piece of pieces) {
      if (!socket.writable) break;
      socket.write(piece);
      await delay(PAUSE_MS);
    }
    socket.on('data', (chunk) => chunks.push(chunk));
    await ended;
    socket.destroy();
    return Buffer.concat(chunks).toString();
  }

  test(`in each of ${CONVERSATIONS} conversations, however their bytes are cut`, async (t) => {
    const faults: string[] = [];
    const statuses: Record<number, number> = {};
    let next = SEED;
    const lane = async (): Promise<void> => {
      while (next < SEED + CONVERSATIONS) {
        const seed = next++;
        const { fault, statuses: answered } = await converse(port, createRandom(seed));
        for (const status of answered) statuses[status] = (statuses[status] ?? 0) + 1;
        if (fault !== undefined) faults.push(`seed ${seed}: ${fault}`);
      }
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, lane));
    t.diagnostic(JSON.stringify(statuses));
    assert.deepEqual(faults.slice(0, 5), []);
    for (const status of [200, 202, 204, 400, 404, 405, 413, 415]) assert.ok(statuses[status], `none had ${status}`);
  });

  for (const [what, head] of [
    ['HTTP/1.1 with Connection: close', 'POST /nowhere HTTP/1.1\r\nhost: x\r\nconnection: close'],
    ['HTTP/1.0, as nginx speaks by default', 'POST /nowhere HTTP/1.0\r\nhost: x'],
    ['a body that is too long, and Connection: close', 'POST /jobs HTTP/1.1\r\nhost: x\r\nconnection: close'],
  ] as const) {
    test(`even if its body is refused at once: ${what}`, async () => {
      const headers = `content-type: application/json\r\ncontent-length: ${BODY.length}`;
      const pieces = BODY.match(new RegExp(`.{1,${PIECE}}`, 'g')) ?? [];
      const answer = await send([`${head}\r\n${headers}\r\n\r\n`, ...pieces]);
      assert.match(answer, /^HTTP\/1\.1 4(04|13) /);
      assert.match(answer, /"success":false.*\}$/);
    });
  }

  test('or its answer closes the connection, as after a request for another protocol', async () => {
    const upgrade = 'GET /health HTTP/1.1\r\nhost: x\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n';
    const answer = await send([`${upgrade}GET /health HTTP/1.1\r\nhost: x\r\n\r\n`]);
    assert.match(answer, /^HTTP\/1\.1 200 .*^connection: close/ims);
  });
});
