import { Client } from 'pg';
import type { Logger } from '../../service/log.ts';
import type { Channels, Listener } from '../channels.ts';
import { type Database, toConnectionConfig } from './database.ts';
import { NOTIFICATIONS } from './schema.ts';

interface ChannelsOptions {
  readonly database: Database;
  readonly url: string;
  readonly log: Logger;
}

/** To notice that the database is gone although nothing says so. */
const LOOK_INTERVAL_MS = 15_000;
const LOOK_TIMEOUT_MS = 10_000;
const RETRY_PAUSE_MS = 500;

/**
 * PostgreSQL's LISTEN and NOTIFY, on a connection of their own. All channels are one of PostgreSQL's: names there are
 * short, and whoever subscribes need not ask the server. `easel.publish` writes the notices.
 */
export function createPostgresChannels({ database, url, log }: ChannelsOptions): Channels {
  const listeners = new Map<string, Set<Listener>>();
  const gapListeners: (() => void)[] = [];
  const firstHeard = Promise.withResolvers<void>();
  let client: Client | undefined;
  let isClosed = false;
  let retry: NodeJS.Timeout | undefined;
  /** Messages are told in their order, although some have to be fetched. */
  let told: Promise<void> = Promise.resolve();

  async function hear(notice: string): Promise<void> {
    const end = notice.indexOf('\n');
    const those = listeners.get(notice.slice(0, end));
    if (those === undefined) return;
    const rest = notice.slice(end + 2);
    const message = notice[end + 1] === '#' ? await fetchMessage(rest) : rest;
    if (message !== undefined) for (const listener of those) listener(message);
  }

  async function fetchMessage(id: string): Promise<string | undefined> {
    const [row] = await database.query<{ body: string }>('select body from easel.message where id = $1', [id]);
    return row?.body;
  }

  async function listen(isFirst: boolean): Promise<void> {
    const connecting = new Client({ ...toConnectionConfig(url), query_timeout: LOOK_TIMEOUT_MS });
    connecting.on('notification', ({ payload = '' }) => {
      told = told
        .then(() => hear(payload))
        .catch((error: unknown) => log.error({ err: error }, 'a message could not be told'));
    });
    // The end follows, whatever the error.
    connecting.on('error', (error) => log.warn({ reason: error.message }, 'the connection to PostgreSQL failed'));
    try {
      await connecting.connect();
      await connecting.query(`listen ${NOTIFICATIONS}`);
    } catch (error) {
      log.warn({ reason: String(error) }, 'PostgreSQL cannot be listened to');
      await connecting.end().catch((failure: unknown) => log.debug({ reason: String(failure) }, 'closing failed'));
      return listenLater(isFirst);
    }
    connecting.once('end', () => listenLater(false));
    client = connecting;
    if (isClosed) return connecting.end();
    if (isFirst) firstHeard.resolve();
    else for (const listener of gapListeners) listener();
  }

  function listenLater(isFirst: boolean): void {
    client = undefined;
    if (!isClosed) retry = setTimeout(() => void listen(isFirst), RETRY_PAUSE_MS);
  }

  const looking = setInterval(() => {
    const looked = client;
    looked?.query('select 1').catch(() => looked.end());
  }, LOOK_INTERVAL_MS).unref();
  void listen(true);

  return {
    publish: async (channel, message) =>
      void (await database.query('select easel.publish($1, $2)', [channel, message])),
    subscribe: async (channel, listener) => {
      const those = listeners.get(channel) ?? new Set();
      listeners.set(channel, those);
      those.add(listener);
      await firstHeard.promise;
      return () => {
        those.delete(listener);
        if (those.size === 0 && listeners.get(channel) === those) listeners.delete(channel);
      };
    },
    onGap: (listener) => void gapListeners.push(listener),
    close: async () => {
      isClosed = true;
      clearInterval(looking);
      clearTimeout(retry);
      await client?.end();
    },
  };
}
