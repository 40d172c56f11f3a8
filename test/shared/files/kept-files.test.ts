import assert from 'node:assert/strict';
import { mkdtemp, readdir, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { createKeptFiles, toMaxBytes } from '../../../shared/files/kept-files.ts';
import { removeDirectory } from '../../support/remove-directory.ts';

const MINUTE_MS = 60_000;
const NOW = Date.UTC(2026, 0, 1);

describe('files that are kept within a bound', () => {
  let directory: string;
  let now: number;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'easel-kept-'));
    now = NOW;
  });
  afterEach(() => removeDirectory(directory));

  const open = (maxBytes = 1000) =>
    createKeptFiles({ directory, maxBytes, clock: { now: () => now, elapsed: () => now } });
  const names = async (): Promise<string[]> => (await readdir(directory)).sort();

  /** A file of 300 bytes with this age. */
  async function lay(name: string, ageMinutes: number): Promise<void> {
    const path = join(directory, name);
    await writeFile(path, Buffer.alloc(300));
    const at = new Date(now - ageMinutes * MINUTE_MS);
    await utimes(path, at, at);
  }

  test('the oldest are removed first, until the size is somewhat below the bound', async () => {
    await lay('b.png', 40);
    await lay('a.png', 30);
    await lay('c.webp', 20);
    await open().write('new.png', Buffer.alloc(300));
    assert.deepEqual(await names(), ['a.png', 'c.webp', 'new.png']);
  });

  test('a picture of the last minutes stays, and so does one that is larger than the bound', async () => {
    await lay('old.png', 11);
    await lay('young.png', 9);
    await open().write('new.png', Buffer.alloc(3000));
    assert.deepEqual(await names(), ['new.png', 'young.png']);
  });

  test('a file that is no picture of ours does not count and stays', async () => {
    for (const name of ['notes.txt', '.hidden.png', 'README']) await lay(name, 60);
    await lay('a.png', 60);
    await open().write('new.png', Buffer.alloc(300));
    assert.deepEqual(await names(), ['.hidden.png', 'README', 'a.png', 'new.png', 'notes.txt']);
  });

  test('adds up its own writes, and reads the folder for other writes only sometimes', async () => {
    const files = open();
    await files.write('first.png', Buffer.alloc(300));
    for (const name of ['a.png', 'b.png', 'c.png']) await lay(name, 60);
    now += 9 * MINUTE_MS;
    await files.write('second.png', Buffer.alloc(300));
    assert.equal((await names()).length, 5, 'it did not look');
    now += MINUTE_MS;
    await files.write('third.png', Buffer.alloc(300));
    assert.deepEqual(await names(), ['first.png', 'second.png', 'third.png']);
  });

  test('reads the folder as soon as its own writes pass the bound', async () => {
    const files = open();
    await files.write('first.png', Buffer.alloc(300));
    for (const name of ['a.png', 'b.png', 'c.png']) await lay(name, 60);
    now += MINUTE_MS;
    await files.write('second.png', Buffer.alloc(800));
    assert.deepEqual(await names(), ['first.png', 'second.png']);
  });

  test('two processes on one directory do not disturb each other', async () => {
    for (let index = 0; index < 50; index += 1) await lay(`old-${index}.png`, 60);
    await Promise.all([open(), open()].map((files, index) => files.write(`new-${index}.png`, Buffer.alloc(300))));
    assert.deepEqual(
      (await names()).filter((name) => name.startsWith('new')),
      ['new-0.png', 'new-1.png'],
    );
    assert.ok((await names()).length <= 5, String(await names()));
  });

  test('0 megabytes means no bound', async () => {
    await lay('a.png', 60);
    await open(toMaxBytes(0)).write('new.png', Buffer.alloc(3000));
    assert.deepEqual(await names(), ['a.png', 'new.png']);
    assert.equal(toMaxBytes(2), 2 * 1024 * 1024);
  });

  test('a name that leads elsewhere is refused', async () => {
    const files = open();
    for (const name of ['../a.png', 'link/a.png', '/tmp/a.png', 'a.txt', '.a.png']) {
      await assert.rejects(files.write(name, Buffer.alloc(1)), /not a name/, name);
      await assert.rejects(files.open(name), /not a name/, name);
      await assert.rejects(files.remove(name), /not a name/, name);
    }
  });
});
