import { createHash } from 'node:crypto';
import { AwsV4Signer } from 'aws4fetch';
import { AppError } from '../../../shared/errors.ts';
import { FORMATS, toExtension, toMediaType } from '../../../shared/picture/media-type.ts';
import { text, textWithDefault, url } from '../../../shared/service/config.ts';
import type { Clock } from '../../../shared/wait.ts';
import { callHost, createHostClient } from '../../upstream/host-call.ts';
import { requireSettings } from '../../upstream/required-settings.ts';
import { isSuccess, type UpstreamReply } from '../../upstream/upstream.ts';
import type { Store, StorePlugin } from '../store.ts';
import { toBaseUrl } from './base-url.ts';
import { judgeProbe, toS3Error } from './failures.ts';

const settings = {
  S3_ENDPOINT: url('S3-compatible host; with the bucket as first part of its name virtual-hosted, else path-style.'),
  S3_REGION: textWithDefault('Region for the signature; R2 takes `auto`.', 'us-east-1'),
  S3_BUCKET: text('Bucket for the pictures.', { format: 'a bucket name' }),
  S3_ACCESS_KEY_ID: text('Access key that may put and delete objects.', { secret: true }),
  S3_SECRET_ACCESS_KEY: text('Its secret.', { secret: true }),
  S3_PUBLIC_URL: url('Address under which the world reads the bucket; unset: that of the objects themselves.'),
};

/** Easel makes the names and never uses one for other bytes. */
const CACHE_CONTROL = 'public, max-age=31536000, immutable';

interface S3Options {
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly publicUrl?: string | undefined;
  readonly clock: Pick<Clock, 'now'>;
}

interface ObjectCall {
  readonly method: 'GET' | 'PUT' | 'DELETE';
  readonly key: string;
  readonly signal: AbortSignal;
  readonly bytes?: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Any host of the S3 API (PutObject, DeleteObject): R2, B2, Garage, SeaweedFS. Bucket and objects are public by its rules. */
export function createS3(options: S3Options): Store {
  const { accessKeyId, secretAccessKey, region, clock } = options;
  const client = createHostClient();
  const baseUrl = toBaseUrl(options.endpoint, options.bucket);
  const secrets = [accessKeyId, secretAccessKey];

  async function call({ method, key, bytes = Buffer.alloc(0), signal, headers }: ObjectCall): Promise<UpstreamReply> {
    const hash = createHash('sha256').update(bytes).digest('hex');
    const signer = new AwsV4Signer({
      method,
      url: `${baseUrl}/${key}`,
      headers: { ...headers, 'x-amz-content-sha256': hash },
      accessKeyId,
      secretAccessKey,
      service: 's3',
      region,
      datetime: new Date(clock.now()).toISOString().replace(/[:-]|\.\d{3}/g, ''),
    });
    const signed = await signer.sign();
    return callHost(client, `s3: ${method}`, {
      method,
      url: signed.url.href,
      headers: Object.fromEntries(signed.headers),
      data: method === 'PUT' ? bytes : undefined,
      signal,
    });
  }

  return {
    name: 's3',
    accepts: FORMATS.map(toMediaType),
    async put({ id, bytes, mediaType }, { signal }) {
      const key = `${id}.${toExtension(mediaType)}`;
      const headers = { 'content-type': mediaType, 'cache-control': CACHE_CONTROL };
      const reply = await call({ method: 'PUT', key, bytes, signal, headers });
      // A proxy's page may also be a 200. A true answer names the stored object.
      if (!isSuccess(reply) || reply.headers.etag === undefined) throw toS3Error(reply, secrets, clock.now());
      return { url: `${options.publicUrl ?? baseUrl}/${key}` };
    },
    hostUrl: baseUrl,
    async probe({ signal }) {
      const reply = await call({ method: 'GET', key: UNUSED_KEY, signal });
      return judgeProbe(reply, secrets, clock.now());
    },
    async remove({ id, url: hostedUrl }, { signal }) {
      const key = hostedUrl.replace(/^.*\//, '');
      if (!/^[\w-]+\.\w+$/.test(key) || !key.startsWith(`${id}.`)) {
        throw new AppError('store_failed', 's3: the address is not of this picture');
      }
      const reply = await call({ method: 'DELETE', key, signal });
      if (!isSuccess(reply)) throw toS3Error(reply, secrets, clock.now());
    },
  };
}

/** No picture has this name, so the answer depends only on key and bucket. */
const UNUSED_KEY = 'easel-doctor-looks-for-nothing';

const REQUIRED = ['S3_ENDPOINT', 'S3_BUCKET', 'S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY'] as const;

export const s3 = {
  name: 's3',
  settings,
  create(given, { clock }) {
    const required = requireSettings('the store s3', given, REQUIRED);
    return createS3({
      endpoint: required.S3_ENDPOINT,
      region: given.S3_REGION,
      bucket: required.S3_BUCKET,
      accessKeyId: required.S3_ACCESS_KEY_ID,
      secretAccessKey: required.S3_SECRET_ACCESS_KEY,
      publicUrl: given.S3_PUBLIC_URL,
      clock,
    });
  },
} satisfies StorePlugin<typeof settings>;
