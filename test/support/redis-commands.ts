import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { QUEUE_PREFIX } from '../../shared/queue/redis/connection.ts';
import { eventually } from './poll.ts';

interface Count {
  readonly sent: number;
  readonly inScripts: number;
}

/** Counts commands that the server gets during the task, and commands that scripts call: our own, and BullMQ's. */
export async function countCommands(
  url: string,
  task: () => Promise<void>,
): Promise<{ readonly own: Count; readonly ofBullMq: Count }> {
  const { hostname, port } = new URL(url);
  const monitor = connect(Number(port), hostname);
  let heard = '';
  monitor.setEncoding('utf8').on('data', (text: string) => {
    heard += text;
  });
  try {
    monitor.write('MONITOR\r\n');
    await eventually(() => assert.match(heard, /^\+OK/));
    await task();
    const end = connect(Number(port), hostname).end('ECHO the-end\r\n');
    await eventually(() => assert.match(heard, /the-end/));
    end.destroy();
    const lines = heard.match(/^\+[\d.]+ \[.*$/gm)?.filter((line) => !NO_PART.test(line)) ?? [];
    const ofBullMq = lines.filter((line) => line.includes(`"${QUEUE_PREFIX}:`));
    return { own: count(lines.filter((line) => !ofBullMq.includes(line))), ofBullMq: count(ofBullMq) };
  } finally {
    monitor.destroy();
  }
}

/** Heartbeats are not counted, because they come at intervals, independent of pictures. */
const NO_PART = /"(ECHO" "the-end|publish" "easel:workers)"/;

/** Each line says where a command came from: `[0 127.0.0.1:1234]`, or `[0 lua]`. */
function count(lines: readonly string[]): Count {
  const inScripts = lines.filter((line) => /^\+[\d.]+ \[\d+ lua\]/.test(line)).length;
  return { sent: lines.length - inScripts, inScripts };
}
