import { AppError } from '../../../shared/errors.ts';
import {
  FORMATS,
  fromExtension,
  type MediaType,
  toExtension,
  toMediaType,
} from '../../../shared/picture/media-type.ts';
import { text, urlWithDefault } from '../../../shared/service/config.ts';
import type { Clock } from '../../../shared/wait.ts';
import { callHost, createHostClient, toHostedUrl, toLinklessError } from '../../upstream/host-call.ts';
import { isRefusal, type Probe } from '../../upstream/probe.ts';
import { requireSettings } from '../../upstream/required-settings.ts';
import { isSuccess, readJson, type UpstreamReply } from '../../upstream/upstream.ts';
import type { PictureToStore, Store, StoredPicture, StorePlugin } from '../store.ts';
import { createAllowance, UPLOAD_CREDITS } from './allowance.ts';
import { toImgurError } from './failures.ts';
import { creditsSchema, uploadedSchema } from './schema.ts';

const settings = {
  IMGUR_CLIENT_ID: text('Client id of the Imgur application.', { secret: true }),
  IMGUR_API_URL: urlWithDefault('Where the imgur store reaches the API.', 'https://api.imgur.com/3'),
};

/** Said by older API documents and by reports; the site itself takes 20 MB. */
const MAX_BYTES = 10 * 1024 * 1024;

interface ImgurOptions {
  readonly apiUrl: string;
  readonly clientId: string;
  readonly clock: Pick<Clock, 'now' | 'elapsed'>;
}

/** Anonymous uploads by Imgur's API v3 (apidocs.imgur.com). */
export function createImgur({ apiUrl, clientId, clock }: ImgurOptions): Store {
  const client = createHostClient();
  const allowance = createAllowance(clock);
  const headers = { authorization: `Client-ID ${clientId}` };

  const toError = (reply: UpstreamReply, secrets: readonly string[] = []): AppError =>
    toImgurError(reply, { secrets: [clientId, ...secrets], spentMs: allowance.spentMs(), now: clock.now() });

  async function put(picture: PictureToStore, signal: AbortSignal): Promise<StoredPicture> {
    const spentMs = allowance.spentMs();
    if (spentMs !== undefined) {
      throw new AppError('store_failed', 'imgur: its rate limit is spent; not asked', { restMs: spentMs });
    }
    const data = toForm(picture);
    const reply = await callHost(client, 'imgur: upload', {
      method: 'POST',
      url: `${apiUrl}/image`,
      headers,
      data,
      signal,
    });
    allowance.read(reply.headers);
    if (!isSuccess(reply)) throw toError(reply);
    return readUploaded(reply, picture.mediaType);
  }

  /** https://apidocs.imgur.com: the credits that are left, without spending any. */
  async function probe(signal: AbortSignal): Promise<Probe> {
    const url = `${apiUrl}/credits`;
    const reply = await callHost(client, 'imgur: credits', { url, headers, signal });
    if (isRefusal(reply)) return { authorized: 'no', notes: [toError(reply).message] };
    const credits = isSuccess(reply) ? creditsSchema.safeParse(readJson(reply)).data?.data : undefined;
    if (credits === undefined) throw toError(reply);
    const left = Math.floor(Math.min(credits.UserRemaining, credits.ClientRemaining) / UPLOAD_CREDITS);
    return { authorized: 'yes', quota: { left, unit: 'uploads', resetsAt: credits.UserReset * 1000 } };
  }

  function readUploaded(reply: UpstreamReply, sent: MediaType): StoredPicture {
    const parsed = uploadedSchema.safeParse(readJson(reply));
    const link = parsed.success ? toHostedUrl(parsed.data.data.link, apiUrl) : undefined;
    const extension = /\/\w{3,}\.(\w+)$/.exec(link?.pathname ?? '')?.[1];
    if (!parsed.success || link === undefined || extension === undefined) {
      throw toLinklessError(reply);
    }
    const { deletehash, type } = parsed.data.data;
    // A PNG above a limit of Imgur's comes back as JPEG.
    const mediaType = FORMATS.map(toMediaType).find((known) => known === type) ?? fromExtension(extension);
    return { url: link.href, deleteToken: deletehash, mediaType: mediaType ?? sent };
  }

  return {
    name: 'imgur',
    // WebP and HEIC are refused (error 1003).
    accepts: ['image/png', 'image/jpeg'],
    maxBytes: MAX_BYTES,
    put: (picture, { signal }) => put(picture, signal),
    async remove({ deleteToken }, { signal }) {
      if (deleteToken === undefined) throw new AppError('store_failed', 'imgur: removing needs the delete hash');
      const url = `${apiUrl}/image/${encodeURIComponent(deleteToken)}`;
      const reply = await callHost(client, 'imgur: removal', { method: 'DELETE', url, headers, signal });
      allowance.read(reply.headers);
      // An error names the called address, which contains the delete hash.
      if (!isSuccess(reply)) throw toError(reply, [deleteToken]);
    },
    quotaRemaining: allowance.uploadsLeft,
    quotaResetsAt: allowance.resetsAt,
    hostUrl: apiUrl,
    probe: ({ signal }) => probe(signal),
  };
}

function toForm({ id, bytes, mediaType }: PictureToStore): FormData {
  const form = new FormData();
  form.set('image', new Blob([new Uint8Array(bytes)], { type: mediaType }), `${id}.${toExtension(mediaType)}`);
  form.set('type', 'file');
  return form;
}

export const imgur = {
  name: 'imgur',
  settings,
  create(given, { clock }) {
    const { IMGUR_CLIENT_ID: clientId } = requireSettings('the store imgur', given, ['IMGUR_CLIENT_ID']);
    return createImgur({ apiUrl: given.IMGUR_API_URL, clientId, clock });
  },
} satisfies StorePlugin<typeof settings>;
