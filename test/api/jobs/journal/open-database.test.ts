import assert from 'node:assert/strict';
import { mkdtemp, open, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { createSqliteJournal } from '../../../../api/jobs/journal/sqlite/journal.ts';
import { openDatabase } from '../../../../api/jobs/journal/sqlite/open-database.ts';
import { MIGRATIONS } from '../../../../api/jobs/journal/sqlite/schema.ts';
import { SettingsError } from '../../../../shared/service/config.ts';
import { createManualClock } from '../../../support/manual-clock.ts';
import { removeDirectory } from '../../../support/remove-directory.ts';
import { toOrder } from '../orders.ts';

/** The states in which a start may find the journal's file. */

const KEEP_MS = 3_600_000;

describe('the file of the journal', () => {
  const clock = createManualClock();
  let directory: string;
  let path: string;
  let warnings: string[];
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'easel-journal-'));
    path = join(directory, 'jobs.sqlite');
    warnings = [];
  });
  afterEach(() => removeDirectory(directory));

  const log = { warn: (_details: unknown, line?: string) => void warnings.push(String(line)) } as never;
  const start = (maxBytes?: number) => {
    const database = openDatabase(path, { log, now: clock.now });
    return createSqliteJournal({ database, clock, keepMs: KEEP_MS, ...(maxBytes !== undefined && { maxBytes }) });
  };
  /** A file that another release has left. */
  function edit(...statements: readonly string[]): void {
    const database = new DatabaseSync(path);
    for (const statement of statements) database.exec(statement);
    database.close();
  }
  const refuses = (pattern: RegExp) =>
    assert.throws(start, (error) => error instanceof SettingsError && pattern.test(error.message));

  /** A done run in the format of an older release. */
  function writeOldRun(extra: object = {}): void {
    const { run, ticket } = toOrder(clock.now());
    const { cost: _c, turn: _t, isRetry: _r, attendedBy: _a, steps: _s, ...oldRun } = run;
    const { comesBack: _b, isFetch: _f, ...oldTicket } = ticket;
    const at = clock.now();
    const data = (value: object): string => `'${JSON.stringify(value)}'`;
    const ended = { ...oldRun, id: 'old', status: 'done', rememberUntil: at + KEEP_MS, finishedAt: at, ...extra };
    edit(
      MIGRATIONS[0] ?? '',
      `insert into runs values ('old', 'anna', 1, null, ${at}, ${at + KEEP_MS}, ${data(ended)}, '[]')`,
      `insert into tickets values ('key', 'old', 'anna', 1, 0, null, 0, ${at}, ${data({ ...oldTicket, key: 'key', id: 'key', runId: 'old', asynchronous: true })})`,
      `insert into names values ('picture:old', '"old"', ${at})`,
      `insert into names values ('idempotency:old', '{"ticketKey":"key","fingerprint":"print"}', ${at})`,
    );
  }

  test('without a format number is migrated, and nothing in it is lost', async () => {
    writeOldRun();
    const journal = start();
    assert.equal((await journal.find('key'))?.run.status, 'done');
    assert.equal((await journal.find('key'))?.ticket.comesBack, true);
    assert.equal((await journal.recall('picture:old'))?.id, 'old');
    const again = { ...toOrder(clock.now()), idempotency: { name: 'idempotency:old', fingerprint: 'print' } };
    assert.equal((await journal.claim(again)).how, 'repeated');
    await journal.close();
    await start().close();
  });

  test('of another release is read as far as it is known', async () => {
    const error = { code: 'a_code_of_tomorrow', message: 'new', newField: 1 };
    writeOldRun({ status: 'failed', error, aFieldOfTomorrow: true, stage: 'a stage of tomorrow' });
    const journal = start();
    const run = (await journal.find('key'))?.run;
    assert.equal(run?.error?.code, 'internal');
    assert.equal(run?.stage, undefined);
    assert.equal(JSON.stringify(run).includes('omorrow'), false);
    await journal.close();
  });

  test('with an unreadable record: the record counts as lost', async () => {
    writeOldRun({ request: 'nonsense' });
    const journal = start();
    assert.equal(await journal.find('key'), undefined);
    await journal.close();
  });

  test('of the next format is used, and keeps its additional columns', async () => {
    await start().close();
    edit('alter table runs add column of_tomorrow text', `pragma user_version = ${MIGRATIONS.length + 1}`);
    const journal = start();
    const order = toOrder(clock.now());
    assert.equal((await journal.claim(order)).how, 'made');
    await journal.close();
    const database = new DatabaseSync(path);
    assert.equal(database.prepare('pragma user_version').get()?.user_version, MIGRATIONS.length + 1);
    database.close();
  });

  test('of the next format without a needed column, or of a later format, is refused with advice', async () => {
    await start().close();
    edit('alter table facts rename column value to content', `pragma user_version = ${MIGRATIONS.length + 1}`);
    refuses(/^DATA_DIR: .*format 3.*newer release.*move the file away.*#data_dir/);
    edit('alter table facts rename column content to value', `pragma user_version = ${MIGRATIONS.length + 2}`);
    refuses(/^DATA_DIR: .*format 4/);
  });

  test('that is no database is set aside with a warning', async () => {
    await writeFile(path, 'this is no database, and long enough to be looked at as if it were one '.repeat(100));
    const journal = start();
    assert.equal((await journal.claim(toOrder(clock.now()))).how, 'made');
    await journal.close();
    assert.match(warnings.join(), /the journal is damaged/);
    assert.ok((await readdir(directory)).some((name) => /^jobs\.sqlite\.damaged-2026-01-01T/.test(name)));
  });

  test('with a damaged page is set aside with a warning', async () => {
    const journal = start();
    for (let count = 0; count < 200; count += 1) await journal.claim(toOrder(clock.now()));
    await journal.close();
    const file = await open(path, 'r+');
    await file.write(Buffer.alloc(8192, 0xff), 0, 8192, 4096);
    await file.close();
    await start().close();
    assert.match(warnings.join(), /the journal is damaged/);
  });

  test('that is a directory is refused with the name of the setting', async () => {
    await removeDirectory(directory);
    await writeFile(directory, 'a file where the directory should be');
    refuses(/^DATA_DIR: .*cannot be opened/);
  });

  test('has a limit of bytes, and the oldest ended runs are removed', async () => {
    const maxBytes = 400_000;
    const journal = start(maxBytes);
    const keys: string[] = [];
    for (let count = 0; count < 300; count += 1) {
      const order = toOrder(clock.now());
      const long = 'a long prompt '.repeat(140);
      const request = { ...order.run.request, prompt: long, negativePrompt: long };
      const { ticket, run } = await journal.claim({ ...order, run: { ...order.run, request }, maxWaiting: 1000 });
      await journal.report(run.id, { status: 'failed', error: { code: 'internal', message: 'for a test' } });
      keys.push(ticket.key);
      clock.advance(1);
    }
    assert.equal(await journal.find(keys[0] ?? ''), undefined);
    assert.equal((await journal.find(keys.at(-1) ?? ''))?.run.status, 'failed');
    await journal.close();
    const database = new DatabaseSync(path);
    const { pages } = database.prepare('select page_count as pages from pragma_page_count').get() ?? {};
    database.close();
    assert.ok(Number(pages) * 4096 < 1.5 * maxBytes, `${pages} pages`);
  });
});
