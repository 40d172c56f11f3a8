import { invalidRequest } from '../../../shared/errors.ts';
import { readInfotext } from '../../../shared/picture/infotext.ts';
import type { DialectInput, Encoded, Outcome, Route } from '../dialect.ts';
import { LOOKUP_FAILURES } from '../failures.ts';
import { readPngTexts } from './png-text.ts';
import { pngInfoAnswer, pngInfoBody } from './schema.ts';

/** A grey pixel. */
const ONE_PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

export const pngInfo: Route = {
  method: 'post',
  path: '/sdapi/v1/png-info',
  // A picture of four megapixels, as base64.
  maxBodyBytes: 8_000_000,
  documentation: {
    summary: 'Read a picture’s own parameters back',
    body: pngInfoBody,
    bodyExample: { image: ONE_PIXEL },
    failures: LOOKUP_FAILURES,
    responses: { 200: { description: 'Empty where the picture has none.', schema: pngInfoAnswer } },
  },
  decode: (input) => ({ do: 'describe', details: readImage(input) }),
  encode,
};

function readImage({ body }: DialectInput): Record<string, string> {
  const parsed = pngInfoBody.safeParse(body);
  const base64 = parsed.success ? parsed.data.image.replace(/^data:image\/png;base64,/, '') : '';
  const texts = readPngTexts(Buffer.from(base64, 'base64'));
  if (texts !== undefined) return texts;
  throw invalidRequest([{ field: 'image', message: '`image` must be a PNG file as base64.' }]);
}

function encode({ command }: Outcome): Encoded {
  const items = (command.do === 'describe' ? command.details : {}) as Record<string, string>;
  const { parameters: info = '' } = items;
  return { status: 200, body: { info, items, parameters: readInfotext(info) } };
}
