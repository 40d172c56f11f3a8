import { ERRORS, type ErrorCode } from '../../shared/errors.ts';

/** The error codes of routes, for their documentation. */

/** For routes that only read. */
export const LOOKUP_FAILURES: readonly ErrorCode[] = [
  'invalid_request',
  'unauthorized',
  'payload_too_large',
  'unsupported_media_type',
  'internal',
];

/** For routes that find something by its name. */
export const FIND_FAILURES: readonly ErrorCode[] = [...LOOKUP_FAILURES, 'not_found'];

const NEVER_OF_A_PICTURE: ReadonlySet<ErrorCode> = new Set(['forbidden', 'not_found', 'method_not_allowed']);

/** For routes that make pictures. */
export const PICTURE_FAILURES: readonly ErrorCode[] = (Object.keys(ERRORS) as ErrorCode[]).filter(
  (code) => !NEVER_OF_A_PICTURE.has(code),
);
