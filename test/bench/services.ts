import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Server, type Started, startServer } from './processes.ts';

/** Gateway and worker from `dist/` as real processes, with the options of the blueprint. */

const GATEWAY_FLAGS = ['--max-old-space-size=160', '--max-semi-space-size=4'];
const WORKER_FLAGS = ['--max-old-space-size=128', '--max-semi-space-size=2'];
export const WORKER_TOKEN = 'token-of-the-benchmarks';

type Environment = Readonly<Record<string, string>>;
type Wrap = (command: readonly [string, ...string[]]) => [string, ...string[]];

/** Makes a folder for a process and removes it when the process has ended. */
async function inOwnDirectory<S extends Started>(begin: (directory: string) => Promise<S>): Promise<S> {
  const directory = mkdtempSync(join(tmpdir(), 'easel-bench-'));
  const started = await begin(directory);
  return {
    ...started,
    stop: async () => {
      await started.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

export function startGateway(env: Environment = {}, wrap?: Wrap): Promise<Server> {
  return inOwnDirectory((directory) =>
    startServer([...GATEWAY_FLAGS, 'dist/api/main.js'], {
      wrap,
      env: {
        NODE_ENV: 'production',
        HOST: '127.0.0.1',
        WORKER_URL: 'http://127.0.0.1:9',
        WORKER_TOKEN,
        DATA_DIR: directory,
        RATE_LIMIT_PER_MINUTE: '0',
        LOG_LEVEL: 'info',
        MALLOC_ARENA_MAX: '2',
        MALLOC_MMAP_THRESHOLD_: '16384',
        ...env,
      },
    }),
  );
}

export function startWorker(env: Environment, wrap?: Wrap): Promise<Server> {
  return inOwnDirectory((directory) =>
    startServer([...WORKER_FLAGS, 'dist/worker/main.js'], {
      wrap,
      env: {
        NODE_ENV: 'production',
        HOST: '127.0.0.1',
        WORKER_TOKEN,
        DATA_DIR: directory,
        STORES: 'disk',
        LOG_LEVEL: 'error',
        MALLOC_ARENA_MAX: '2',
        MALLOC_MMAP_THRESHOLD_: '16384',
        ...env,
      },
    }),
  );
}

export interface Services {
  readonly url: string;
  readonly gateway: Server;
  readonly worker: Server;
  stop(): Promise<void>;
}

/** Starts both services with one DATA_DIR, as on a small host. */
export async function startServices(env: Environment, wrap?: Wrap): Promise<Services> {
  const directory = mkdtempSync(join(tmpdir(), 'easel-bench-'));
  const worker = await startWorker({ DATA_DIR: directory, ...env }, wrap);
  const gateway = await startGateway({
    DATA_DIR: directory,
    WORKER_URL: worker.url,
    WAIT_BUDGET_MS: '120000',
    LOG_LEVEL: 'error',
  });
  return {
    url: gateway.url,
    gateway,
    worker,
    stop: async () => {
      await gateway.stop();
      await worker.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

export interface PictureTimes {
  readonly totalMs: number;
  /** One stage of `Server-Timing`, in whole milliseconds; 0 when it did not occur. */
  stageMs(stage: string): number;
}

/** Asks for one picture and resolves with its times. */
export async function timePicture(url: string, query: string): Promise<PictureTimes> {
  const startedAt = performance.now();
  const response = await fetch(`${url}/generate?${query}`);
  const body = await response.text();
  if (response.status !== 200) throw new Error(`no picture: ${response.status} ${body}`);
  const totalMs = performance.now() - startedAt;
  const timing = response.headers.get('server-timing') ?? '';
  const stageMs = (stage: string): number => Number(new RegExp(`${stage};dur=(\\d+)`).exec(timing)?.[1] ?? 0);
  return { totalMs, stageMs };
}
