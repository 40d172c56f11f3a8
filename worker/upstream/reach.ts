import { Resolver } from 'node:dns/promises';
import { connect, isIP } from 'node:net';
import { AppError } from '../../shared/errors.ts';
import { withDeadline } from '../../shared/wait.ts';

const PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };

interface ReachOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/**
 * Throws `engine_failed` when no connection to the address can be opened in that time. Nothing is asked, so nothing is
 * spent. A slow service is no reason to give up, a closed door is: only the connection tells them apart in time.
 */
export async function assertReachable(url: string, { timeoutMs, signal }: ReachOptions): Promise<void> {
  const { protocol, hostname, port } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  const deadline = { timeoutMs, signal, code: 'engine_failed', what: `${host}: the connection` } as const;
  await withDeadline(deadline, async (either) => {
    await assertNamesAreAnswered(host, either);
    await openConnection(host, Number(port) || (PORTS[protocol] ?? 443), either);
  });
}

function openConnection(host: string, port: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, signal });
    socket.once('connect', () => {
      socket.destroy();
      resolve();
    });
    socket.once('error', (error: NodeJS.ErrnoException) =>
      reject(new AppError('engine_failed', `${host}: no connection (${error.code ?? error.name})`, { cause: error })),
    );
  });
}

/**
 * A system lookup holds one of Node's four worker threads until it ends, and where no name server answers that takes
 * ten seconds, in which no file is written and no picture is encoded. So the name servers are asked first in a way that
 * holds no thread. Only their silence counts: a name may also stand in the system's own files.
 */
async function assertNamesAreAnswered(host: string, signal: AbortSignal): Promise<void> {
  if (isIP(host) !== 0 || host === 'localhost') return;
  const resolver = new Resolver({ tries: 1 });
  const stop = (): void => resolver.cancel();
  signal.addEventListener('abort', stop, { once: true });
  try {
    await resolver.resolve4(host);
  } catch (error) {
    signal.throwIfAborted();
    if ((error as NodeJS.ErrnoException).code === 'ETIMEOUT') {
      throw new AppError('engine_failed', `${host}: no name server answers`, { cause: error });
    }
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
