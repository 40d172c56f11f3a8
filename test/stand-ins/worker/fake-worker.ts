import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { isLastEvent, type Production, type ProductionEvent, type Removal } from '../../../shared/contract/wire.ts';
import type { ErrorRecord } from '../../../shared/errors.ts';
import { createFakeProductions, type FakeProduction, PNG, toFakeResult } from './fake-production.ts';

/** A worker that speaks the wire protocol and makes nothing. A test controls each production. */

export interface FakeWorker {
  readonly url: string;
  readonly token: string;
  readonly productions: readonly FakeProduction[];
  readonly removals: readonly Removal[];
  /** Every request so far. */
  readonly calls: readonly string[];
  /** Number of connections so far. */
  readonly connections: number;
  /** Resolves with production number `index` (from 0) as soon as it has come. */
  production(index: number): Promise<FakeProduction>;
  /** The answer instead of work: no answer, or a proxy's status page. `undefined`: the worker works. */
  mode: 'refuse' | 502 | 503 | { readonly refusal: ErrorRecord; readonly status: number } | undefined;
  /** Ends each production at once. */
  isAutomatic: boolean;
  hasPictures: boolean;
  /** The file of every picture. */
  picture: Buffer;
  close(): Promise<void>;
}

export async function createFakeWorker({
  concurrency = 2,
  store = 'imgur',
  port: wantedPort = 0,
} = {}): Promise<FakeWorker> {
  const token = 'token-of-the-fake-worker';
  const productions = createFakeProductions();
  const removals: Removal[] = [];
  const calls: string[] = [];
  const server = createServer((request, response) => void handle(request, response));
  let connections = 0;
  server.on('connection', () => {
    connections += 1;
  });
  server.listen(wantedPort, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const call = `${request.method} ${request.url}`;
    calls.push(call);
    const { mode } = fake;
    if (mode === 'refuse') return void request.socket.resetAndDestroy();
    if (typeof mode === 'number') return void response.writeHead(mode).end('<h1>Bad gateway</h1>');
    if (call === 'GET /health') return answer(response, 200, health());
    if (request.headers.authorization !== `Bearer ${token}`) {
      return answer(response, 401, { code: 'unauthorized', message: 'wrong token' } satisfies ErrorRecord);
    }
    if (call === 'POST /productions') {
      const production = (await json(request)) as Production;
      if (mode !== undefined) return answer(response, mode.status, mode.refusal);
      return begin(production, response);
    }
    if (call === 'POST /removals') {
      removals.push((await json(request)) as Removal);
      return void response.writeHead(204).end();
    }
    if (call === 'GET /status') return answer(response, 200, { ...health(), engines: [], stores: [] });
    if (!fake.hasPictures) return answer(response, 404, { code: 'not_found', message: 'gone' } satisfies ErrorRecord);
    response.writeHead(200, { 'content-type': 'image/png' }).end(fake.picture);
  }

  const health = () => ({
    ...{ status: 'healthy', service: 'easel-worker', version: '1', running: 0, waiting: 0 },
    ...{ concurrency, maxWaiting: 10 },
  });

  function begin(production: Production, response: ServerResponse): void {
    const left = new AbortController();
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    response.flushHeaders();
    response.on('close', () => {
      if (!response.writableFinished) left.abort();
    });
    const send = (event: ProductionEvent): void => {
      response.write(`${JSON.stringify(event)}\n`);
      if (isLastEvent(event)) response.end();
    };
    const one: FakeProduction = {
      production,
      left: left.signal,
      send,
      finish: (change = {}) => send({ type: 'result', result: { ...toFakeResult(production, store), ...change } }),
      fail: (error) => send({ type: 'error', error }),
      breakOff: () => void response.socket?.resetAndDestroy(),
    };
    productions.add(one);
    if (fake.isAutomatic) one.finish();
  }

  const fake: FakeWorker = {
    url: `http://127.0.0.1:${port}`,
    ...{ token, removals, calls },
    productions: productions.all,
    get connections() {
      return connections;
    },
    mode: undefined,
    isAutomatic: false,
    hasPictures: true,
    picture: PNG,
    production: productions.at,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
  return fake;
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json', 'easel-wire': '1' }).end(JSON.stringify(body));
}
