import { AppError, type ErrorCode } from '../../../shared/errors.ts';
import { describeReply, toUpstreamError, type UpstreamReply } from '../../upstream/upstream.ts';

const ADVICE: Partial<Record<ErrorCode, string>> = {
  engine_unauthorized:
    'The AUTOMATIC1111 server does not let us in: AUTOMATIC1111_AUTH must be the user:password of its --api-auth.',
  engine_changed:
    'The AUTOMATIC1111 server does not answer as expected: AUTOMATIC1111_URL must lead to one started with --api.',
  engine_failed: 'The AUTOMATIC1111 server failed to make the picture.',
  engine_busy: 'The AUTOMATIC1111 server is overloaded. Try again later.',
};

const OUT_OF_MEMORY = 'The AUTOMATIC1111 server ran out of memory: ask for a smaller picture, or for fewer at once.';

/** The error for an answer of `txt2img` without pictures. */
export function toFailure(reply: UpstreamReply, secrets: readonly string[], now: number): AppError {
  const text = reply.body.toString('utf8', 0, 4000);
  const name = /(sampler|scheduler) not found/i.exec(text)?.[1]?.toLowerCase();
  if (name !== undefined) return unknownName(name, reply, secrets);
  if (/out ?of ?memory/i.test(text)) {
    return toUpstreamError(reply, { code: 'engine_failed', publicMessage: OUT_OF_MEMORY, secrets, now });
  }
  const { code } = toUpstreamError(reply, { secrets, now });
  return toUpstreamError(reply, { secrets, now, code, publicMessage: ADVICE[code] });
}

/** Only the server knows its names. A wrong name is still the caller's fault. */
function unknownName(name: string, reply: UpstreamReply, secrets: readonly string[]): AppError {
  const message = `${name}: the AUTOMATIC1111 server has none of that name; its /sdapi/v1/${name}s lists them.`;
  return new AppError('invalid_request', `${reply.call}: ${describeReply(reply, secrets)}`, {
    field: name,
    publicMessage: message,
    faults: [{ field: name, message }],
  });
}
