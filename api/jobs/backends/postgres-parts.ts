import { createPostgresBackend } from '../../../shared/queue/postgres/backend.ts';
import { purge } from '../../../shared/queue/postgres/schema.ts';
import { repeat } from '../../../shared/wait.ts';
import { createPostgresJournal } from '../journal/postgres/journal.ts';
import type { CreateSharedParts } from './shared.ts';

const PURGE_INTERVAL_MS = 60_000;

export const createPostgresParts: CreateSharedParts = async (options) => {
  const { clock, log } = options;
  const backend = createPostgresBackend(options);
  const { query } = backend.database;
  await backend.prepare();
  const closing = new AbortController();
  const purging = repeat(() => purge(backend.database, clock.now()), {
    ...{ intervalMs: PURGE_INTERVAL_MS, clock, signal: closing.signal },
    onFailure: (error) => log.error({ err: error }, 'purging the journal failed'),
  });
  const journal = createPostgresJournal({ ...options, backend });
  return {
    backend,
    journal: {
      ...journal,
      close: async () => {
        closing.abort();
        await Promise.all([purging, journal.close()]);
      },
    },
    keepSecret: async (name, value) => {
      const key = `secret:${name}`;
      await query('insert into easel.fact (name, value) values ($1, $2) on conflict do nothing', [key, value]);
      return (await journal.readFact(key)) ?? value;
    },
  };
};
