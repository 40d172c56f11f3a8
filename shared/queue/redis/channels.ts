import type { Redis } from 'ioredis';
import type { Logger } from '../../service/log.ts';
import type { Channels, Listener } from '../channels.ts';

interface Entry {
  readonly listeners: Set<Listener>;
  readonly acknowledged: Promise<unknown>;
}

/** Redis' publish and subscribe. Subscriptions use a connection of their own. */
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

  /** Subscribes again before it calls the listeners; else messages in between would be missed. */
  async function announceGap(): Promise<void> {
    if (entries.size > 0) await connection.subscribe(...entries.keys());
    for (const listener of gapListeners) listener();
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
        if (entry.listeners.size > 0 || entries.get(channel) !== entry) return;
        entries.delete(channel);
        // It fails only if the connection is lost, and then the subscription is lost too.
        connection.unsubscribe(channel).catch(() => undefined);
      };
    },
    onGap: (listener) => void gapListeners.push(listener),
    close: async () => connection.disconnect(),
  };
}
