import type { Redis } from 'ioredis';
import type { Logger } from '../../service/log.ts';
import type { Channels, Listener } from '../channels.ts';

interface Entry {
  readonly listeners: Set<Listener>;
  readonly acknowledged: Promise<unknown>;
}

/** Channels without listeners are left together, because a command for each would be one for each picture. */
const LEAVE_PAUSE_MS = 1000;

/** Redis' publish and subscribe. Subscriptions use their own connection. */
export function createRedisChannels(redis: Redis, log: Logger): Channels {
  const connection = redis.duplicate();
  const entries = new Map<string, Entry>();
  const gapListeners: (() => void)[] = [];
  let hasConnected = false;

  connection.on('message', (channel: string, message: string) => {
    for (const listener of entries.get(channel)?.listeners ?? []) listener(message);
  });
  // The connection for commands fails at the same time, and that failure is logged.
  connection.on('error', () => undefined);
  connection.on('ready', () => {
    if (hasConnected)
      announceGap().catch((error: unknown) =>
        log.warn({ reason: String(error) }, 'subscribing again after a lost connection failed'),
      );
    hasConnected = true;
  });

  /** Subscribes again before it calls the listeners, because messages in between would be missed otherwise. */
  async function announceGap(): Promise<void> {
    if (entries.size > 0) await connection.subscribe(...entries.keys());
    for (const listener of gapListeners) listener();
  }

  let leaving: NodeJS.Timeout | undefined;
  function leaveUnheard(): void {
    leaving = undefined;
    const unheard = [...entries.keys()].filter((channel) => entries.get(channel)?.listeners.size === 0);
    if (unheard.length === 0) return;
    for (const channel of unheard) entries.delete(channel);
    // It fails only if the connection is lost, and then the subscriptions are lost too.
    connection.unsubscribe(...unheard).catch(() => undefined);
  }

  function open(channel: string): Entry {
    const entry = { listeners: new Set<Listener>(), acknowledged: connection.subscribe(channel) };
    entries.set(channel, entry);
    return entry;
  }

  return {
    publish: async (channel, message) => void (await redis.publish(channel, message)),
    subscribe: async (channel, listener) => {
      const entry = entries.get(channel) ?? open(channel);
      entry.listeners.add(listener);
      await entry.acknowledged;
      return () => {
        entry.listeners.delete(listener);
        if (entry.listeners.size === 0) leaving ??= setTimeout(leaveUnheard, LEAVE_PAUSE_MS).unref();
      };
    },
    onGap: (listener) => void gapListeners.push(listener),
    close: async () => {
      clearTimeout(leaving);
      connection.disconnect();
    },
  };
}
