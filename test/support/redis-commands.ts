import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { eventually } from './poll.ts';

/** Commands that the server is sent while the task runs, and those that scripts call. */
export async function countCommands(
  url: string,
  task: () => Promise<void>,
): Promise<{ sent: number; inScripts: number }> {
  const { hostname, port } = new URL(url);
  const monitor = connect(Number(port), hostname);
  let heard = '';
  monitor.setEncoding('utf8').on('data', (text: string) => {
    heard += text;
  });
  // Each line says where a command came from: `[0 127.0.0.1:1234]`, or `[0 lua]`.
  const linesOf = (source: RegExp): number => heard.match(source)?.length ?? 0;
  try {
    monitor.write('MONITOR\r\n');
    await eventually(() => assert.match(heard, /^\+OK/));
    await task();
    const end = connect(Number(port), hostname).end('ECHO the-end\r\n');
    await eventually(() => assert.match(heard, /the-end/));
    end.destroy();
    return { sent: linesOf(/^\+[\d.]+ \[\d+ (?!lua\])/gm) - 1, inScripts: linesOf(/^\+[\d.]+ \[\d+ lua\]/gm) };
  } finally {
    monitor.destroy();
  }
}
