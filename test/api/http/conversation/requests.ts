import { gzipSync } from 'node:zlib';
import type { Random } from '../../../support/random.ts';

/** The bytes of a complete request, as a careless or unusual client sends it. */
export interface RawRequest {
  readonly method: string;
  readonly line: string;
  /** Whether it asks for another protocol, so that nothing may follow before its answer. */
  readonly asksForUpgrade: boolean;
  readonly bytes: Buffer;
}

const LONG = JSON.stringify({ prompt: 'x'.repeat(300_000) });
const JSON_TYPE = { 'content-type': 'application/json' };

interface Draft {
  readonly line: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** Requests that are served, that are refused before, while or after their body is read, and whose body is ignored. */
const DRAFTS: readonly [Draft, ...Draft[]] = [
  { line: 'GET /health' },
  { line: 'GET /generate?prompt=fox' },
  { line: 'GET /generate?prompt=fox&output=image' },
  { line: 'HEAD /generate?prompt=fox' },
  { line: 'OPTIONS /generate', headers: { 'access-control-request-method': 'GET' } },
  { line: 'TRACE /generate' },
  { line: 'GET /jobs/job-1/events' },
  { line: 'GET /generate?prompt=fox', body: 'x'.repeat(5000) },
  { line: 'GET /nowhere', headers: { connection: 'Upgrade', upgrade: 'websocket' } },
  { line: 'POST /jobs', headers: JSON_TYPE, body: '{"prompt":"fox"}' },
  { line: 'POST /jobs', headers: JSON_TYPE, body: '{"prompt":' },
  { line: 'POST /jobs', headers: JSON_TYPE, body: LONG },
  { line: 'POST /jobs', headers: { 'content-type': 'text/plain' }, body: LONG },
  { line: 'POST /jobs', headers: { ...JSON_TYPE, 'content-encoding': 'gzip' }, body: gzipSync('{"prompt":"fox"}') },
  { line: 'POST /jobs', headers: { ...JSON_TYPE, 'content-encoding': 'gzip' }, body: LONG },
  { line: 'POST /jobs', headers: { ...JSON_TYPE, 'content-encoding': 'gzip' }, body: gzipSync(LONG) },
  { line: 'POST /jobs', headers: { ...JSON_TYPE, 'content-encoding': 'br' }, body: 'nonsense' },
  { line: 'POST /jobs', headers: { 'content-type': 'application/json; charset=utf-16' }, body: '{"prompt":"fox"}' },
  { line: 'POST /v1/images/generations', headers: JSON_TYPE, body: '{"prompt":"fox","stream":true}' },
  { line: 'POST /sdapi/v1/txt2img', headers: JSON_TYPE, body: `${'['.repeat(5000)}${']'.repeat(5000)}` },
  { line: 'POST /nowhere', headers: JSON_TYPE, body: LONG },
  { line: 'PUT /jobs', headers: JSON_TYPE, body: LONG },
  { line: 'DELETE /jobs/job-1', body: '{}' },
];

const EXPECT = 'expect: 100-continue';

export function drawRequest(random: Random, host: string, isLast: boolean): RawRequest {
  const { line, headers = {}, body } = random.pick(DRAFTS);
  const bytes = body === undefined ? undefined : Buffer.from(body);
  const isChunked = random.chance(0.4);
  const head = [
    `${line} HTTP/1.1`,
    `host: ${host}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ...(bytes === undefined ? [] : [isChunked ? 'transfer-encoding: chunked' : `content-length: ${bytes.length}`]),
    // Sent without waiting for the 100, as curl does after a second.
    ...(bytes !== undefined && random.chance(0.2) ? [EXPECT] : []),
    ...(isLast && headers.connection === undefined && random.chance(0.2) ? ['connection: close'] : []),
  ];
  const parts = bytes === undefined ? [] : isChunked ? toChunks(bytes, random) : [bytes];
  return {
    method: line.split(' ')[0] ?? '',
    line,
    asksForUpgrade: headers.upgrade !== undefined,
    bytes: Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), ...parts]),
  };
}

function toChunks(bytes: Buffer, random: Random): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const chunk = bytes.subarray(at, at + random.pick([1, 100, 20_000, 400_000]));
    chunks.push(Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n'));
    at += Math.max(chunk.length, 1);
    // With chunks of single bytes, most bytes would be chunk headers.
    if (chunks.length > 30) {
      const rest = bytes.subarray(at);
      if (rest.length > 0) chunks.push(Buffer.from(`${rest.length.toString(16)}\r\n`), rest, Buffer.from('\r\n'));
      break;
    }
  }
  return [...chunks, Buffer.from('0\r\n\r\n')];
}
