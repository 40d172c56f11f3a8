import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSqliteJournal } from '../../../../api/jobs/journal/sqlite/journal.ts';
import { openDatabase } from '../../../../api/jobs/journal/sqlite/open-database.ts';
import { testJournal } from '../../../contracts/journal.ts';
import { removeDirectory } from '../../../support/remove-directory.ts';

testJournal('a file', async (clock) => {
  const directory = await mkdtemp(join(tmpdir(), 'easel-journal-'));
  const database = openDatabase(join(directory, 'jobs.sqlite'), { log: { warn: () => undefined }, now: clock.now });
  const journal = createSqliteJournal({ database, clock, keepMs: 3_600_000 });
  return {
    journal,
    close: async () => {
      await journal.close();
      await removeDirectory(directory);
    },
  };
});
