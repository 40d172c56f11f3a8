import { createPostgresBackend as createBackend } from 'bullmq';
import { pause } from '../../wait.ts';
import type { BackendOptions, QueueBackend } from '../backend.ts';
import { createJobConsumer, createJobQueue } from '../job-queue.ts';
import { createPostgresChannels } from './channels.ts';
import { type Database, openDatabase, toConnectionConfig } from './database.ts';
import { createPostgresRuns } from './runs.ts';
import { prepareSchema } from './schema.ts';

export interface PostgresBackend extends QueueBackend {
  readonly database: Database;
}

/** BullMQ's own, and one more to listen. */
const MAX_QUEUE_CONNECTIONS = 3;

/** A database that hangs answers no goodbye. */
const GOODBYE_MS = 2000;

export function createPostgresBackend(options: BackendOptions): PostgresBackend {
  const { url, patienceMs, keepMs, clock, log } = options;
  const database = openDatabase({ url, patienceMs, clock, log });
  const { query, patiently } = database;
  const channels = createPostgresChannels({ database, url, log });
  const connection = { ...toConnectionConfig(url), max: MAX_QUEUE_CONNECTIONS, migrate: true };
  const binding = { connection, createBackend, log };
  return {
    database,
    channels,
    prepare: () => prepareSchema(database),
    runs: createPostgresRuns({ database, clock, keepMs }),
    blobs: {
      put: async (key, bytes, lifeSeconds) => {
        await query(
          `insert into easel.blob (key, bytes, expires_at) values ($1, $2, $3)
           on conflict (key) do update set bytes = excluded.bytes, expires_at = excluded.expires_at`,
          [key, bytes, clock.now() + lifeSeconds * 1000],
        );
      },
      get: async (key) => {
        const values = [key, clock.now()];
        const [row] = await query<{ bytes: Buffer }>(
          'select bytes from easel.blob where key = $1 and expires_at > $2',
          values,
        );
        return row?.bytes;
      },
      drop: async (key) => void (await query('delete from easel.blob where key = $1', [key])),
    },
    openQueue: async () => {
      const queue = await patiently(() => createJobQueue(binding));
      return {
        add: (...job) => patiently(() => queue.add(...job)),
        has: (id) => patiently(() => queue.has(id)),
        remove: (id) => patiently(() => queue.remove(id)),
        close: queue.close,
      };
    },
    openConsumer: (consumer) => patiently(() => createJobConsumer(binding, consumer)),
    close: async () => {
      const bound = new AbortController();
      const closed = Promise.all([channels.close(), database.close()]).finally(() => bound.abort());
      await Promise.race([closed, pause(clock, GOODBYE_MS, bound.signal)]);
    },
  };
}
