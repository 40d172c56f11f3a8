import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import sharp from 'sharp';
import { AppError } from '../../../shared/errors.ts';
import { SettingsError } from '../../../shared/service/config.ts';
import { type Clock, systemClock } from '../../../shared/wait.ts';
import { createImgur, imgur } from '../../../worker/stores/imgur/index.ts';
import { storeContract } from '../../contracts/store.ts';
import { createImgurStandIn, type ImgurStandInOptions } from '../../stand-ins/imgur/imgur-stand-in.ts';
import type { ImgurMode } from '../../stand-ins/imgur/modes.ts';
import { createManualClock } from '../../support/manual-clock.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const { signal } = new AbortController();

async function createSubject(options: ImgurStandInOptions = {}) {
  const standIn = await createImgurStandIn(options);
  const createStore = (clock: Pick<Clock, 'now' | 'elapsed'> = systemClock) =>
    createImgur({ apiUrl: standIn.apiUrl, clientId: standIn.clientId, clock });
  return {
    standIn,
    createStore,
    store: createStore(),
    secrets: [standIn.clientId],
    hosted: async (url: string) => {
      const picture = standIn.uploads.find(({ link, isDeleted }) => link === url && !isDeleted);
      return picture?.sentBytes;
    },
    close: standIn.stop,
  };
}
type Subject = Awaited<ReturnType<typeof createSubject>>;

interface Expected {
  readonly says: RegExp;
  readonly restMs?: number | readonly [number, number];
}

/** Time until the stand-in's hour is over. */
const WITHIN_THE_HOUR = [HOUR_MS - MINUTE_MS, HOUR_MS] as const;

const FAULTS: Partial<Record<ImgurMode, Expected>> = {
  daily429: { says: /Daily client requests exceeded.*rate limit/, restMs: HOUR_MS },
  jsonapi429: { says: /429.*Too Many Requests.*rate limit/, restMs: WITHIN_THE_HOUR },
  toofast400: { says: /400.*uploading too fast.*rate limit/, restMs: 59 * MINUTE_MS },
  toofast429: { says: /429.*uploading too fast.*rate limit/, restMs: 59 * MINUTE_MS },
  over403: { says: /over capacity.*blocks/, restMs: 10 * MINUTE_MS },
  over429: { says: /over capacity.*blocks/, restMs: 10 * MINUTE_MS },
  over500: { says: /over capacity.*blocks/, restMs: 10 * MINUTE_MS },
  over1203: { says: /over capacity.*blocks/, restMs: 10 * MINUTE_MS },
  forbidden400: { says: /forbidden.*does not serve/, restMs: HOUR_MS },
  country400: { says: /does not serve/, restMs: HOUR_MS },
  invalid_client: { says: /check IMGUR_CLIENT_ID/, restMs: HOUR_MS },
  file_type400: { says: /File type invalid/ },
  html503: { says: /HTTP 503 text\/html: a page titled "503 client read error"/ },
  datastring500: { says: /An error occurred/ },
  datafalse: { says: /HTTP 500/ },
  success_without_link: { says: /a success without the link/ },
  reset_before: { says: /whether it was done is unknown/ },
};

storeContract<Subject>({
  name: 'imgur',
  keepsAddress: false,
  create: createSubject,
  faults: Object.entries(FAULTS).map(([mode, expected]) => ({
    name: mode,
    ...expected,
    provoke: (subject) => subject.standIn.setMode(mode as ImgurMode),
  })),
  network: {
    reset: ({ standIn }) => standIn.setMode('reset'),
    hang: ({ standIn }) => standIn.setMode('hang'),
    underway: async ({ standIn }) => {
      const before = standIn.uploads.length;
      while (standIn.uploads.length === before) await new Promise((resolve) => setImmediate(resolve));
    },
    uploads: ({ standIn }) => standIn.requests.filter(({ method }) => method === 'POST').length,
  },
  // A new store, because one that met a limit no longer calls the host.
  mend: (subject) => {
    subject.standIn.reset();
    subject.store = subject.createStore();
  },
});

describe('imgur', () => {
  async function withStandIn(options: ImgurStandInOptions, task: (subject: Subject) => Promise<void>): Promise<void> {
    const subject = await createSubject(options);
    try {
      await task(subject);
    } finally {
      await subject.close();
    }
  }

  const draw = async () => {
    const noise = { type: 'gaussian', mean: 128, sigma: 30 } as const;
    const canvas = sharp({ create: { width: 64, height: 64, channels: 3, background: '#000', noise } });
    return { id: 'abc', bytes: await canvas.png().toBuffer(), mediaType: 'image/png', width: 64, height: 64 } as const;
  };

  test('sends the file with its type and keeps the delete hash for the operator', async () => {
    await withStandIn({}, async ({ store, standIn }) => {
      const stored = await store.put(await draw(), { signal });
      const [upload] = standIn.uploads;
      assert.deepEqual([upload?.encoding, upload?.clientId], ['file', standIn.clientId]);
      assert.deepEqual(stored, { url: upload?.link, deleteToken: upload?.deletehash, mediaType: 'image/png' });
    });
  });

  test('reports the format that the host answers: a PNG that became a JPEG', async () => {
    await withStandIn({ pngConversionBytes: 100 }, async ({ store }) => {
      const stored = await store.put(await draw(), { signal });
      assert.equal(stored.mediaType, 'image/jpeg');
      assert.match(stored.url, /\.jpg$/);
    });
  });

  for (const [name, credits] of [
    ['the day of the application', { clientRemaining: 15 }],
    ['the hour of the address', { userRemaining: 15 }],
    ['the posts of the hour', { postRemaining: 1 }],
  ] as const) {
    test(`stops asking before ${name} is used up, and asks again when it is over`, async () => {
      await withStandIn({ credits }, async ({ createStore, standIn }) => {
        const clock = createManualClock();
        clock.advance(Date.now() - clock.now());
        const store = createStore(clock);
        assert.equal(store.quotaRemaining?.(), undefined);
        await store.put(await draw(), { signal });
        assert.equal(store.quotaRemaining?.(), 0);
        const error: unknown = await store.put(await draw(), { signal }).catch((thrown) => thrown);
        assert.ok(error instanceof AppError && error.code === 'store_failed');
        assert.match(error.message, /rate limit is spent; not asked/);
        assert.equal(standIn.requests.length, 1);
        const { restMs = 0 } = error.details;
        assert.ok(restMs > HOUR_MS - MINUTE_MS && restMs <= HOUR_MS, String(restMs));
        clock.advance(restMs);
        standIn.reset();
        standIn.setCredits({ clientRemaining: 100, userRemaining: 100, postRemaining: 100 });
        await store.put(await draw(), { signal });
      });
    });
  }

  test('a removal needs the delete hash, and a wrong one is a failure that does not show it', async () => {
    await withStandIn({}, async ({ store }) => {
      const remove = (deleteToken?: string) =>
        store.remove?.({ id: 'abc', url: 'https://i.imgur.com/abc.png', deleteToken }, { signal }) ?? Promise.resolve();
      await assert.rejects(remove(), /needs the delete hash/);
      await assert.rejects(remove('wrong-hash-123'), (error: unknown) => {
        assert.ok(error instanceof AppError);
        return /Permission denied/.test(error.message) && !error.message.includes('wrong-hash-123');
      });
    });
  });

  test('refuses to be enabled without a client id, and names the variable', () => {
    const services = { clock: systemClock, dataDirectory: '/tmp' };
    const create = () =>
      imgur.create({ IMGUR_CLIENT_ID: undefined, IMGUR_API_URL: 'https://api.imgur.com/3' }, services);
    assert.throws(
      create,
      (error: unknown) => error instanceof SettingsError && /^IMGUR_CLIENT_ID: /.test(error.message),
    );
  });
});
