import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import sharp from 'sharp';
import { createDisk } from '../../worker/stores/disk/index.ts';
import { createImgur } from '../../worker/stores/imgur/index.ts';
import { createImgurStandIn, type ImgurStandIn } from '../stand-ins/imgur/imgur-stand-in.ts';
import type { ImgurMode } from '../stand-ins/imgur/modes.ts';
import { createFakeEngine, type FakeEngine } from '../worker/fake-engine.ts';
import { type Answer, ask, askServed, download } from './ask.ts';
import { type InProcess, startInProcess } from './in-process.ts';

/**
 * The outcome of an upload. The compiler demands every mode. `unclear`: it is unknown whether the host has the picture.
 * A refused picture is not offered again for a while; `soon`: that time is shorter than a picture is kept.
 */
type Outcome = 'taken' | 'refused' | 'refused, soon welcome' | 'refused for an hour' | 'unclear';

const OUTCOMES: Readonly<Record<ImgurMode, Outcome>> = {
  ok: 'taken',
  daily429: 'refused for an hour',
  jsonapi429: 'refused for an hour',
  toofast400: 'refused, soon welcome',
  toofast429: 'refused, soon welcome',
  over403: 'refused, soon welcome',
  over429: 'refused, soon welcome',
  over500: 'refused, soon welcome',
  over1203: 'refused, soon welcome',
  forbidden400: 'refused for an hour',
  country400: 'refused for an hour',
  invalid_client: 'refused for an hour',
  file_type400: 'refused',
  html503: 'refused',
  datastring500: 'refused',
  datafalse: 'refused',
  slow: 'taken',
  hang: 'unclear',
  reset: 'unclear',
  reset_before: 'unclear',
  success_without_link: 'unclear',
  media_429: 'taken',
  media_403: 'taken',
  media_removed: 'taken',
};

const RESTS_MS: Partial<Record<Outcome, number>> = {
  'refused, soon welcome': 59 * 60_000,
  'refused for an hour': 60 * 60_000,
};
/** A slow host answers within a store's time limit, one that hangs does not. */
const SLOW_MS = 1000;
const UPLOAD_TIMEOUT_MS = 4000;
const REQUEST = { prompt: 'a dune', seed: 7 };

interface System extends InProcess {
  readonly engine: FakeEngine;
  readonly imgur: ImgurStandIn;
}

/** Runs everything from the gateway to Imgur, with an engine that counts its pictures. */
async function open(context: TestContext, mode: ImgurMode, names: 'imgur' | 'imgur,disk'): Promise<System> {
  const imgur = await createImgurStandIn();
  imgur.setMode(mode, mode === 'slow' ? { uploadMs: SLOW_MS } : {});
  const engine = createFakeEngine('fake');
  const system = await startInProcess(({ clock, dataDirectory }) => {
    const host = createImgur({ apiUrl: imgur.apiUrl, clientId: imgur.clientId, clock });
    const disk = createDisk({ directory: join(dataDirectory, 'images'), maxBytes: Number.POSITIVE_INFINITY, clock });
    return { engines: [engine], stores: names === 'imgur' ? [host] : [host, disk], uploadTimeoutMs: UPLOAD_TIMEOUT_MS };
  });
  context.after(async () => {
    await system.close();
    await imgur.stop();
  });
  return { ...system, engine, imgur };
}

const countUploads = ({ imgur }: System): number => imgur.requests.filter(({ method }) => method === 'POST').length;

/** The fake engine's picture: its colour is its seed. */
async function assertPainted(address: string | undefined): Promise<void> {
  const { data, info } = await sharp(await download(address))
    .raw()
    .toBuffer({ resolveWithObject: true });
  assert.deepEqual([info.width, info.height, data[0], data[1]], [64, 64, REQUEST.seed, 0]);
}

function assertSafe(system: System, { text, headers }: Answer): void {
  const output = text + JSON.stringify([...headers]) + system.log();
  const secrets = [system.imgur.clientId, ...system.imgur.uploads.map(({ deletehash }) => deletehash)];
  for (const secret of secrets) assert.ok(!output.includes(secret), 'a secret was answered or logged');
}

async function assertFails(system: System): Promise<Answer> {
  const failed = await ask(system.url, REQUEST);
  assert.deepEqual([failed.status, failed.body.code], [502, 'store_failed'], failed.text);
  assertSafe(system, failed);
  return failed;
}

describe('every end of an upload, with another store behind it', { concurrency: 4 }, () => {
  for (const [mode, outcome] of Object.entries(OUTCOMES) as [ImgurMode, Outcome][]) {
    test(`mode ${mode}: ${outcome}`, async (context) => {
      const system = await open(context, mode, 'imgur,disk');
      const answer = await askServed(system.url, REQUEST);
      const isTaken = outcome === 'taken';
      assert.equal(answer.body.store, isTaken ? 'imgur' : 'disk');
      const story = isTaken ? [] : ['imgur could not keep the picture; disk keeps it instead.'];
      assert.deepEqual(answer.body.warnings, story);
      if (!mode.startsWith('media_')) await assertPainted(answer.body.image_url);
      assert.equal(countUploads(system), 1, 'offered only once');
      assert.equal(system.engine.calls.length, 1);
      assertSafe(system, answer);
    });
  }
});

describe('every failure of an upload, without another store', { concurrency: 4 }, () => {
  for (const [mode, outcome] of Object.entries(OUTCOMES) as [ImgurMode, Outcome][]) {
    if (outcome === 'taken') continue;
    test(`mode ${mode}: ${outcome}`, async (context) => {
      const system = await open(context, mode, 'imgur');
      await assertFails(system);
      assert.equal(countUploads(system), 1, 'offered only once');
      system.imgur.setMode('ok');
      system.imgur.setCredits({ clientRemaining: 12_500 });

      const restMs = RESTS_MS[outcome];
      if (restMs !== undefined) {
        const { headers } = await assertFails(system);
        assert.equal(headers.get('retry-after'), '60');
        assert.equal(countUploads(system), 1, 'a host that refuses for a while is not asked during that time');
        system.advance(restMs);
      }
      const again = await askServed(system.url, REQUEST);
      await assertPainted(again.body.image_url);
      assert.equal(countUploads(system), 2);
      // A picture is kept for an hour.
      const generations = outcome === 'refused for an hour' ? 2 : 1;
      assert.equal(system.engine.calls.length, generations, 'the finished picture was made again');
    });
  }

  test('the retry of a random seed uploads the picture that was finished for it', async (context) => {
    const system = await open(context, 'html503', 'imgur');
    const failed = await ask(system.url, { prompt: REQUEST.prompt });
    assert.equal(failed.body.code, 'store_failed');
    system.imgur.setMode('ok');
    const { body } = await askServed(system.url, { prompt: REQUEST.prompt });
    assert.deepEqual(
      system.engine.calls.map(({ seed }) => seed),
      [body.seed],
    );
  });
});
