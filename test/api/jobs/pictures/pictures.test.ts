import assert from 'node:assert/strict';
import { mkdtemp, readdir, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { createPictures } from '../../../../api/jobs/pictures/pictures.ts';
import type { GenerationRequest } from '../../../../shared/contract/generation.ts';
import { AppError } from '../../../../shared/errors.ts';
import { createLog } from '../../../../shared/service/log.ts';
import { createManualClock } from '../../../support/manual-clock.ts';
import { removeDirectory } from '../../../support/remove-directory.ts';
import { PICTURE_BYTES, toResult } from '../../fake-jobs.ts';
import { draft } from '../drafts.ts';

const HOUR_MS = 60 * 60_000;

describe('pictures that this gateway hosts, within a bound', () => {
  let dataDirectory: string;
  before(async () => {
    dataDirectory = await mkdtemp(join(tmpdir(), 'easel-pictures-'));
  });
  after(() => removeDirectory(dataDirectory));

  test('a removed picture is reported as missing; its bytes are requested from the worker, and then the request fails', async () => {
    const clock = createManualClock();
    let isOnShelf = true;
    const pictures = createPictures({
      dataDirectory,
      maxHostedBytes: PICTURE_BYTES.length,
      fetchFromWorker: async () => (isOnShelf ? { bytes: PICTURE_BYTES, mediaType: 'image/png' } : undefined),
      isShared: false,
      clock,
      log: createLog({ service: 'test', level: 'silent' }),
    });
    const request: GenerationRequest = { ...draft(), seed: 1, seedGiven: true };
    const made = toResult(request);
    const resultOf = (id: string) => ({
      ...made,
      pictures: made.pictures.map((picture) => ({ ...picture, id, url: `/images/${id}.png` })),
    });
    const [first, second] = [resultOf('first'), resultOf('second')];

    const areThere = (result: typeof first) => pictures.areThere({ id: 'run', request, result });
    await pictures.secure(first, request);
    const images = join(dataDirectory, 'images');
    await utimes(join(images, 'first.png'), clock.now() / 1000, clock.now() / 1000);
    assert.equal(await areThere(first), true);
    clock.advance(HOUR_MS);
    await pictures.secure(second, request);

    assert.deepEqual(await readdir(images), ['second.png']);
    assert.deepEqual([await areThere(first), await areThere(second)], [false, true]);
    const [gone] = first.pictures;
    assert.ok(gone !== undefined);
    const { signal } = new AbortController();
    assert.deepEqual(await buffer((await pictures.open(gone, signal)).read()), PICTURE_BYTES);
    isOnShelf = false;
    await assert.rejects(
      pictures.open(gone, signal),
      (error: unknown) => error instanceof AppError && /its bytes are lost. Ask for it again/.test(error.publicMessage),
    );
  });
});
