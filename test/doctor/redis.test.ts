import { createServer } from 'node:net';
import { describe } from 'node:test';
import { Redis } from 'ioredis';
import { startRedis, withRedis } from '../support/redis-server.ts';
import { type Case, testCases } from './case.ts';
import { type Clinic, workerSettings } from './clinic.ts';

/** Ways of setting Redis up wrong. The pictures lie at a store that all workers reach. */

const onWorker = { service: 'worker' } as const;

const toEnvironment = (clinic: Clinic, url: string) => ({ ...workerSettings(clinic), REDIS_URL: url });

async function withServer(clinic: Clinic, ...commands: readonly (readonly [string, string])[]) {
  const server = await startRedis();
  clinic.later(server.close);
  const redis = new Redis(server.url);
  for (const [name, value] of commands) await redis.config('SET', name, value);
  redis.disconnect();
  return { env: toEnvironment(clinic, server.url) };
}

/** Speaks just enough of RESP to say that it is an old Redis. */
async function serveOldRedis(clinic: Clinic): Promise<string> {
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
  clinic.later(async () => void server.close());
  return `redis://127.0.0.1:${(server.address() as { port: number }).port}`;
}

const withoutServer: readonly Case[] = [
  {
    ...{ ...onWorker, name: 'Redis is away', code: 'doctor/redis-unreachable', status: 'fail', subject: 'redis' },
    ...{ cure: /^REDIS_URL=/, evidence: /127\.0\.0\.1:9: .*ECONNREFUSED/ },
    breakIt: (clinic) => ({ env: toEnvironment(clinic, 'redis://127.0.0.1:9') }),
  },
  {
    ...{ ...onWorker, name: 'REDIS_URL is no address', code: 'doctor/setting-wrong', status: 'fail', subject: 'redis' },
    ...{ cure: /^REDIS_URL=redis:/ },
    breakIt: (clinic) => ({ env: toEnvironment(clinic, 'localhost:6379') }),
  },
  {
    ...{ ...onWorker, name: 'Redis is old', code: 'doctor/redis-old', status: 'warn', cure: /6\.2/ },
    breakIt: async (clinic) => ({ env: toEnvironment(clinic, await serveOldRedis(clinic)) }),
    evidence: /version 5\.0\.7/,
  },
];

const onServer: readonly Case[] = [
  {
    ...{ ...onWorker, name: 'the password is missing', code: 'doctor/redis-unauthorized', status: 'fail' },
    ...{ cure: /^REDIS_URL=redis:\/\/<user>/, evidence: /NOAUTH/ },
    breakIt: (clinic) => withServer(clinic, ['requirepass', 'the-password-of-redis']),
  },
  {
    ...{ ...onWorker, name: 'Redis throws jobs away', code: 'doctor/redis-evicts', status: 'warn' },
    ...{ cure: /^redis-cli CONFIG SET maxmemory-policy noeviction$/, evidence: /allkeys-lru/ },
    breakIt: (clinic) => withServer(clinic, ['maxmemory-policy', 'allkeys-lru']),
  },
  {
    ...{ ...onWorker, name: 'Redis forgets at a restart', code: 'doctor/redis-volatile', status: 'warn' },
    ...{ cure: /^redis-cli CONFIG SET appendonly yes$/ },
    breakIt: (clinic) => withServer(clinic, ['appendonly', 'no']),
  },
];

describe('a Redis that is set up wrong', () => {
  testCases(withoutServer);
  withRedis(() => testCases(onServer));
});
