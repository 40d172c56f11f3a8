import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import sharp from 'sharp';
import { AppError, ERRORS } from '../../shared/errors.ts';
import { toMediaType } from '../../shared/picture/media-type.ts';
import type { PictureToStore, Store, StoredPicture } from '../../worker/stores/store.ts';

/** A store on its stand-in, with what the contract needs to check it. */
export interface StoreSubject {
  readonly store: Store;
  /** Keys and tokens that must never be in an error. */
  readonly secrets: readonly string[];
  /** The bytes that are hosted at that address. Undefined if there are none. */
  hosted(url: string): Promise<Buffer | undefined>;
  close(): Promise<void>;
}

/** One way in which the host behaves badly, and what the log says. */
export interface StoreFault<Subject extends StoreSubject> {
  /** What the host does; part of the test's title. */
  readonly name: string;
  /** Makes the host behave so until `mend`. */
  readonly provoke: (subject: Subject) => void | Promise<void>;
  /** What the internal message says. */
  readonly says: RegExp;
  /** How long the host asks to be left alone, milliseconds: exactly, or within a range. */
  readonly restMs?: number | readonly [min: number, max: number];
}

export interface StoreContract<Subject extends StoreSubject> {
  /** The folder's name. */
  readonly name: string;
  create(): Promise<Subject>;
  /** Whether a repeated upload of the same picture has the same address. */
  readonly keepsAddress: boolean;
  readonly faults: readonly StoreFault<Subject>[];
  /** For hosts that are reached by HTTP. */
  readonly network?: {
    /** Makes the host reset the connection after the upload came. */
    readonly reset: (subject: Subject) => void;
    /** Makes the host take the upload and never answer. */
    readonly hang: (subject: Subject) => void;
    /** Makes the host answer one byte at a time, for longer than a test runs. */
    readonly drip?: (subject: Subject) => void;
    /** Resolves when the next upload has reached the host. */
    readonly underway: (subject: Subject) => Promise<unknown>;
    /** Number of uploads that have reached the host. */
    readonly uploads: (subject: Subject) => number;
  };
  /** Makes the host behave well again. */
  readonly mend?: (subject: Subject) => void | Promise<void>;
}

/** Every wait ends within this time after its signal aborts. */
const PROMPT_MS = 200;
const ID = '0123456789abcdef0123456789abcdef';

async function draw(format: 'png' | 'jpeg', id = ID): Promise<PictureToStore> {
  const size = { width: 48, height: 32 };
  const bytes = await sharp({ create: { ...size, channels: 3, background: '#2a6' } })
    [format]()
    .toBuffer();
  return { id, bytes, mediaType: toMediaType(format), ...size };
}

/** What every store promises. Call it once in `test/worker/stores/`, outside any other `describe`. */
export function storeContract<Subject extends StoreSubject>(contract: StoreContract<Subject>): void {
  const { network, mend } = contract;

  describe(`store ${contract.name} keeps the contract`, () => {
    let subject: Subject;
    before(async () => {
      subject = await contract.create();
    });
    after(() => subject.close());

    const put = async (picture?: PictureToStore, signal = new AbortController().signal): Promise<StoredPicture> =>
      subject.store.put(picture ?? (await draw('png')), { signal });

    async function failure(signal?: AbortSignal): Promise<AppError> {
      const error: unknown = await put(undefined, signal).then(
        () => assert.fail('took a picture although it must fail'),
        (thrown: unknown) => thrown,
      );
      assert.ok(error instanceof AppError, `throws an AppError, not ${String(error)}`);
      assertNoSecret(error, subject.secrets);
      return error;
    }

    async function storeFailure(): Promise<AppError> {
      const error = await failure();
      assert.equal(error.code, 'store_failed', error.message);
      assert.equal(error.publicMessage, ERRORS.store_failed.message, 'no upstream word reaches a client');
      assert.doesNotMatch(error.message, /<html|<body|<\?xml/i);
      return error;
    }

    test('is named after its folder and takes PNG', () => {
      assert.equal(subject.store.name, contract.name);
      assert.ok(subject.store.accepts.includes('image/png'));
    });

    for (const format of ['png', 'jpeg'] as const) {
      test(`hosts a ${format} byte by byte`, async () => {
        const picture = await draw(format);
        const stored = await put(picture);
        assert.match(stored.url, /^(https?:\/\/[^@\s]+\/\S+|\/images\/\S+)$/);
        assert.deepEqual(await subject.hosted(stored.url), picture.bytes);
        assert.ok(stored.mediaType === undefined || stored.mediaType === picture.mediaType);
      });
    }

    test('reports the state of its host to the doctor, and uploads nothing', async (context) => {
      const { store, secrets } = subject;
      if (store.probe === undefined) return context.diagnostic('the store has no free call');
      const uploads = network?.uploads(subject) ?? 0;
      const probe = await store.probe({ signal: new AbortController().signal });
      assert.equal(probe.authorized, 'yes', JSON.stringify(probe));
      for (const secret of secrets) assert.ok(!JSON.stringify(probe).includes(secret), 'a secret is in the probe');
      await assert.rejects(store.probe({ signal: AbortSignal.abort() }));
      assert.ok(store.hostUrl !== undefined && uploads >= 0);
    });

    test('takes the same picture twice', async () => {
      const [first, second] = [await put(), await put()];
      if (contract.keepsAddress) assert.equal(second.url, first.url);
      assert.deepEqual(await subject.hosted(second.url), (await draw('png')).bytes);
    });

    test('does nothing for a job that is cancelled already', async () => {
      const uploads = network?.uploads(subject);
      assert.equal((await failure(AbortSignal.abort())).code, 'cancelled');
      assert.equal(network?.uploads(subject), uploads);
    });

    for (const fault of contract.faults) {
      test(`${fault.name}: store_failed, and the next upload works`, async () => {
        await fault.provoke(subject);
        const error = await storeFailure();
        assert.match(error.message, fault.says);
        assertRest(error.details.restMs, fault.restMs);
        await mend?.(subject);
        await put();
      });
    }

    if (network !== undefined) {
      test('a connection that is reset is an unknown outcome: one upload, never a second', async () => {
        network.reset(subject);
        const uploads = network.uploads(subject);
        assert.match((await storeFailure()).message, /whether it was done is unknown/);
        assert.equal(network.uploads(subject), uploads + 1);
        await mend?.(subject);
        await put();
      });

      const stalls = { hang: network.hang, ...(network.drip !== undefined && { drip: network.drip }) };
      for (const [name, stall] of Object.entries(stalls)) {
        test(`an upload that ${name}s is given up within ${PROMPT_MS} ms of the abort, with its reason`, async () => {
          stall(subject);
          const abort = new AbortController();
          const reason = new AppError('store_failed', 'the deadline of the contract');
          const underway = network.underway(subject);
          const failed = failure(abort.signal);
          await underway;
          const abortedAt = performance.now();
          abort.abort(reason);
          assert.equal(await failed, reason);
          assert.ok(performance.now() - abortedAt < PROMPT_MS);
          await mend?.(subject);
          await put();
        });
      }
    }

    test('removes what it hosts, if it can', async (context) => {
      const { remove } = subject.store;
      if (remove === undefined) return context.diagnostic('the host cannot');
      const stored = await put();
      const { signal } = new AbortController();
      await remove({ id: ID, ...stored }, { signal });
      assert.equal(await subject.hosted(stored.url), undefined);
    });
  });
}

function assertRest(restMs: number | undefined, expected: StoreFault<StoreSubject>['restMs']): void {
  if (!Array.isArray(expected)) {
    assert.equal(restMs, expected);
    return;
  }
  const [min, max] = expected;
  assert.ok(restMs !== undefined && restMs >= min && restMs <= max, `rests ${restMs} ms`);
}

/** Checks the error and its causes, because all of their properties may be logged. */
function assertNoSecret(error: unknown, secrets: readonly string[]): void {
  for (let link = error; link instanceof Error; link = link.cause) {
    const text = `${link.stack} ${JSON.stringify(link)} ${JSON.stringify(Object.entries(link))}`;
    for (const secret of secrets) assert.ok(!text.includes(secret), 'a secret is in an error');
  }
}
