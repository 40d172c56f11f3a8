import assert from 'node:assert/strict';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import S3rver from 's3rver';
import { SettingsError } from '../../../shared/service/config.ts';
import { systemClock } from '../../../shared/wait.ts';
import { toBaseUrl } from '../../../worker/stores/s3/base-url.ts';
import { createS3, s3 } from '../../../worker/stores/s3/index.ts';
import { type StoreFault, storeContract } from '../../contracts/store.ts';
import { createS3StandIn, S3_ACCOUNT, toError } from '../../stand-ins/s3/s3-stand-in.ts';
import { removeDirectory } from '../../support/remove-directory.ts';
import { answers, onPictureHost } from './on-picture-host.ts';

const MINUTE_MS = 60_000;
const { signal } = new AbortController();
const clock = { now: Date.now };
const picture = {
  id: 'abc',
  bytes: Buffer.from('bytes of a picture'),
  mediaType: 'image/webp',
  width: 1,
  height: 1,
} as const;

async function readHosted(url: string): Promise<Buffer | undefined> {
  const response = await fetch(url);
  return response.ok ? Buffer.from(await response.arrayBuffer()) : undefined;
}

async function createSubject() {
  const standIn = await createS3StandIn();
  const createStore = (changes: Partial<Parameters<typeof createS3>[0]> = {}) =>
    createS3({ ...S3_ACCOUNT, endpoint: standIn.url, clock, ...changes });
  const { accessKeyId, secretAccessKey } = S3_ACCOUNT;
  return {
    standIn,
    createStore,
    store: createStore(),
    secrets: [accessKeyId, secretAccessKey],
    hosted: readHosted,
    close: standIn.close,
  };
}
type Subject = Awaited<ReturnType<typeof createSubject>>;

const page = {
  status: 200,
  headers: { 'content-type': 'text/html' },
  body: '<html><title>Welcome to this network</title></html>',
};

type Changes = Partial<Parameters<typeof createS3>[0]>;
type Reply = Parameters<Subject['standIn']['answer']>[0];

const misconfigured = (name: string, changes: Changes, says: RegExp): StoreFault<Subject> => ({
  name,
  provoke: (subject) => {
    subject.store = subject.createStore(changes);
  },
  says,
  restMs: 5 * MINUTE_MS,
});

const answered = (name: string, reply: Reply, says: RegExp, restMs?: number): StoreFault<Subject> => ({
  name,
  provoke: answers(reply),
  says,
  ...(restMs !== undefined && { restMs }),
});

storeContract<Subject>({
  name: 's3',
  keepsAddress: true,
  create: createSubject,
  faults: [
    misconfigured('a wrong secret', { secretAccessKey: 'wrong' }, /403 SignatureDoesNotMatch.*check S3_ACCESS_KEY_ID/),
    misconfigured('an unknown key', { accessKeyId: 'unknown' }, /403 InvalidAccessKeyId.*check S3_ACCESS_KEY_ID/),
    misconfigured('another region', { region: 'mars' }, /400 AuthorizationHeaderMalformed.*check S3_ENDPOINT/),
    misconfigured('a bucket that is not there', { bucket: 'nowhere' }, /404 NoSuchBucket.*check S3_BUCKET/),
    misconfigured('a clock that is wrong', { clock: { now: () => 0 } }, /403 RequestTimeTooSkewed.*clock/),
    {
      name: 'a host that is not there',
      provoke: (subject) => {
        subject.store = subject.createStore({ endpoint: 'http://127.0.0.1:1' });
      },
      says: /could not be reached \(ECONNREFUSED\)/,
    },
    answered('slow down', toError(503, 'SlowDown'), /503 SlowDown/, 30_000),
    answered('an unknown error', toError(500, 'InternalError'), /500 InternalError: The stand-in says/),
    answered('a 429 without XML', { status: 429, headers: { 'retry-after': '7' } }, /429/, 7000),
    answered('a page with status 200', page, /a page titled "Welcome to this network".*not an answer of the S3 API/),
    answered('an empty 200', { status: 200 }, /\(empty\).*not an answer of the S3 API/),
    answered(
      'another region',
      toError(301, 'PermanentRedirect'),
      /301 PermanentRedirect.*check S3_ENDPOINT/,
      5 * MINUTE_MS,
    ),
  ],
  ...onPictureHost,
});

describe('s3', () => {
  test('sets type and cache lifetime of the object, and answers its public address', async () => {
    const { createStore, standIn, close } = await createSubject();
    try {
      const { url } = await createStore({ publicUrl: 'https://pictures.example/kept' }).put(picture, { signal });
      assert.equal(url, 'https://pictures.example/kept/abc.webp');
      const { headers } = standIn.objects.get('abc.webp') ?? {};
      assert.equal(headers?.['content-type'], 'image/webp');
      assert.equal(headers?.['cache-control'], 'public, max-age=31536000, immutable');
    } finally {
      await close();
    }
  });

  test('a removal touches no other object', async () => {
    const { store, standIn, close } = await createSubject();
    try {
      await store.put(picture, { signal });
      for (const url of [`${standIn.url}/x/other.webp`, `${standIn.url}/x/abc.webp?versions`, '']) {
        await assert.rejects(
          store.remove?.({ id: 'abc', url }, { signal }) ?? Promise.resolve(),
          /not of this picture/,
        );
      }
      assert.equal(standIn.objects.size, 1);
    } finally {
      await close();
    }
  });

  test('names every setting that is missing', () => {
    const services = { clock: systemClock, dataDirectory: '/tmp' };
    assert.throws(
      () => s3.create({ S3_REGION: 'auto', S3_BUCKET: 'b' }, services),
      (error: unknown) => {
        assert.ok(error instanceof SettingsError);
        const names = error.message.split('\n').map((line) => line.split(':')[0]);
        return names.join() === 'S3_ENDPOINT,S3_ACCESS_KEY_ID,S3_SECRET_ACCESS_KEY';
      },
    );
  });

  test('finds the bucket in the host name, or puts it in the path', () => {
    const cases = [
      ['https://s3.example', 'https://s3.example/pics'],
      ['https://pics.s3.example', 'https://pics.s3.example'],
      ['https://pics-of-mine.s3.example', 'https://pics-of-mine.s3.example/pics'],
    ] as const;
    for (const [endpoint, base] of cases) assert.equal(toBaseUrl(endpoint, 'pics'), base);
  });

  test('works with another implementation of the S3 API', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'easel-s3-'));
    const configureBuckets = [{ name: 'pictures', configs: [] }];
    const server = new S3rver({ address: '127.0.0.1', port: 0, silent: true, directory, configureBuckets });
    try {
      const endpoint = `http://127.0.0.1:${(await server.run()).port}`;
      const keys = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' };
      const store = createS3({ endpoint, bucket: 'pictures', region: 'us-east-1', ...keys, clock });
      const { url } = await store.put(picture, { signal });
      assert.equal(url, `${endpoint}/pictures/abc.webp`);
      assert.deepEqual(await readHosted(url), picture.bytes);
      await store.remove?.({ id: 'abc', url }, { signal });
      assert.equal(await readHosted(url), undefined);
    } finally {
      await server.close();
      await removeDirectory(directory);
    }
  });
});
