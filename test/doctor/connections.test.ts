import { createServer as createSecureServer } from 'node:https';
import { describe } from 'node:test';
import { toTrustProxy } from '../../api/http/middleware/trust-proxy.ts';
import { WIRE_VERSION } from '../../shared/contract/wire.ts';
import { close, listen } from '../../shared/net/http.ts';
import { startGateway } from '../api/gateway.ts';
import { createFakeWorker } from '../stand-ins/worker/fake-worker.ts';
import { type Case, testCases } from './case.ts';
import { SELF_SIGNED } from './self-signed.ts';
import { gatewaySettings, type TestMachine } from './test-machine.ts';

/** Faults between gateway and worker, and between the gateway and its proxy. */

const CLOSED = 'http://127.0.0.1:9';
const onGateway = { service: 'gateway' } as const;

const HEALTH = {
  ...{ status: 'healthy', service: 'easel-worker', version: '1.0.0', problems: [], running: 0, waiting: 0 },
  ...{ concurrency: 1, maxWaiting: 10, engines: [], stores: [] },
};

/** A worker that accepts every token. `changes` replaces parts of it. */
async function withWorker(
  machine: TestMachine,
  changes: { readonly status?: object; readonly headers?: Readonly<Record<string, string>>; readonly code?: number },
) {
  const url = await machine.serve((_request, response) => {
    response.writeHead(changes.code ?? 200, { 'easel-wire': WIRE_VERSION, ...changes.headers });
    response.end(JSON.stringify({ ...HEALTH, ...changes.status }));
  });
  return { env: gatewaySettings(machine, url), surroundings: { version: '1.0.0' } };
}

interface Proxy {
  readonly trust?: string;
  /** Added to X-Forwarded-For, as nginx does. Undefined: the header is passed on unchanged. */
  readonly appends?: string;
  /** The path of PUBLIC_URL. */
  readonly path?: string;
  /** Replaces the gateway's answer. */
  readonly answers?: { readonly status: number; readonly headers?: Readonly<Record<string, string>> };
  /** The proxy forwards to another gateway. */
  readonly leadsElsewhere?: boolean;
}

/** A gateway on this machine, and a proxy at PUBLIC_URL in front of it. */
async function withProxy(machine: TestMachine, { trust = 'none', appends, path = '', answers, leadsElsewhere }: Proxy) {
  const worker = await createFakeWorker();
  machine.onClose(worker.close);
  const trustProxy = toTrustProxy(trust);
  const gateway = await startGateway({ instance: 'this-one', trustProxy });
  const other = await startGateway({ instance: 'another', trustProxy });
  for (const { stop } of [gateway, other]) machine.onClose(stop);
  const target = (leadsElsewhere === true ? other : gateway).url;
  const proxy = await machine.serve(async (request, response) => {
    const isUnder = path !== '' && (request.url ?? '').startsWith(path);
    if (answers !== undefined && (path === '' || isUnder))
      return response.writeHead(answers.status, answers.headers).end();
    const given = request.headers['x-forwarded-for'];
    const entries = [given, appends].filter((entry) => entry !== undefined).join(', ');
    const reply = await fetch(`${target}${request.url}`, { headers: { 'x-forwarded-for': entries } });
    const { 'content-encoding': _encoding, 'content-length': _length, ...headers } = Object.fromEntries(reply.headers);
    return response.writeHead(reply.status, headers).end(await reply.text());
  });
  const env = { ...gatewaySettings(machine, worker.url), WORKER_TOKEN: worker.token, TRUST_PROXY: trust };
  return { env: { ...env, PORT: new URL(gateway.url).port, PUBLIC_URL: `${proxy}${path}` } };
}

const cases: readonly Case[] = [
  {
    ...{ ...onGateway, name: 'the worker is away', code: 'doctor/worker-unreachable', status: 'fail' },
    ...{ cure: /^WORKER_URL=http:\/\/worker:10001/, evidence: /nothing listens there/ },
    breakIt: (machine) => ({ env: gatewaySettings(machine, CLOSED) }),
  },
  {
    ...{ ...onGateway, name: 'the tokens differ', code: 'doctor/worker-token', status: 'fail' },
    ...{ cure: /same WORKER_TOKEN on both/, evidence: /401/ },
    breakIt: async (machine) => {
      const worker = await createFakeWorker();
      machine.onClose(worker.close);
      return { env: gatewaySettings(machine, worker.url) };
    },
  },
  {
    ...{ ...onGateway, name: 'WORKER_URL leads elsewhere', code: 'doctor/worker-not-easel', status: 'fail' },
    ...{ cure: /^WORKER_URL=/, evidence: /HTTP 200, and not Easel/ },
    breakIt: async (machine) => ({
      env: gatewaySettings(machine, await machine.serve((_request, response) => void response.end('<h1>hello</h1>'))),
    }),
  },
  {
    ...{ ...onGateway, name: 'the worker is too old', code: 'doctor/worker-wire', status: 'fail' },
    ...{ cure: /same version/, evidence: new RegExp(`the worker ${WIRE_VERSION + 2}`) },
    breakIt: (machine) => withWorker(machine, { headers: { 'easel-wire': String(WIRE_VERSION + 2) } }),
  },
  {
    ...{ ...onGateway, name: 'the versions differ', code: 'doctor/worker-version', status: 'warn' },
    ...{ cure: /same version/, evidence: /the worker is 0\.9\.0/ },
    breakIt: (machine) => withWorker(machine, { status: { version: '0.9.0' } }),
  },
  {
    ...{ ...onGateway, name: 'the worker is unwell', code: 'doctor/worker-unwell', status: 'fail' },
    ...{ cure: /worker’s machine/, evidence: /the worker cannot write to its DATA_DIR/ },
    breakIt: (machine) => {
      const problems = ['cannot write to its DATA_DIR'];
      return withWorker(machine, { code: 503, status: { status: 'unhealthy', problems } });
    },
  },
  {
    ...{ ...onGateway, name: 'the clocks differ', code: 'doctor/clock-skew', status: 'warn' },
    ...{ cure: /set-ntp/, evidence: /600 s behind|599 s behind/ },
    breakIt: (machine) => withWorker(machine, { headers: { date: new Date(Date.now() - 600_000).toUTCString() } }),
  },
  {
    ...{ ...onGateway, name: 'nothing answers at PUBLIC_URL', code: 'doctor/public-url-unreachable', status: 'fail' },
    ...{ cure: /^PUBLIC_URL=/, evidence: /ECONNREFUSED/ },
    breakIt: async (machine) => {
      const { env } = await withProxy(machine, {});
      return { env: { ...env, PUBLIC_URL: CLOSED } };
    },
  },
  {
    ...{ ...onGateway, name: 'the certificate is nobody’s', code: 'doctor/public-url-certificate', status: 'fail' },
    ...{ cure: /renew it/, evidence: /SELF_SIGNED/ },
    breakIt: async (machine) => {
      const { env } = await withProxy(machine, {});
      const server = createSecureServer(SELF_SIGNED, (_request, response) => void response.end());
      const { port } = await listen(server, 0, '127.0.0.1');
      machine.onClose(() => close(server, 0));
      return { env: { ...env, PUBLIC_URL: `https://127.0.0.1:${port}` } };
    },
  },
  {
    ...{ ...onGateway, name: 'PUBLIC_URL leads on', code: 'doctor/public-url-redirects', status: 'warn' },
    ...{ cure: /^PUBLIC_URL=https:\/\/easel\.example$/, evidence: /HTTP 301/ },
    breakIt: (machine) =>
      withProxy(machine, { answers: { status: 301, headers: { location: 'https://easel.example/health' } } }),
  },
  {
    ...{ ...onGateway, name: 'the proxy serves something else', code: 'doctor/public-url-not-easel', status: 'fail' },
    ...{ cure: /forward to PORT/, evidence: /HTTP 404/ },
    breakIt: (machine) => withProxy(machine, { answers: { status: 404 } }),
  },
  {
    ...{ ...onGateway, name: 'the path is not forwarded', code: 'doctor/public-url-base-path', status: 'fail' },
    ...{ cure: /^PUBLIC_URL=http:\/\/127\.0\.0\.1:\d+$/, evidence: /easel\/health: HTTP 404/ },
    breakIt: (machine) => withProxy(machine, { path: '/easel', answers: { status: 404 } }),
  },
  {
    ...{ ...onGateway, name: 'another gateway answers', code: 'doctor/public-url-other-gateway', status: 'warn' },
    ...{ cure: /share a balancer/ },
    breakIt: (machine) => withProxy(machine, { leadsElsewhere: true }),
  },
  {
    ...{ ...onGateway, name: 'the proxy is not trusted', code: 'doctor/forwarded-for-unseen', status: 'warn' },
    ...{ cure: /^TRUST_PROXY=private/, evidence: /sees 127\.0\.0\.1, the proxy itself/ },
    breakIt: (machine) => withProxy(machine, { appends: '198.51.100.7' }),
  },
  {
    ...{ ...onGateway, name: 'too many proxies are counted', code: 'doctor/forwarded-for-spoofed', status: 'fail' },
    ...{ cure: /^TRUST_PROXY=/, evidence: /claims to be 192\.0\.2\.77/ },
    breakIt: (machine) => withProxy(machine, { trust: '2', appends: '198.51.100.7' }),
  },
  {
    ...{ ...onGateway, name: 'the proxy hands claims on', code: 'doctor/forwarded-for-spoofed', status: 'fail' },
    ...{ cure: /^TRUST_PROXY=/ },
    breakIt: (machine) => withProxy(machine, { trust: 'private' }),
  },
];

describe('faults between the services and their proxy', () => testCases(cases));
