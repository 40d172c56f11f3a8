import { join } from 'node:path';
import { repeat } from '../../../shared/wait.ts';
import { createHttpDispatch } from '../../dispatch/direct/dispatch.ts';
import { createMemoryVault } from '../context.ts';
import { createSqliteJournal } from '../journal/sqlite/journal.ts';
import { openDatabase } from '../journal/sqlite/open-database.ts';
import type { JobBackend, JobBackendOptions } from './backend.ts';
import { createRunLedger } from './run-ledger.ts';
import { loadSecret } from './secrets.ts';

const PURGE_INTERVAL_MS = 60_000;

/** One gateway: its own file, and HTTP to the workers. */
export function createEmbedded(options: JobBackendOptions): JobBackend {
  const { settings, dataDirectory, limits, clock, log } = options;
  const database = openDatabase(join(dataDirectory, 'jobs.sqlite'), { log, now: clock.now });
  const journal = createSqliteJournal({ database, clock, keepMs: limits.keepMs });
  const vault = createMemoryVault();
  const closing = new AbortController();
  void repeat(async () => journal.purge(), {
    ...{ intervalMs: PURGE_INTERVAL_MS, clock, signal: closing.signal },
    onFailure: (error) => log.error({ err: error }, 'purging the journal failed'),
  });

  return {
    journal,
    vault,
    isShared: false,
    loadSecret: async (name, prefix) => loadSecret(dataDirectory, name, prefix),
    createDispatch: async (needs) => {
      let wokeAt = Number.NEGATIVE_INFINITY;
      const onAwake = (tookMs: number): void => {
        wokeAt = clock.now();
        needs.estimates.learnWake(tookMs);
      };
      return createHttpDispatch({
        workerUrls: settings.WORKER_URL ?? [],
        workerToken: settings.WORKER_TOKEN?.[0] ?? '',
        ledger: createRunLedger({ ...options, ...needs, journal, vault, wokeAt: () => wokeAt }),
        clock,
        log,
        onAwake,
      });
    },
    recover: async (dispatch) => {
      for (const run of journal.recover()) if (!run.needsCredentials) await dispatch.enqueue(run);
    },
    close: async () => {
      closing.abort();
      await journal.close();
    },
  };
}
