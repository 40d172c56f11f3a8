import { createHash } from 'node:crypto';
import type { StandInReply, StandInRequest } from '../http-stand-in.ts';
import { createPictureHost, type PictureHost } from '../picture-host.ts';
import { findSignatureFault, type SignatureFault } from './signature.ts';

export const S3_ACCOUNT = {
  region: 'garage',
  bucket: 'easel-pictures',
  accessKeyId: 'GKstandin0access0key',
  secretAccessKey: 'standin-secret-access-key-5c1f0a77',
} as const;

export interface S3StandIn extends PictureHost {
  readonly objects: ReadonlyMap<string, { readonly bytes: Buffer; readonly headers: Readonly<Record<string, string>> }>;
}

/** An S3-compatible host with one public bucket: PutObject, DeleteObject and GET, path-style. */
export async function createS3StandIn(now: () => number = Date.now): Promise<S3StandIn> {
  const objects = new Map<string, { bytes: Buffer; headers: Record<string, string> }>();

  function serve(request: StandInRequest): StandInReply {
    const [, bucket, key = ''] = request.target.split('/');
    const isSigned = request.headers.authorization !== undefined;
    const isForAll = request.method === 'GET' && !isSigned;
    const fault = isForAll ? undefined : findSignatureFault(request, S3_ACCOUNT, now());
    if (fault !== undefined) return toError(STATUSES[fault] ?? 403, fault, request);
    if (bucket !== S3_ACCOUNT.bucket) return toError(404, 'NoSuchBucket');
    if (request.method === 'GET') {
      const object = objects.get(key);
      return object === undefined
        ? toError(404, 'NoSuchKey')
        : { status: 200, headers: object.headers, body: object.bytes };
    }
    if (request.method === 'DELETE') {
      objects.delete(key);
      return { status: 204 };
    }
    const etag = `"${createHash('md5').update(request.body).digest('hex')}"`;
    const { 'content-type': type = '', 'cache-control': cache = '' } = request.headers;
    objects.set(key, { bytes: request.body, headers: { 'content-type': type, 'cache-control': cache, etag } });
    return { status: 200, headers: { etag } };
  }

  return { ...(await createPictureHost(serve)), objects };
}

const STATUSES: Partial<Record<SignatureFault, number>> = {
  AuthorizationHeaderMalformed: 400,
  XAmzContentSHA256Mismatch: 400,
};

/** An error in the documented shape. Like the real one, it repeats the key and the signed text. */
export function toError(status: number, code: string, request?: StandInRequest): StandInReply {
  const echo = request === undefined ? '' : `<StringToSign>${request.headers.authorization}</StringToSign>`;
  const body = `<?xml version="1.0" encoding="UTF-8"?>
<Error><Code>${code}</Code><Message>The stand-in says ${code}.</Message><Resource>/</Resource>${echo}
<AWSAccessKeyId>${S3_ACCOUNT.accessKeyId}</AWSAccessKeyId><RequestId>1</RequestId></Error>`;
  return { status, headers: { 'content-type': 'application/xml' }, body };
}
