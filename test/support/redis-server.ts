import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { Redis } from 'ioredis';
import { takeFreePort } from './free-port.ts';
import { removeDirectory } from './remove-directory.ts';

/** A Redis for one test, append-only and without eviction, as the guide demands. Its folder is removed at the end. */
export interface RedisServer {
  readonly url: string;
  /** Kills it with SIGKILL and starts it again on the same files. */
  crashAndRestart(): Promise<void>;
  /** Every record as the server stores it. */
  dump(): Promise<readonly Buffer[]>;
  close(): Promise<void>;
}

export const isRedisInstalled = spawnSync('redis-server', ['--version']).error === undefined;

/** Declares the tests where this machine has a Redis. Elsewhere they are skipped, and fail in CI. */
export function withRedis(declareTests: () => void): void {
  if (isRedisInstalled) {
    declareTests();
    return;
  }
  const reason = 'there is no redis-server on this machine';
  if (process.env.CI) throw new Error(`${reason}, and what needs it must not be skipped in CI`);
  test('what needs Redis', { skip: reason }, () => undefined);
}

export async function startRedis(): Promise<RedisServer> {
  const directory = await mkdtemp(join(tmpdir(), 'easel-redis-'));
  const port = await takeFreePort();
  const url = `redis://127.0.0.1:${port}`;
  let server = await startServer(port, directory);
  return {
    url,
    crashAndRestart: async () => {
      await kill(server);
      server = await startServer(port, directory);
    },
    dump: async () => {
      const redis = new Redis(url);
      const dumps = await Promise.all((await redis.keys('*')).map((key) => redis.dumpBuffer(key)));
      redis.disconnect();
      return dumps.map((bytes) => bytes ?? Buffer.alloc(0));
    },
    close: async () => {
      await kill(server);
      await removeDirectory(directory);
    },
  };
}

async function startServer(port: number, directory: string): Promise<ChildProcess> {
  const settings = ['--port', String(port), '--bind', '127.0.0.1', '--dir', directory, '--save', ''];
  const durable = ['--appendonly', 'yes', '--maxmemory-policy', 'noeviction'];
  const child = spawn('redis-server', [...settings, ...durable], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (!line.includes('Ready to accept connections')) continue;
    child.stdout.resume();
    return child;
  }
  throw new Error(`Redis did not start on port ${port}:\n${lines.join('\n')}`);
}

async function kill(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const exited = once(server, 'exit');
  server.kill('SIGKILL');
  await exited;
}
