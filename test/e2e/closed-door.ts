import { createServer } from 'node:http';
import { close, listen } from '../../shared/net/http.ts';

/** An address that refuses connections at once. */
export async function findClosedDoor(): Promise<string> {
  const server = createServer();
  const { port } = await listen(server, 0, '127.0.0.1');
  await close(server, 0);
  return `http://127.0.0.1:${port}`;
}
