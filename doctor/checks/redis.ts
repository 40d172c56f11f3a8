import { Redis } from 'ioredis';
import { type Check, type Finding, fail, pass, skip, warn } from '../check.ts';
import { toClockFinding } from './workers.ts';

const SUBJECT = 'redis';
const TIMEOUT_MS = 5000;
/** BullMQ's least version of Redis. Valkey's versions begin at 7.2. */
const MIN_VERSION = [6, 2] as const;

/** Whether Redis is reached, keeps its data, and has the same time as this machine. */
export const redisChecks = (url: string, now: () => number): readonly Check[] => [
  { subject: SUBJECT, title: 'Redis', run: (signal) => checkRedis(url, now, signal) },
];

async function checkRedis(url: string, now: () => number, signal: AbortSignal): Promise<readonly Finding[]> {
  if (!/^rediss?:\/\//.test(url) || !URL.canParse(url)) {
    const fixes = ['REDIS_URL=redis://<host>:6379'];
    return [fail('doctor/setting-wrong', SUBJECT, { message: 'REDIS_URL is no address of a Redis.', fixes })];
  }
  const redis = new Redis(url, {
    ...{ lazyConnect: true, connectTimeout: TIMEOUT_MS, commandTimeout: TIMEOUT_MS },
    // One try only: the doctor reports the present state and does not wait for a better one.
    ...{ maxRetriesPerRequest: 0, retryStrategy: () => null, enableOfflineQueue: false },
  });
  let reason = '';
  redis.on('error', (error: Error) => {
    reason = error.message;
  });
  const disconnect = (): void => redis.disconnect();
  signal.addEventListener('abort', disconnect, { once: true });
  try {
    await redis.connect();
    await redis.ping();
    return [...(await checkServer(redis)), await checkClock(redis, now)];
  } catch (error) {
    signal.throwIfAborted();
    const message = error instanceof Error ? error.message : String(error);
    return [toFailure(new URL(url).host, `${message} ${reason === message ? '' : reason}`.trim())];
  } finally {
    signal.removeEventListener('abort', disconnect);
    redis.disconnect();
  }
}

function toFailure(host: string, message: string): Finding {
  const evidence = [`${host}: ${message}`];
  if (/NOAUTH|WRONGPASS|invalid password|NOPERM/i.test(message))
    return fail('doctor/redis-unauthorized', SUBJECT, { evidence });
  return fail('doctor/redis-unreachable', SUBJECT, { evidence });
}

async function checkServer(redis: Redis): Promise<readonly Finding[]> {
  // An ACL may forbid INFO, which the services do not need.
  const info = await redis.info().catch(() => undefined);
  if (info === undefined) return [skip('doctor/redis', SUBJECT, 'Redis is reached, but does not show its settings.')];
  const facts = new Map(info.split(/\r?\n/).map((line) => line.split(':') as [string, string | undefined]));
  const version = facts.get('redis_version') ?? '';
  const findings: Finding[] = [];
  if (isOld(version)) findings.push(warn('doctor/redis-old', SUBJECT, { evidence: [`it is version ${version}`] }));
  const policy = facts.get('maxmemory_policy') ?? 'noeviction';
  if (policy !== 'noeviction') {
    findings.push(warn('doctor/redis-evicts', SUBJECT, { evidence: [`maxmemory-policy is ${policy}`] }));
  }
  if (facts.get('aof_enabled') === '0') {
    findings.push(warn('doctor/redis-volatile', SUBJECT, { evidence: ['appendonly is no'] }));
  }
  return findings.length > 0 ? findings : [pass('doctor/redis', SUBJECT, `Redis ${version} keeps its data.`)];
}

function isOld(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [minMajor, minMinor] = MIN_VERSION;
  return version !== '' && (major < minMajor || (major === minMajor && minor < minMinor));
}

async function checkClock(redis: Redis, now: () => number): Promise<Finding> {
  // An ACL may forbid TIME. The finding then says that the clock is not known.
  const time = await redis.time().catch(() => undefined);
  return toClockFinding(SUBJECT, time === undefined ? undefined : Number(time[0]) * 1000 - now());
}
