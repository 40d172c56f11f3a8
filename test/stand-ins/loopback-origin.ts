import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

export type LoopbackOrigin = {
  /** `http://127.0.0.1:<port>`, without a slash at the end. */
  url: string;
  /** While true, every open or new connection is reset, as by a server that is down. */
  setRefusing(refusing: boolean): void;
  close(): Promise<void>;
};

/**
 * A server on a free port of 127.0.0.1. Refusing resets connections rather than closing the port, because a closed
 * port could be taken by another process before it is opened again.
 */
export async function createLoopbackOrigin(handle: RequestListener): Promise<LoopbackOrigin> {
  let refusing = false;
  const server = createServer(handle);
  server.on('connection', (socket) => {
    if (refusing) socket.resetAndDestroy();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}`,
    setRefusing(next) {
      refusing = next;
      if (refusing) server.closeAllConnections();
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
