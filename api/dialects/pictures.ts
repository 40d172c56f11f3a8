import type { Outcome } from './dialect.ts';

/** Bare base64, without a `data:` prefix, as the seeds' servers and AUTOMATIC1111 send it. */
export function firstBase64({ pictures }: Outcome): string {
  const [picture] = pictures;
  if (picture === undefined) throw new Error('this answer needs its picture');
  return picture.bytes.toString('base64');
}

export function firstDataUrl(outcome: Outcome): string {
  return `data:${outcome.pictures[0]?.mediaType};base64,${firstBase64(outcome)}`;
}
