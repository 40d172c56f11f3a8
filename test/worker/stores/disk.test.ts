import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { AppError } from '../../../shared/errors.ts';
import { systemClock } from '../../../shared/wait.ts';
import { createDisk, disk } from '../../../worker/stores/disk/index.ts';
import { storeContract } from '../../contracts/store.ts';
import { removeDirectory } from '../../support/remove-directory.ts';

const { signal } = new AbortController();
const maxBytes = Number.POSITIVE_INFINITY;
const picture = (id: string, bytes = Buffer.alloc(100)) =>
  ({ id, bytes, mediaType: 'image/png', width: 1, height: 1 }) as const;

async function inTemporary(task: (directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'easel-disk-'));
  try {
    await task(directory);
  } finally {
    await removeDirectory(directory);
  }
}

storeContract({
  name: 'disk',
  keepsAddress: true,
  faults: [],
  async create() {
    const directory = await mkdtemp(join(tmpdir(), 'easel-disk-'));
    return {
      store: createDisk({ directory: join(directory, 'images'), maxBytes, clock: systemClock }),
      secrets: [],
      hosted: (url) =>
        readFile(join(directory, url)).catch((error: NodeJS.ErrnoException) => {
          if (error.code !== 'ENOENT') throw error;
          return undefined;
        }),
      close: () => removeDirectory(directory),
    };
  },
});

describe('disk', () => {
  test('a full disk is store_failed, leaves nothing behind, and works again when there is room', async (context) => {
    if (process.getuid?.() !== 0) return context.diagnostic('only root can make a disk that is full');
    await inTemporary(async (directory) => {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', directory]);
      try {
        const store = createDisk({ directory, maxBytes, clock: systemClock });
        await assert.rejects(
          store.put(picture('large', Buffer.alloc(200_000)), { signal }),
          (error: unknown) =>
            error instanceof AppError &&
            error.code === 'store_failed' &&
            /no space is left .*DATA_DIR/.test(error.message),
        );
        assert.deepEqual(await readdir(directory), []);
        await store.put(picture('small'), { signal });
        assert.deepEqual(await readdir(directory), ['small.png']);
      } finally {
        execFileSync('umount', [directory]);
      }
    });
  });

  test('a directory that cannot be made is store_failed, and is tried again', async () => {
    await inTemporary(async (directory) => {
      const place = join(directory, 'place');
      await writeFile(place, 'a file in the way');
      const store = createDisk({ directory: join(place, 'images'), maxBytes, clock: systemClock });
      await assert.rejects(store.put(picture('a'), { signal }), /cannot be written .*DATA_DIR/);
      await rm(place);
      assert.deepEqual(await store.put(picture('a'), { signal }), { url: '/images/a.png' });
    });
  });

  test('never leaves its directory by a name or a link', async () => {
    await inTemporary(async (directory) => {
      const images = join(directory, 'images');
      await mkdir(images);
      await writeFile(join(directory, 'secret.png'), 'outside');
      await symlink(directory, join(images, 'link'));
      const store = createDisk({ directory: images, maxBytes, clock: systemClock });
      for (const id of ['../secret', 'link/secret', '/tmp/secret']) {
        await assert.rejects(store.put(picture(id), { signal }), AppError, id);
        await assert.rejects(
          store.remove?.({ id, url: `/images/${id}.png` }, { signal }) ?? Promise.resolve(),
          AppError,
          id,
        );
      }
      assert.equal(await readFile(join(directory, 'secret.png'), 'utf8'), 'outside');
    });
  });

  test('removes files that a killed process left half-written, but not those that another one writes now', async () => {
    await inTemporary(async (directory) => {
      const [old, young] = ['.a.png.0123456789ab.tmp', '.b.png.0123456789ab.tmp'];
      for (const name of [old, young]) await writeFile(join(directory, name), 'half');
      const longAgo = new Date(Date.now() - 2 * 60 * 60_000);
      await utimes(join(directory, old), longAgo, longAgo);
      await createDisk({ directory, maxBytes, clock: systemClock }).put(picture('c'), { signal });
      assert.deepEqual((await readdir(directory)).sort(), [young, 'c.png']);
    });
  });

  test('a removal needs the exact address of the picture, and the removal of a missing one succeeds', async () => {
    await inTemporary(async (directory) => {
      const store = createDisk({ directory, maxBytes, clock: systemClock });
      await store.put(picture('mine'), { signal });
      await assert.rejects(
        store.remove?.({ id: 'other', url: '/images/mine.png' }, { signal }) ?? Promise.resolve(),
        AppError,
      );
      await store.remove?.({ id: 'gone', url: '/images/gone.png' }, { signal });
      assert.deepEqual(await readdir(directory), ['mine.png']);
    });
  });

  test('DISK_MAX_MB limits it: the oldest picture is removed, the new one stays', async () => {
    await inTemporary(async (dataDirectory) => {
      const store = disk.create({ DISK_MAX_MB: 1 }, { dataDirectory, clock: systemClock });
      await store.put(picture('old', Buffer.alloc(700_000)), { signal });
      const longAgo = new Date(Date.now() - 60 * 60_000);
      await utimes(join(dataDirectory, 'images', 'old.png'), longAgo, longAgo);
      const restarted = disk.create({ DISK_MAX_MB: 1 }, { dataDirectory, clock: systemClock });
      await restarted.put(picture('new', Buffer.alloc(700_000)), { signal });
      assert.deepEqual(await readdir(join(dataDirectory, 'images')), ['new.png']);
    });
  });
});
