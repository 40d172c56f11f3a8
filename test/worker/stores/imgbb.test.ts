import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createImgbb } from '../../../worker/stores/imgbb/index.ts';
import { storeContract } from '../../contracts/store.ts';
import { createImgbbStandIn, failure, IMGBB_KEY } from '../../stand-ins/imgbb/imgbb-stand-in.ts';
import { answers, onPictureHost } from './on-picture-host.ts';

const HOUR_MS = 60 * 60_000;
const { signal } = new AbortController();

async function createSubject() {
  const standIn = await createImgbbStandIn();
  const createStore = (key: string = IMGBB_KEY) =>
    createImgbb({ apiUrl: standIn.apiUrl, key, clock: { now: Date.now } });
  return {
    standIn,
    createStore,
    store: createStore(),
    secrets: [IMGBB_KEY, 'wrong-imgbb-key'],
    hosted: async (url: string) => standIn.pictures.get(new URL(url).pathname),
    close: standIn.close,
  };
}
type Subject = Awaited<ReturnType<typeof createSubject>>;

const page = { status: 503, headers: { 'content-type': 'text/html' }, body: '<html><title>Maintenance</title></html>' };

storeContract<Subject>({
  name: 'imgbb',
  keepsAddress: false,
  create: createSubject,
  faults: [
    {
      name: 'a spent limit, HTTP 400 with code 100',
      provoke: answers(failure('Rate limit reached.', 100)),
      says: /400 .*Rate limit reached.*rate limit/,
      restMs: HOUR_MS,
    },
    {
      name: 'a wrong key, HTTP 400 with code 100 too',
      provoke: (subject) => {
        subject.store = subject.createStore('wrong-imgbb-key');
      },
      says: /Invalid API v1 key.*check IMGBB_API_KEY/,
      restMs: HOUR_MS,
    },
    {
      name: 'a picture that it does not take',
      provoke: answers(failure('Invalid base64 string.', 120)),
      says: /Invalid base64/,
    },
    {
      name: 'a page instead of an answer',
      provoke: answers(page),
      says: /503 text\/html: a page titled "Maintenance"/,
    },
    { name: 'an empty 200', provoke: answers({ status: 200 }), says: /success without the link/ },
    {
      name: 'a success without link',
      provoke: answers({ status: 200, body: { data: {}, success: true } }),
      says: /success without the link/,
    },
    {
      name: 'a link with a password in it',
      provoke: answers({ status: 200, body: { data: { url: 'https://u:p@i.ibb.co/a.png' } } }),
      says: /without the link/,
    },
    { name: 'a reply that breaks off', provoke: answers('truncate'), says: /whether it was done is unknown/ },
  ],
  ...onPictureHost,
});

describe('imgbb', () => {
  for (const spellsNumbers of [false, true]) {
    test(`reads when a picture expires, in ${spellsNumbers ? 'text' : 'numbers'}, and keeps the delete page for the operator`, async () => {
      const { standIn, store, close } = await createSubject();
      try {
        Object.assign(standIn, { spellsNumbers, expiration: 600 });
        const bytes = Buffer.from('bytes');
        const stored = await store.put({ id: 'abc', bytes, mediaType: 'image/png', width: 1, height: 1 }, { signal });
        assert.equal(stored.expiresAt, 1_700_000_600_000);
        assert.match(stored.deleteToken ?? '', /\/delete0secret0/);
        assert.ok(!standIn.requests.some(({ target }) => target.includes(IMGBB_KEY)), 'the key is in no address');
      } finally {
        await close();
      }
    });
  }
});
