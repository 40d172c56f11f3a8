import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { close, listen } from '../../shared/net/http.ts';
import { takeFreePort } from '../support/free-port.ts';

/** Behaves like a free host in front of a worker: it refuses connections, then a proxy answers, then the worker. */
export interface SleepingHost {
  readonly url: string;
  /** Number of requests so far, without refused connections. */
  readonly visits: () => number;
  /** Accepts connections from now on. The first ones get 502, the next ones 503, and all others the worker's answer. */
  wake(): Promise<void>;
  /** Refuses connections again. */
  sleep(): Promise<void>;
}

const VISITS_A_PHASE = 2;
const PHASES = [502, 503] as const;

export async function createSleepingHost(workerUrl: () => string): Promise<SleepingHost> {
  const port = await takeFreePort();
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
