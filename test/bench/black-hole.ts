import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A process that listens with the shortest queue and then sleeps, so that it never accepts a connection. */
const SLEEPER = `require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, function () {
  require('node:fs').writeSync(1, String(this.address().port) + '\\n');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
})`;
const MAX_FILLERS = 16;
const SWALLOWED_MS = 300;

/** An address of this machine at which connections neither open nor fail, as behind a firewall that drops packets. */
export async function openBlackHole(): Promise<{ readonly url: string; close(): void }> {
  const child: ChildProcess = spawn(process.execPath, ['-e', SLEEPER], { stdio: ['ignore', 'pipe', 'inherit'] });
  if (child.stdout === null) throw new Error('no output of the child');
  const [line] = await once(child.stdout, 'data');
  const port = Number(String(line));
  const fillers: Socket[] = [];
  const close = (): void => {
    for (const socket of fillers) socket.destroy();
    child.kill('SIGKILL');
  };
  for (let filled = 0; filled < MAX_FILLERS; filled += 1) {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.on('error', () => undefined);
    fillers.push(socket);
    const isTaken = await Promise.race([
      once(socket, 'connect').then(() => true),
      new Promise<boolean>((resolve) => setTimeout(resolve, SWALLOWED_MS, false)),
    ]);
    if (!isTaken) return { url: `http://127.0.0.1:${port}`, close };
  }
  close();
  throw new Error('this machine queues every connection');
}
