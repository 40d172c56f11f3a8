import { createServer } from 'node:net';
import { describe } from 'node:test';
import { Redis } from 'ioredis';
import { startRedis, withRedis } from '../support/redis-server.ts';
import { type Case, testCases } from './case.ts';
import { type TestMachine, workerSettings } from './test-machine.ts';

/** Faults of Redis. The store is one that all workers reach, so that no other finding appears. */

const onWorker = { service: 'worker' } as const;

const toEnvironment = (machine: TestMachine, url: string) => ({ ...workerSettings(machine), REDIS_URL: url });

async function withServer(machine: TestMachine, ...commands: readonly (readonly [string, string])[]) {
  const server = await startRedis();
  machine.onClose(server.close);
  const redis = new Redis(server.url);
  for (const [name, value] of commands) await redis.config('SET', name, value);
  redis.disconnect();
  return { env: toEnvironment(machine, server.url) };
}

/** A server that speaks enough of RESP to report an old version. */
async function serveOldRedis(machine: TestMachine): Promise<string> {
  const info = 'redis_version:5.0.7\r\nmaxmemory_policy:noeviction\r\naof_enabled:1\r\nloading:0\r\n';
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (data) => {
      for (const [, word = ''] of data.toString('latin1').matchAll(/\*\d+\r\n\$\d+\r\n(\w+)/g)) {
        const command = word.toLowerCase();
        if (command === 'info') socket.write(`$${info.length}\r\n${info}\r\n`);
        else if (command === 'ping') socket.write('+PONG\r\n');
        else if (command === 'time') socket.write(`*2\r\n$10\r\n${Math.floor(Date.now() / 1000)}\r\n$1\r\n0\r\n`);
        else socket.write('+OK\r\n');
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  machine.onClose(async () => void server.close());
  return `redis://127.0.0.1:${(server.address() as { port: number }).port}`;
}

const withoutServer: readonly Case[] = [
  {
    ...{ ...onWorker, name: 'Redis is away', code: 'doctor/redis-unreachable', status: 'fail', subject: 'redis' },
    ...{ cure: /^REDIS_URL=/, evidence: /127\.0\.0\.1:9: .*ECONNREFUSED/ },
    breakIt: (machine) => ({ env: toEnvironment(machine, 'redis://127.0.0.1:9') }),
  },
  {
    ...{ ...onWorker, name: 'REDIS_URL is no address', code: 'doctor/setting-wrong', status: 'fail', subject: 'redis' },
    ...{ cure: /^REDIS_URL=redis:/ },
    breakIt: (machine) => ({ env: toEnvironment(machine, 'localhost:6379') }),
  },
  {
    ...{ ...onWorker, name: 'Redis is old', code: 'doctor/redis-old', status: 'warn', cure: /6\.2/ },
    breakIt: async (machine) => ({ env: toEnvironment(machine, await serveOldRedis(machine)) }),
    evidence: /version 5\.0\.7/,
  },
];

const onServer: readonly Case[] = [
  {
    ...{ ...onWorker, name: 'the password is missing', code: 'doctor/redis-unauthorized', status: 'fail' },
    ...{ cure: /^REDIS_URL=redis:\/\/<user>/, evidence: /NOAUTH/ },
    breakIt: (machine) => withServer(machine, ['requirepass', 'the-password-of-redis']),
  },
  {
    ...{ ...onWorker, name: 'Redis throws jobs away', code: 'doctor/redis-evicts', status: 'warn' },
    ...{ cure: /^redis-cli CONFIG SET maxmemory-policy noeviction$/, evidence: /allkeys-lru/ },
    breakIt: (machine) => withServer(machine, ['maxmemory-policy', 'allkeys-lru']),
  },
  {
    ...{ ...onWorker, name: 'Redis forgets at a restart', code: 'doctor/redis-volatile', status: 'warn' },
    ...{ cure: /^redis-cli CONFIG SET appendonly yes$/ },
    breakIt: (machine) => withServer(machine, ['appendonly', 'no']),
  },
];

describe('faults of Redis', () => {
  testCases(withoutServer);
  withRedis(() => testCases(onServer));
});
