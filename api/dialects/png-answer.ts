import type { RequestDraft } from '../jobs/job.ts';
import type { Command, Encoded, Outcome } from './dialect.ts';
import { encodePending } from './native.ts';

type PictureDraft = Omit<RequestDraft, 'count' | 'strict' | 'safe' | 'format' | 'deliver' | 'previews'>;

/** A command for one PNG with its bytes, as the earlier servers answered. */
export function askForPng(draft: PictureDraft, options: { readonly saveFile?: boolean } = {}): Command {
  const usual = { count: 1, strict: false, safe: false, format: 'png', deliver: 'bytes', previews: 0 } as const;
  return { do: 'generate', answer: 'wait', bytes: true, ...options, draft: { ...draft, ...usual } };
}

/** Answers with the picture, or with 202 while it is still being made. */
export const encodePng =
  (toBody: (outcome: Outcome) => unknown) =>
  (outcome: Outcome): Encoded =>
    outcome.pictures.length === 0 ? encodePending(outcome) : { status: 200, body: toBody(outcome) };

/** Bare base64, without a `data:` prefix, as the earlier servers and AUTOMATIC1111 send it. */
export function firstBase64({ pictures }: Outcome): string {
  const [picture] = pictures;
  if (picture === undefined) throw new Error('this answer needs its picture');
  return picture.base64;
}

export function firstDataUrl(outcome: Outcome): string {
  return `data:${outcome.pictures[0]?.mediaType};base64,${firstBase64(outcome)}`;
}
