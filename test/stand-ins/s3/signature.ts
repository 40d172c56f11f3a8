import { createHash, createHmac } from 'node:crypto';
import type { StandInRequest } from '../http-stand-in.ts';

/**
 * AWS Signature Version 4 as a server checks it ("Authenticating Requests: Using the Authorization Header"): written
 * from the document and not from the client's library, so that the two check each other.
 */

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;

const sha256 = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex');
const hmac = (key: string | Buffer, data: string): Buffer => createHmac('sha256', key).update(data).digest();

interface Account {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
}

export type SignatureFault =
  | 'AccessDenied'
  | 'InvalidAccessKeyId'
  | 'AuthorizationHeaderMalformed'
  | 'SignatureDoesNotMatch'
  | 'XAmzContentSHA256Mismatch'
  | 'RequestTimeTooSkewed';

const MAX_SKEW_MS = 15 * 60_000;

/** Undefined when the signature is right. */
export function findSignatureFault(request: StandInRequest, account: Account, now: number): SignatureFault | undefined {
  const [, keyId, day, region, names, signature] = AUTHORIZATION.exec(request.headers.authorization ?? '') ?? [];
  if (keyId === undefined || names === undefined) return 'AccessDenied';
  if (keyId !== account.accessKeyId) return 'InvalidAccessKeyId';
  const time = String(request.headers['x-amz-date']);
  if (region !== account.region || !time.startsWith(String(day))) return 'AuthorizationHeaderMalformed';
  if (Math.abs(toEpoch(time) - now) > MAX_SKEW_MS) return 'RequestTimeTooSkewed';
  const contentHash = String(request.headers['x-amz-content-sha256']);
  if (contentHash !== sha256(request.body)) return 'XAmzContentSHA256Mismatch';
  const scope = `${day}/${region}/s3/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', time, scope, sha256(toCanonical(request, names.split(';'), contentHash))].join(
    '\n',
  );
  const key = [region, 's3', 'aws4_request'].reduce(hmac, hmac(`AWS4${account.secretAccessKey}`, String(day)));
  return hmac(key, toSign).toString('hex') === signature ? undefined : 'SignatureDoesNotMatch';
}

function toCanonical(
  { method, target, headers }: StandInRequest,
  names: readonly string[],
  contentHash: string,
): string {
  const lines = names.map((name) => `${name}:${String(headers[name]).trim().replace(/ +/g, ' ')}`);
  return [method, target, '', ...lines, '', names.join(';'), contentHash].join('\n');
}

/** `20261121T030032Z` */
function toEpoch(time: string): number {
  return Date.parse(time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
}
