import { z } from 'zod';
import type { AppError } from '../../../shared/errors.ts';
import { FORMATS, toExtension, toMediaType } from '../../../shared/picture/media-type.ts';
import { text, urlWithDefault } from '../../../shared/service/config.ts';
import type { Clock } from '../../../shared/wait.ts';
import { callHost, createHostClient, toHostError, toHostedUrl, toLinklessError } from '../../upstream/host-call.ts';
import { readRestMs } from '../../upstream/rate-limit-headers.ts';
import { requireSettings } from '../../upstream/required-settings.ts';
import { isSuccess, readJson, type UpstreamReply } from '../../upstream/upstream.ts';
import type { PictureToStore, Store, StorePlugin } from '../store.ts';

const settings = {
  CLOUDINARY_CLOUD_NAME: text('Cloud name of the Cloudinary account.', { format: 'a cloud name' }),
  CLOUDINARY_UPLOAD_PRESET: text('Unsigned upload preset, made in the console.', { secret: true }),
  CLOUDINARY_API_URL: urlWithDefault('Where the cloudinary store reaches the API.', 'https://api.cloudinary.com/v1_1'),
};

/** Of an image on the free plan; the host's own message names it: "Maximum is 10485760". */
const MAX_BYTES = 10 * 1024 * 1024;
const HOUR_MS = 60 * 60_000;

const uploadedSchema = z.object({ secure_url: z.string() });
const failureSchema = z.object({ error: z.object({ message: z.string() }) });

interface CloudinaryOptions {
  readonly apiUrl: string;
  readonly cloudName: string;
  readonly uploadPreset: string;
  readonly clock: Pick<Clock, 'now'>;
}

/** Unsigned uploads to Cloudinary. Removing would need the account's secret, so it is not offered. */
export function createCloudinary({ apiUrl, cloudName, uploadPreset, clock }: CloudinaryOptions): Store {
  const client = createHostClient();
  const url = `${apiUrl}/${encodeURIComponent(cloudName)}/image/upload`;

  function toError(reply: UpstreamReply): AppError {
    const parsed = failureSchema.safeParse(readJson(reply));
    const message = parsed.success ? parsed.data.error.message : '';
    const secrets = [uploadPreset];
    // 420 is the older of its two rate limit statuses.
    if (reply.status === 420 || reply.status === 429) {
      const restMs = readRestMs(reply.headers, clock.now()) ?? readReset(reply, clock.now()) ?? HOUR_MS;
      return toHostError(reply, { advice: 'the rate limit or the credits of the account', restMs, secrets });
    }
    if (reply.status === 401 || reply.status === 404 || /preset|cloud_name/i.test(message)) {
      const advice = 'check CLOUDINARY_CLOUD_NAME and CLOUDINARY_UPLOAD_PRESET, which must be unsigned';
      return toHostError(reply, { advice, restMs: HOUR_MS, secrets });
    }
    return toHostError(reply, { secrets, restMs: readRestMs(reply.headers, clock.now()) });
  }

  return {
    name: 'cloudinary',
    accepts: FORMATS.map(toMediaType),
    maxBytes: MAX_BYTES,
    hostUrl: apiUrl,
    async put(picture, { signal }) {
      const data = toForm(picture, uploadPreset);
      const reply = await callHost(client, 'cloudinary: upload', { method: 'POST', url, data, signal });
      if (!isSuccess(reply)) throw toError(reply);
      const parsed = uploadedSchema.safeParse(readJson(reply));
      const link = parsed.success ? toHostedUrl(parsed.data.secure_url, apiUrl) : undefined;
      if (link !== undefined) return { url: link.href };
      throw toLinklessError(reply);
    },
  };
}

function toForm({ id, bytes, mediaType }: PictureToStore, uploadPreset: string): FormData {
  const form = new FormData();
  form.set('upload_preset', uploadPreset);
  // A repeated upload returns the existing picture, since unsigned uploads never overwrite.
  form.set('public_id', id);
  form.set('file', new Blob([new Uint8Array(bytes)], { type: mediaType }), `${id}.${toExtension(mediaType)}`);
  return form;
}

/** `X-FeatureRateLimit-Reset: Wed, 21 Nov 2026 13:00:00 GMT` */
function readReset({ headers }: UpstreamReply, now: number): number | undefined {
  const resetAt = Date.parse(headers['x-featureratelimit-reset'] ?? '');
  return Number.isNaN(resetAt) || resetAt <= now ? undefined : resetAt - now;
}

export const cloudinary = {
  name: 'cloudinary',
  settings,
  create(given, { clock }) {
    const required = requireSettings('the store cloudinary', given, [
      'CLOUDINARY_CLOUD_NAME',
      'CLOUDINARY_UPLOAD_PRESET',
    ]);
    return createCloudinary({
      apiUrl: given.CLOUDINARY_API_URL,
      cloudName: required.CLOUDINARY_CLOUD_NAME,
      uploadPreset: required.CLOUDINARY_UPLOAD_PRESET,
      clock,
    });
  },
} satisfies StorePlugin<typeof settings>;
