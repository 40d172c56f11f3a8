import { invalidRequest } from '../../../shared/errors.ts';
import { readInfotext } from '../../../shared/picture/infotext.ts';
import type { DialectInput, Encoded, Outcome, Route } from '../dialect.ts';
import { LOOKUP_FAILURES } from '../failures.ts';
import { type PictureText, readPictureText } from './picture-text/read-picture-text.ts';
import { pngInfoAnswer, pngInfoBody } from './schema.ts';

/** A grey pixel. */
const ONE_PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

export const pngInfo: Route = {
  method: 'post',
  path: '/sdapi/v1/png-info',
  // Enough for a picture of four megapixels as base64.
  maxBodyBytes: 8_000_000,
  isCounted: true,
  documentation: {
    summary: 'Read a picture’s own parameters back',
    body: pngInfoBody,
    bodyExample: { image: ONE_PIXEL },
    failures: [...LOOKUP_FAILURES, 'rate_limited', 'queue_full'],
    responses: { 200: { description: 'Empty where the picture has none.', schema: pngInfoAnswer } },
  },
  decode: (input) => ({ do: 'describe', details: readImage(input) }),
  encode,
};

function readImage({ body }: DialectInput): PictureText {
  const parsed = pngInfoBody.safeParse(body);
  const base64 = parsed.success ? parsed.data.image.replace(/^data:[^,]{0,100},/, '') : '';
  const text = readPictureText(Buffer.from(base64, 'base64'));
  if (text !== undefined) return text;
  throw invalidRequest([{ field: 'image', message: '`image` must be a PNG, JPEG, WebP or AVIF file as base64.' }]);
}

function encode({ command }: Outcome): Encoded {
  const { info, items } = (command.do === 'describe' ? command.details : NO_TEXT) as PictureText;
  return { status: 200, body: { info, items, parameters: readInfotext(info) } };
}

const NO_TEXT: PictureText = { info: '', items: {} };
