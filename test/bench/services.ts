import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startGateway } from './gateway.ts';
import { freePort, type Started, start } from './processes.ts';

export const WORKER_FLAGS = ['--max-old-space-size=128', '--max-semi-space-size=2'];

export interface Services {
  readonly url: string;
  readonly gateway: Started;
  readonly worker: Started;
  stop(): Promise<void>;
}

/** Gateway and worker from `dist/`, with the options of the blueprint, as real processes. */
export async function startServices(
  env: Record<string, string>,
  wrap: (command: [string, ...string[]]) => [string, ...string[]] = (command) => command,
): Promise<Services> {
  const port = await freePort();
  const workerUrl = `http://127.0.0.1:${port}`;
  const dataDirectory = mkdtempSync(join(tmpdir(), 'easel-bench-'));
  const shared = { WORKER_TOKEN: 'bench-token', DATA_DIR: dataDirectory, NODE_ENV: 'production', LOG_LEVEL: 'error' };
  const worker = await start(wrap(['node', ...WORKER_FLAGS, 'dist/worker/main.js']), {
    url: `${workerUrl}/health`,
    env: { ...shared, PORT: String(port), HOST: '127.0.0.1', STORES: 'disk', MALLOC_ARENA_MAX: '2', ...env },
  });
  const gateway = await startGateway({ ...shared, WORKER_URL: workerUrl, WAIT_BUDGET_MS: '120000' });
  return {
    url: gateway.url,
    gateway,
    worker,
    stop: async () => {
      await gateway.stop();
      await worker.stop();
    },
  };
}

/** One picture; answers the milliseconds it took, and those of one stage of `Server-Timing`. */
export async function timePicture(url: string, query: string): Promise<{ totalMs: number; generateMs: number }> {
  const startedAt = performance.now();
  const response = await fetch(`${url}/generate?${query}`);
  const body = await response.text();
  if (response.status !== 200) throw new Error(`no picture: ${response.status} ${body}`);
  const totalMs = performance.now() - startedAt;
  const timing = response.headers.get('server-timing') ?? '';
  return { totalMs, generateMs: Number(/generate;dur=(\d+)/.exec(timing)?.[1] ?? 0) };
}
