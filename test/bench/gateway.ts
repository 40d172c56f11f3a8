import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import autocannon from 'autocannon';
import { freePort, type Started, start, treeMemoryMb } from './processes.ts';
import type { Figure, Section } from './report.ts';

/** The gateway's own cost, beside bare node:http and bare Express answering as much JSON in the same run. */

const CONNECTIONS = 32;
const SECONDS = 4;
const ROUNDS = 3;

const BODY = JSON.stringify({
  status: 'healthy',
  service: 'bare',
  version: '1.0.0',
  model_loaded: false,
  worker: 'asleep',
});
const BARE_HTTP = `require('node:http').createServer((q, r) => { r.setHeader('Content-Type', 'application/json'); r.end(${JSON.stringify(BODY)}); }).listen(process.env.PORT, '127.0.0.1')`;
const BARE_EXPRESS = `const app = require('express')(); app.get('/{*path}', (q, r) => r.json(${BODY})); app.listen(process.env.PORT, '127.0.0.1')`;

export const GATEWAY_FLAGS = ['--max-old-space-size=160', '--max-semi-space-size=4'];

export async function startGateway(env: Record<string, string> = {}): Promise<Started & { url: string }> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const started = await start(['node', ...GATEWAY_FLAGS, 'dist/api/main.js'], {
    url: `${url}/health`,
    env: {
      NODE_ENV: 'production',
      PORT: String(port),
      HOST: '127.0.0.1',
      WORKER_URL: 'http://127.0.0.1:9',
      WORKER_TOKEN: 'bench-token',
      DATA_DIR: mkdtempSync(join(tmpdir(), 'easel-bench-')),
      RATE_LIMIT_PER_MINUTE: '0',
      LOG_LEVEL: 'info',
      ...env,
    },
  });
  return { ...started, url };
}

async function startBare(script: string): Promise<Started & { url: string }> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const started = await start(['node', '-e', script], { url, env: { PORT: String(port), NODE_ENV: 'production' } });
  return { ...started, url };
}

interface Load {
  readonly perSecond: number;
  readonly p99Ms: number;
}

export async function load(url: string, headers: Record<string, string> = {}): Promise<Load> {
  const { requests, latency } = await autocannon({ url, connections: CONNECTIONS, duration: SECONDS, headers });
  return { perSecond: requests.average, p99Ms: latency.p99 };
}

/** The best round of each: noise only ever makes a server slower. The targets take turns. */
export async function loadInTurn(urls: Readonly<Record<string, string>>): Promise<Record<string, Load>> {
  const best: Record<string, Load> = {};
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, url] of Object.entries(urls)) {
      const result = await load(url);
      if (result.perSecond > (best[name]?.perSecond ?? 0)) best[name] = result;
    }
  }
  return best;
}

const toFigures = (name: string, mine: Load, http: Load, express: Load): Figure[] => [
  {
    what: `${name}, per second`,
    value: mine.perSecond,
    unit: '/s',
    reference: { what: 'bare Express', value: express.perSecond },
  },
  {
    what: `${name}, per second`,
    value: mine.perSecond,
    unit: '/s',
    reference: { what: 'bare node:http', value: http.perSecond },
  },
  {
    what: `${name}, p99`,
    value: mine.p99Ms,
    unit: 'ms',
    reference: { what: 'bare Express', value: Math.max(express.p99Ms, 1) },
  },
];

export const gateway: Section = {
  name: 'gateway',
  title: 'Gateway: validation error and /health, beside bare servers; memory under load',
  async measure() {
    const [mine, http, express] = [await startGateway(), await startBare(BARE_HTTP), await startBare(BARE_EXPRESS)];
    try {
      const idleMb = treeMemoryMb(mine.pid);
      const results = await loadInTurn({
        http: http.url,
        express: express.url,
        health: `${mine.url}/health`,
        invalid: `${mine.url}/generate?prompt=fox&seed=abc`,
      });
      const memory = treeMemoryMb(mine.pid);
      const { http: bareHttp, express: bareExpress, health, invalid } = results;
      if (!bareHttp || !bareExpress || !health || !invalid) throw new Error('a load gave no result');
      return [
        ...toFigures('/health', health, bareHttp, bareExpress),
        ...toFigures('validation error', invalid, bareHttp, bareExpress),
        { what: 'memory idle (PSS)', value: idleMb, unit: 'MB' },
        { what: 'memory under load (PSS)', value: memory, unit: 'MB', aim: 'under 110 MB' },
        { what: 'start to healthy', value: mine.startMs, unit: 'ms' },
      ];
    } finally {
      await Promise.all([mine.stop(), http.stop(), express.stop()]);
    }
  },
};
