import { createCloudinary } from '../../../worker/stores/cloudinary/index.ts';
import { storeContract } from '../../contracts/store.ts';
import {
  CLOUDINARY_ACCOUNT,
  createCloudinaryStandIn,
  failure,
} from '../../stand-ins/cloudinary/cloudinary-stand-in.ts';
import { answers, onPictureHost } from './on-picture-host.ts';

const HOUR_MS = 60 * 60_000;
/** A date in a header has no fractions of a second. */
const now = 1_800_000_000_000;

async function createSubject() {
  const standIn = await createCloudinaryStandIn();
  const createStore = (changes: Partial<Parameters<typeof createCloudinary>[0]> = {}) =>
    createCloudinary({ ...CLOUDINARY_ACCOUNT, apiUrl: standIn.apiUrl, clock: { now: () => now }, ...changes });
  return {
    standIn,
    createStore,
    store: createStore(),
    secrets: [CLOUDINARY_ACCOUNT.uploadPreset, 'wrong-preset'],
    hosted: async (url: string) => standIn.pictures.get(new URL(url).pathname),
    close: standIn.close,
  };
}
type Subject = Awaited<ReturnType<typeof createSubject>>;

const resetDate = new Date(now + 90_000).toUTCString();
const page = { status: 502, headers: { 'content-type': 'text/html' }, body: '<html><title>Bad gateway</title></html>' };

storeContract<Subject>({
  name: 'cloudinary',
  keepsAddress: true,
  create: createSubject,
  faults: [
    {
      name: 'a preset that is not there',
      provoke: (subject) => {
        subject.store = subject.createStore({ uploadPreset: 'wrong-preset' });
      },
      says: /400 .*Upload preset not found.*must be unsigned/,
      restMs: HOUR_MS,
    },
    {
      name: 'another cloud',
      provoke: (subject) => {
        subject.store = subject.createStore({ cloudName: 'nowhere' });
      },
      says: /401 .*check CLOUDINARY_CLOUD_NAME/,
      restMs: HOUR_MS,
    },
    {
      name: 'a file that is too large',
      provoke: answers(failure(400, 'File size too large. Got 2. Maximum is 1.')),
      says: /File size too large/,
    },
    {
      name: 'rate limit 420',
      provoke: answers(failure(420, 'Rate Limit Exceeded')),
      says: /420.*rate limit or the credits/,
      restMs: HOUR_MS,
    },
    {
      name: 'rate limit 429 that says when it ends',
      provoke: answers(failure(429, 'Too many', { 'x-featureratelimit-reset': resetDate })),
      says: /429/,
      restMs: 90_000,
    },
    { name: 'a page instead of an answer', provoke: answers(page), says: /a page titled "Bad gateway"/ },
    { name: 'an empty 200', provoke: answers({ status: 200 }), says: /success without the link/ },
    {
      name: 'a success without link',
      provoke: answers({ status: 200, body: { public_id: 'a' } }),
      says: /success without the link/,
    },
    {
      name: 'a link that is none',
      provoke: answers({ status: 200, body: { secure_url: 'javascript:alert(1)' } }),
      says: /without the link/,
    },
    { name: 'a reply that breaks off', provoke: answers('truncate'), says: /whether it was done is unknown/ },
  ],
  ...onPictureHost,
});
