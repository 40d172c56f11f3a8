import { MIMEType } from 'node:util';
import type { Request } from 'express';
import { AppError } from '../../../shared/errors.ts';

const KNOWN_ENCODINGS: ReadonlySet<string> = new Set(['identity', 'gzip', 'deflate', 'br']);

/**
 * Makes the parser accept a body without `Content-Type` (some clients post one), and UTF-8 by its other names. Throws
 * `unsupported_media_type`, which says what came and what to send instead.
 */
export function prepareJson(request: Request): void {
  const { headers } = request;
  if (headers['content-length'] === '0') return;
  if (headers['content-length'] === undefined && headers['transfer-encoding'] === undefined) return;
  requireEncoding(headers['content-encoding']);
  headers['content-type'] = toJsonType(headers['content-type']);
}

function requireEncoding(encoding = 'identity'): void {
  if (KNOWN_ENCODINGS.has(encoding.toLowerCase())) return;
  throw refuse(`The body's encoding ${quote(encoding)} is not supported; send it plain, or as gzip, deflate or br.`);
}

function toJsonType(given: string | undefined): string {
  if (given === undefined || given.trim() === '') return 'application/json';
  const type = parse(given);
  if (type === undefined || !/(?:^(?:application|text)\/(?:x-)?|\+)json$/.test(type.essence)) {
    throw refuse(`The body is of the type ${quote(given)}; send JSON with \`Content-Type: application/json\`.`);
  }
  const charset = (type.params.get('charset') ?? 'utf-8').toLowerCase();
  if (/^(?:utf-?8|us-ascii|ascii)$/.test(charset)) return 'application/json';
  if (/^utf-?(?:16|32)(?:le|be)?$/.test(charset)) {
    return `application/json; charset=${charset.replace(/^utf-?/, 'utf-')}`;
  }
  throw refuse(`The body's charset ${quote(charset)} is not supported; send UTF-8.`);
}

function parse(given: string): MIMEType | undefined {
  try {
    return new MIMEType(given);
  } catch {
    return undefined;
  }
}

const refuse = (publicMessage: string): AppError =>
  new AppError('unsupported_media_type', 'a body that is not JSON', { publicMessage });

const MAX_SHOWN_CHARACTERS = 60;

const quote = (text: string): string => `\`${text.replace(/[^\x20-\x7e]|`/g, '?').slice(0, MAX_SHOWN_CHARACTERS)}\``;
