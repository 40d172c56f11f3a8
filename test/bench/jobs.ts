import { loadAlternately, startBareServers, toLoadFigures } from './load.ts';
import { type Server, startServer } from './processes.ts';
import { type Figure, median, quantile, type Section } from './report.ts';
import { startGateway } from './services.ts';

/** Time that the job module adds: the real gateway in front of a worker that answers at once. */

const TOKEN = 'token-of-the-fake-worker';
const WARM_UP = 300;
const REQUESTS = 1500;

interface Bench {
  readonly gateway: Server;
  readonly worker: Server;
  stop(): Promise<void>;
}

async function start(): Promise<Bench> {
  const worker = await startServer(['test/bench/fake-worker-process.ts'], { env: { CONCURRENCY: '16' } });
  const gateway = await startGateway({ WORKER_URL: worker.url, WORKER_TOKEN: TOKEN });
  return { gateway, worker, stop: async () => void (await Promise.all([gateway.stop(), worker.stop()])) };
}

async function measureHits({ gateway }: Bench): Promise<Figure[]> {
  const url = `${gateway.url}/generate?prompt=a+red+fox+in+the+snow&seed=42`;
  await (await fetch(url)).arrayBuffer();
  const remembered = await fetch(url);
  if (remembered.headers.get('x-cache') !== 'remembered') throw new Error('the second answer was not remembered');
  const bare = await startBareServers(await remembered.json());
  try {
    const { hit, ...references } = await loadAlternately({
      http: bare.http,
      express: bare.express,
      hit: { pid: gateway.pid, url },
    });
    const [express, ...others] = toLoadFigures('cache hit', hit, references);
    return express === undefined ? others : [{ ...express, aim: 'at least 0.5' }, ...others];
  } finally {
    await bare.stop();
  }
}

async function timed(ask: () => Promise<Response>): Promise<number> {
  const startedAt = performance.now();
  const response = await ask();
  await response.arrayBuffer();
  if (response.status !== 200) throw new Error(`status ${response.status}`);
  return performance.now() - startedAt;
}

/** Gateway and bare worker alternate, so that both meet the same load of the machine. No request is remembered. */
async function measureLatency({ gateway, worker }: Bench): Promise<Figure[]> {
  const throughGateway = (index: number): Promise<number> =>
    timed(() => fetch(`${gateway.url}/generate?prompt=latency&seed=${index}`));
  const askedDirectly = (index: number): Promise<number> =>
    timed(() =>
      fetch(`${worker.url}/productions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` },
        body: JSON.stringify({ jobId: `direct-${index}`, request: { seed: index, count: 1, deliver: 'url' } }),
      }),
    );
  const through: number[] = [];
  const direct: number[] = [];
  for (let index = 0; index < WARM_UP + REQUESTS; index++) {
    const [one, other] = [await throughGateway(index), await askedDirectly(index)];
    if (index < WARM_UP) continue;
    through.push(one);
    direct.push(other);
  }
  return [0.5, 0.99].map((share) => ({
    what: `added by the gateway, ${share === 0.5 ? 'median' : 'p99'}`,
    value: quantile(through, share) - quantile(direct, share),
    unit: 'ms',
    reference: { what: 'the worker asked directly, median', value: median(direct) },
  }));
}

export const jobs: Section = {
  name: 'jobs',
  title: 'Job module: remembered answers beside bare servers, and what it adds to a worker that answers at once',
  async measure() {
    const bench = await start();
    try {
      return [...(await measureHits(bench)), ...(await measureLatency(bench))];
    } finally {
      await bench.stop();
    }
  },
};
