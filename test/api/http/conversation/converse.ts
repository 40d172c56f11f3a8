import { connect } from 'node:net';
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import type { Random } from '../../../support/random.ts';
import { createAnswerReader } from './answers.ts';
import { drawRequest } from './requests.ts';

/** Much longer than any answer takes. */
const PATIENCE_MS = 8000;

/**
 * Sends one to four requests over one connection, cut at random places, and sometimes waits for an answer before the next
 * one. Resolves with a sentence for each request that was sent completely and got no answer.
 */
export async function converse(
  port: number,
  random: Random,
): Promise<{ readonly fault?: string; readonly statuses: readonly number[] }> {
  const count = random.int(1, 4);
  const requests = Array.from({ length: count }, (_, index) =>
    drawRequest(random, `127.0.0.1:${port}`, index === count - 1),
  );
  const isPipelined = random.chance(0.5) && !requests.some(({ asksForUpgrade }) => asksForUpgrade);
  const reader = createAnswerReader(requests.map(({ method }) => method));
  const socket = connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
  let arrived = Promise.withResolvers<void>();
  let isOver = false;
  let why = '';
  const notify = (): void => {
    arrived.resolve();
    arrived = Promise.withResolvers();
  };
  socket.on('data', (bytes) => {
    reader.add(bytes);
    notify();
  });
  socket.on('error', (error) => {
    why = String(error);
  });
  socket.on('end', () => socket.end());
  socket.on('close', () => {
    reader.end();
    isOver = true;
    notify();
  });

  const deadline = performance.now() + PATIENCE_MS;
  /** Resolves with whether this many answers have arrived before the end of the connection or the time limit. */
  async function untilAnswered(answers: number): Promise<boolean> {
    while (reader.statuses.length < answers && !isOver && performance.now() < deadline) {
      await Promise.race([arrived.promise, delay(200, undefined, { ref: false })]);
    }
    return reader.statuses.length >= answers;
  }

  for (const [index, { bytes }] of requests.entries()) {
    await sendInPieces(socket, bytes, random);
    if (!isPipelined && !(await untilAnswered(index + 1))) break;
  }
  const isWhole = await untilAnswered(count);
  const wasOver = isOver;
  socket.destroy();
  const { statuses } = reader;
  // After an answer that closes the connection, the request is sent again over another one.
  if (isWhole || (wasOver && reader.saysClose)) return { statuses };
  const sent = requests.map(({ line, bytes }) => `${line} (${bytes.length} bytes)`).join(', ');
  const end = wasOver ? `the connection ended ${why}` : `nothing more came in ${PATIENCE_MS} ms`;
  return { statuses, fault: `${isPipelined ? 'pipelined ' : ''}${sent}: answered ${statuses}, then ${end}` };
}

async function sendInPieces(socket: ReturnType<typeof connect>, bytes: Buffer, random: Random): Promise<void> {
  const cuts = Array.from({ length: random.int(0, 4) }, () => random.int(1, bytes.length)).toSorted((a, b) => a - b);
  let from = 0;
  for (const to of [...cuts, bytes.length]) {
    if (socket.destroyed) return;
    if (to > from) socket.write(bytes.subarray(from, to));
    from = to;
    if (random.chance(0.3)) await delay(random.int(1, 3));
    else await nextTurn();
  }
}
