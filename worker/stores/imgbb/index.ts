import { z } from 'zod';
import type { AppError } from '../../../shared/errors.ts';
import { FORMATS, type MediaType, toExtension, toMediaType } from '../../../shared/picture/media-type.ts';
import { text, urlWithDefault } from '../../../shared/service/config.ts';
import type { Clock } from '../../../shared/wait.ts';
import { callHost, createHostClient, toHostError, toHostedUrl, toLinklessError } from '../../upstream/host-call.ts';
import { readRestMs } from '../../upstream/rate-limit-headers.ts';
import { requireSettings } from '../../upstream/required-settings.ts';
import { isSuccess, readJson, type UpstreamReply } from '../../upstream/upstream.ts';
import type { PictureToStore, Store, StoredPicture, StorePlugin } from '../store.ts';

const settings = {
  IMGBB_API_KEY: text('Key of the imgbb API.', { secret: true }),
  IMGBB_API_URL: urlWithDefault('Where the imgbb store reaches the API.', 'https://api.imgbb.com/1'),
};

const MAX_BYTES = 32 * 1024 * 1024;
const HOUR_MS = 60 * 60_000;

/** imgbb sends numbers sometimes as numbers and sometimes as strings. */
const number = z.union([z.number(), z.string().regex(/^\d+$/).transform(Number)]);

const uploadedSchema = z.object({
  data: z.object({
    url: z.string(),
    delete_url: z.string().optional(),
    time: number.optional(),
    /** Seconds; 0: kept for good. */
    expiration: number.optional(),
    image: z.object({ mime: z.string() }).optional(),
  }),
});

const failureSchema = z.object({
  error: z.object({ message: z.string(), code: number.optional() }),
});

interface ImgbbOptions {
  readonly apiUrl: string;
  readonly key: string;
  readonly clock: Pick<Clock, 'now'>;
}

/** Uploads by imgbb's API v1. Pictures can only be removed on a web page for people, so `remove` is missing. */
export function createImgbb({ apiUrl, key, clock }: ImgbbOptions): Store {
  const client = createHostClient();

  /** A spent limit and a wrong key share HTTP 400 and code 100: only the words distinguish them. */
  function toError(reply: UpstreamReply): AppError {
    const parsed = failureSchema.safeParse(readJson(reply));
    const message = parsed.success ? parsed.data.error.message : '';
    const restMs = readRestMs(reply.headers, clock.now());
    if (/rate limit/i.test(message) || reply.status === 429) {
      return toHostError(reply, {
        advice: 'its rate limit, which is not published',
        restMs: restMs ?? HOUR_MS,
        secrets: [key],
      });
    }
    if (/invalid api|forbidden/i.test(message)) {
      return toHostError(reply, { advice: 'check IMGBB_API_KEY', restMs: HOUR_MS, secrets: [key] });
    }
    return toHostError(reply, { restMs, secrets: [key] });
  }

  return {
    name: 'imgbb',
    accepts: ['image/png', 'image/jpeg', 'image/webp'],
    maxBytes: MAX_BYTES,
    hostUrl: apiUrl,
    async put(picture, { signal }) {
      const data = toForm(picture, key);
      const reply = await callHost(client, 'imgbb: upload', { method: 'POST', url: `${apiUrl}/upload`, data, signal });
      if (!isSuccess(reply)) throw toError(reply);
      const stored = readUploaded(reply, apiUrl, picture.mediaType);
      if (stored !== undefined) return stored;
      throw toLinklessError(reply);
    },
  };
}

/** The key is sent in the form, since addresses are logged in more places than bodies. */
function toForm({ id, bytes, mediaType }: PictureToStore, key: string): FormData {
  const form = new FormData();
  form.set('key', key);
  form.set('name', id);
  form.set('image', new Blob([new Uint8Array(bytes)], { type: mediaType }), `${id}.${toExtension(mediaType)}`);
  return form;
}

function readUploaded(reply: UpstreamReply, apiUrl: string, sent: MediaType): StoredPicture | undefined {
  const parsed = uploadedSchema.safeParse(readJson(reply));
  if (!parsed.success) return undefined;
  const { url, delete_url: deleteToken, time = 0, expiration = 0, image } = parsed.data.data;
  const link = toHostedUrl(url, apiUrl);
  if (link === undefined) return undefined;
  const mediaType = FORMATS.map(toMediaType).find((known) => known === image?.mime) ?? sent;
  const expiresAt = expiration > 0 && time > 0 ? (time + expiration) * 1000 : undefined;
  return { url: link.href, deleteToken, mediaType, expiresAt };
}

export const imgbb = {
  name: 'imgbb',
  settings,
  create(given, { clock }) {
    const { IMGBB_API_KEY: key } = requireSettings('the store imgbb', given, ['IMGBB_API_KEY']);
    return createImgbb({ apiUrl: given.IMGBB_API_URL, key, clock });
  },
} satisfies StorePlugin<typeof settings>;
