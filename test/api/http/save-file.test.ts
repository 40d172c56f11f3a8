import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { createSaveFile } from '../../../api/http/save-file.ts';
import type { Job } from '../../../api/jobs/job.ts';
import { toContent } from '../../../api/jobs/pictures/content.ts';
import { removeDirectory } from '../../support/remove-directory.ts';
import { PICTURE_BYTES } from '../fake-jobs.ts';
import { draft } from '../jobs/drafts.ts';

const PICTURE = toContent(PICTURE_BYTES, 'image/png');

const HOUR_MS = 60 * 60_000;

describe('the file that a request asks to be saved', () => {
  let dataDirectory: string;
  let now = Date.UTC(2026, 0, 1);
  before(async () => {
    dataDirectory = await mkdtemp(join(tmpdir(), 'easel-saved-'));
  });
  after(() => removeDirectory(dataDirectory));

  const job = (prompt: string): Job => ({
    id: 'job',
    status: 'done',
    request: { ...draft({ prompt }), seed: 1, seedGiven: true },
    progress: 1,
    origin: 'made',
    notes: [],
    createdAt: now,
  });

  test('is named after the time and the prompt, and replaces old files when there is no room', async () => {
    const save = createSaveFile({
      dataDirectory,
      maxBytes: PICTURE_BYTES.length,
      clock: { now: () => now, elapsed: () => now },
    });
    const first = await save(job('A red fox, ../../etc!'), PICTURE);
    assert.equal(first, join(dataDirectory, 'saved', `image_${now}_a_red_fox_etc_.png`));
    assert.deepEqual(await readFile(first), PICTURE_BYTES);

    await utimes(first, now / 1000, now / 1000);
    now += HOUR_MS;
    await save(job('Ein Fuchs'), PICTURE);
    assert.deepEqual(await readdir(join(dataDirectory, 'saved')), [`image_${now}_ein_fuchs.png`]);
  });
});
