import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pipeline } from 'node:stream/promises';
import { after, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { openDatabase } from '../../api/jobs/journal/sqlite/open-database.ts';
import { removeDirectory } from '../support/remove-directory.ts';
import { run } from './check/command.ts';
import { toScript } from './check/guide.ts';

/** `deploy/backup.sh` on a journal that another process has open, locks and writes all the time. */

const folder = await mkdtemp(join(tmpdir(), 'easel-backup-'));
after(() => removeDirectory(folder));

/** Transaction `n` writes row `n` modulo ROWS, so that a backup that mixes two moments has a row that is too old. */
const ROWS = 20;
/** SQLite restarts its log after some hundred of these writes: many times in this test, but not during every copy. */
const PACE_MS = 5;
const FILLING = 'x'.repeat(40_000);

function createWriter(data: string) {
  const database = openDatabase(join(data, 'jobs.sqlite'), { log: { warn: () => undefined }, now: Date.now });
  const put = database.prepare('insert or replace into facts (name, value) values (?, ?)');
  const writer = { count: 0, isStopped: false, write, close: () => database.close() };
  async function write(): Promise<void> {
    while (!writer.isStopped) {
      writer.count++;
      put.run(`row ${writer.count % ROWS}`, `${writer.count} ${FILLING}`);
      await pause(PACE_MS);
    }
  }
  return writer;
}

/** A `cp` that waits once after the database was copied, so that SQLite restarts its log before it is copied. */
const SLOW_CP = `#!/bin/sh
/bin/cp "$@"
[ "$2" = jobs.sqlite ] && [ ! -e "$SLOWED" ] || exit 0
touch "$SLOWED"
log() { head -c 32 jobs.sqlite-wal | cksum; }
before=$(log)
for _ in $(seq 500); do [ "$(log)" = "$before" ] || exit 0; sleep 0.02; done
exit 1
`;

async function backUp(data: string, file: string): Promise<void> {
  const env = { PATH: `${folder}/bin:${process.env.PATH}`, SLOWED: `${file}.slowed` };
  const child = spawn('sh', ['deploy/backup.sh', data], { stdio: ['ignore', 'pipe', 'inherit'], env });
  await Promise.all([pipeline(child.stdout, createWriteStream(file)), once(child, 'close')]);
  assert.equal(child.exitCode, 0);
}

test('a backup of a running gateway holds one moment of its journal, and all other files', async () => {
  const data = join(folder, 'data');
  await mkdir(join(data, 'images'), { recursive: true });
  await writeFile(join(data, 'images', 'fox.png'), 'a fox');
  await writeFile(join(data, 'job-secret'), 'a secret');
  await mkdir(join(folder, 'bin'));
  await writeFile(join(folder, 'bin', 'cp'), SLOW_CP, { mode: 0o755 });
  const writer = createWriter(data);
  const written = writer.write();
  for (let round = 0; round < 3; round++) {
    const before = writer.count;
    const file = join(folder, `${round}.tar.gz`);
    await backUp(data, file);
    const restored = join(folder, `restored-${round}`);
    await mkdir(restored);
    await run('tar', '-xzf', file, '-C', restored);
    assert.equal(await readFile(join(restored, 'images', 'fox.png'), 'utf8'), 'a fox');
    assert.equal(await readFile(join(restored, 'job-secret'), 'utf8'), 'a secret');
    const database = new DatabaseSync(join(restored, 'jobs.sqlite'));
    assert.deepEqual({ ...database.prepare('pragma integrity_check').get() }, { integrity_check: 'ok' });
    const values = database.prepare("select value from facts where name like 'row %'").all();
    database.close();
    const counts = values.map(({ value }) => Number.parseInt(String(value), 10)).sort((one, other) => one - other);
    const last = counts.at(-1) ?? 0;
    assert.ok(last >= before, 'the backup holds everything written before it');
    const wanted = Array.from({ length: Math.min(ROWS, last) }, (_, index) => last - Math.min(ROWS, last) + 1 + index);
    assert.deepEqual(counts, wanted, 'all rows are of one moment');
  }
  writer.isStopped = true;
  await written;
  writer.close();
  assert.deepEqual((await readdir(data)).sort(), ['images', 'job-secret', 'jobs.sqlite'], 'no copy is left behind');
});

test('a folder without a journal is refused', async () => {
  await assert.rejects(run('sh', 'deploy/backup.sh', folder), /there is no jobs\.sqlite/);
});

test('the guide’s commands for one machine are found, and make a valid shell script', async () => {
  const script = await toScript('/repository');
  const file = join(folder, 'commands');
  await writeFile(file, script);
  await run('sh', '-n', file);
  for (const command of ['git clone /repository /opt/easel', 'deploy/backup.sh', 'set_token worker', 'git checkout'])
    assert.ok(script.includes(command), command);
});
