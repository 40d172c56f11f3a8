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
 * Throws `engine_failed` if no connection to the address can be opened in that time. No request is sent, so nothing is
 * spent. Opening a connection is fast even if the upstream is slow to answer, so a failure means it is unreachable.
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
 * A system lookup holds one of Node's four worker threads, for ten seconds if no name server answers. Meanwhile files and
 * pictures have to wait. So the name servers are asked first without a thread. Only their silence counts as a failure,
 * since the name may be in the system's own files.
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
