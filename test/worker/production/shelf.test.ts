import assert from 'node:assert/strict';
import { mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { createShelf, type ShelfRecord } from '../../../worker/production/shelf.ts';
import { createManualClock, type ManualClock } from '../../support/manual-clock.ts';
import { removeDirectory } from '../../support/remove-directory.ts';

const HOUR_MS = 60 * 60_000;
const idOf = (name: string): string => name.repeat(32).slice(0, 32);
const record = (name: string, key = `key of ${name}`): ShelfRecord => ({
  id: idOf(name),
  key,
  width: 8,
  height: 8,
  seed: 1,
  warnings: [],
  passedOver: [],
});

describe('shelf', () => {
  let directory: string;
  let clock: ManualClock;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'easel-shelf-'));
    clock = createManualClock();
  });
  afterEach(() => removeDirectory(directory));

  const open = (maxBytes?: number) => createShelf({ directory, clock, ...(maxBytes !== undefined && { maxBytes }) });

  test('keeps pictures and their records over a restart of the process', async () => {
    const kept: ShelfRecord = {
      ...record('a'),
      nsfw: true,
      warnings: ['a word'],
      passedOver: [{ name: 'perchance', code: 'engine_challenge', isResting: false }],
    };
    await open().keep(kept, Buffer.from('png'));
    const shelf = open();
    const found = await shelf.find(kept.id, kept.key);
    assert.deepEqual([found?.nsfw, found?.warnings, found?.passedOver], [true, kept.warnings, kept.passedOver]);
    assert.deepEqual(await shelf.readPng(kept.id), Buffer.from('png'));
  });

  test('returns the PNG, or the format in which it was delivered', async () => {
    const shelf = open();
    await shelf.keep(record('a'), Buffer.from('png'));
    assert.deepEqual(await shelf.read(idOf('a')), { bytes: Buffer.from('png'), mediaType: 'image/png' });
    await shelf.deliver(idOf('a'), { bytes: Buffer.from('avif'), mediaType: 'image/avif' });
    assert.deepEqual(await open().read(idOf('a')), { bytes: Buffer.from('avif'), mediaType: 'image/avif' });
    assert.equal(await shelf.deliver(idOf('b'), { bytes: Buffer.from('x'), mediaType: 'image/png' }), false);
  });

  test('an equal picture is found by its key until it is delivered; its own job always finds it', async () => {
    const shelf = open();
    await shelf.keep(record('a', 'same'), Buffer.from('png'));
    assert.equal((await shelf.find(idOf('b'), 'same'))?.id, idOf('a'));
    await shelf.deliver(idOf('a'), { bytes: Buffer.from('png'), mediaType: 'image/png' });
    assert.equal(await shelf.find(idOf('b'), 'same'), undefined);
    assert.equal((await shelf.find(idOf('a'), 'same'))?.id, idOf('a'));
    assert.equal(await shelf.find(idOf('a'), 'other'), undefined, 'another picture has the same place');
  });

  test('forgets after an hour, and removes the files when the next picture comes', async () => {
    const shelf = open();
    await shelf.keep(record('a'), Buffer.from('png'));
    clock.advance(HOUR_MS);
    assert.equal(await shelf.read(idOf('a')), undefined);
    await shelf.keep(record('b'), Buffer.from('png'));
    assert.deepEqual((await readdir(directory)).sort(), [`${idOf('b')}.json`, `${idOf('b')}.png`]);
  });

  test('removes the oldest if there are too many bytes', async () => {
    const shelf = open(250);
    for (const name of ['a', 'b', 'c']) {
      await shelf.keep(record(name), Buffer.alloc(100));
      clock.advance(1);
    }
    assert.equal(await shelf.read(idOf('a')), undefined);
    assert.notEqual(await shelf.read(idOf('b')), undefined);
  });

  test('removes files of another version or of a broken disk', async () => {
    await writeFile(join(directory, `${idOf('a')}.json`), '{"id":');
    await writeFile(join(directory, `${idOf('b')}.json`), '{"id":"../../etc"}');
    assert.equal(await open().find(idOf('a'), 'any'), undefined);
    assert.deepEqual(await readdir(directory), []);
  });

  test('removes a picture with all its files', async () => {
    const shelf = open();
    await shelf.keep(record('a'), Buffer.from('png'));
    await shelf.deliver(idOf('a'), { bytes: Buffer.from('jpeg'), mediaType: 'image/jpeg' });
    await shelf.remove(idOf('a'));
    assert.equal(await shelf.read(idOf('a')), undefined);
    assert.deepEqual(await readdir(directory), []);
  });
});
