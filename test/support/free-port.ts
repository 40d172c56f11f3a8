import { randomInt } from 'node:crypto';
import { createServer } from 'node:http';
import { close, listen } from '../../shared/net/http.ts';

/** Below the ports that the system uses for connections, so that a port is still free when its killed program restarts. */
const PORTS = { from: 20_000, to: 32_000 };

/** A free port for programs that cannot choose one themselves. */
export async function takeFreePort(): Promise<number> {
  for (;;) {
    const server = createServer();
    try {
      const { port } = await listen(server, randomInt(PORTS.from, PORTS.to), '127.0.0.1');
      await close(server, 0);
      return port;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error;
    }
  }
}
