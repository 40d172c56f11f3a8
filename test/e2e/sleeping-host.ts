import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { close, listen } from '../../shared/net/http.ts';
import { findPort } from './service.ts';

/** What stands before a worker on a free host: nobody at all, then a proxy without anyone behind it, then the worker. */
export interface SleepingHost {
  readonly url: string;
  /** Requests that came so far; connections that were refused are not seen. */
  readonly visits: () => number;
  /** Connections are taken from now on: some get 502, the next ones 503, and from then on the worker answers. */
  wake(): Promise<void>;
  /** Nobody listens any more. */
  sleep(): Promise<void>;
}

const VISITS_A_PHASE = 2;
const PHASES = [502, 503] as const;

export async function createSleepingHost(workerUrl: () => string): Promise<SleepingHost> {
  const port = await findPort();
  let visits = 0;
  let sinceWaking = 0;

  const server = createServer((incoming, response) => {
    visits += 1;
    const phase = PHASES[Math.floor(sinceWaking / VISITS_A_PHASE)];
    sinceWaking += 1;
    if (phase === undefined) forward(workerUrl(), incoming, response);
    else response.writeHead(phase, { 'content-type': 'text/html' }).end('<h1>The service is starting</h1>');
  });

  return {
    url: `http://127.0.0.1:${port}`,
    visits: () => visits,
    wake: async () => {
      sinceWaking = 0;
      await listen(server, port, '127.0.0.1');
    },
    sleep: async () => {
      if (server.listening) await close(server, 0);
    },
  };
}

function forward(workerUrl: string, incoming: IncomingMessage, response: ServerResponse): void {
  const { method, url, headers } = incoming;
  const outgoing = request(new URL(url ?? '/', workerUrl), { method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  outgoing.on('error', () => response.destroy());
  response.on('close', () => outgoing.destroy());
  incoming.pipe(outgoing);
}
