import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Redis } from 'ioredis';
import { takeFreePort } from '../support/free-port.ts';
import { canRun, kill, type QueueServer, type QueueServerKind } from './queue-server.ts';

/** Append-only, nothing evicted, as the guide asks for. */
export const redisServers: QueueServerKind = {
  name: 'Redis',
  isInstalled: await canRun('redis-server'),
  start: startRedis,
};

async function startRedis(): Promise<QueueServer> {
  const directory = await mkdtemp(join(tmpdir(), 'easel-redis-'));
  const port = await takeFreePort();
  const url = `redis://127.0.0.1:${port}`;
  let server = await startServer(port, directory);
  return {
    address: { kind: 'redis', url },
    settings: { REDIS_URL: url },
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
      await rm(directory, { recursive: true });
    },
  };
}

async function startServer(port: number, directory: string): Promise<ChildProcess> {
  const settings = ['--port', String(port), '--bind', '127.0.0.1', '--dir', directory, '--save', ''];
  const durable = ['--appendonly', 'yes', '--maxmemory-policy', 'noeviction'];
  const child = spawn('redis-server', [...settings, ...durable], { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.includes('Ready to accept connections')) break;
  }
  child.stdout.resume();
  return child;
}
