import { test } from 'node:test';
import { postgresServers } from './postgres.ts';
import type { QueueServerKind } from './queue-server.ts';
import { redisServers } from './redis.ts';

export const queueServers: readonly QueueServerKind[] = [redisServers, postgresServers];

/** Declares the tests where this machine has such a server, else says that it skips them; CI must not. */
export function withQueueServers(kind: QueueServerKind, declareTests: () => void): void {
  if (kind.isInstalled) {
    declareTests();
    return;
  }
  const reason = `there is no ${kind.name} on this machine`;
  if (process.env.CI) throw new Error(`${reason}, and what needs it must not be skipped in CI`);
  test(`what needs ${kind.name}`, { skip: reason }, () => undefined);
}
