import type { Dialect, DialectInput, Encoded, Outcome, Route } from '../dialect.ts';
import { LOOKUP_FAILURES } from '../failures.ts';
import { parseFields } from '../fields.ts';
import { type Foreign, parseForeign, type Sides, shrinkSides } from '../foreign-fields.ts';
import { isFilled, isOn, warnOfIgnored } from '../ignored-fields.ts';
import { encodePending, pendingAnswer, toSeed } from '../native.ts';
import { noEngineTakesPictures } from '../sources.ts';
import {
  ignoredFields,
  modelNames,
  modelObjects,
  picturePath,
  pictureQuery,
  pollinationsError,
  SOURCE_PARAMETERS,
} from './schema.ts';

const DEFAULT_SIDE = 1024;
const YEAR_SECONDS = 31_536_000;

const toPictureRoute = (path: string): Route => ({
  method: 'get',
  path,
  documentation: {
    summary: 'The picture itself, for an `<img src>`',
    params: picturePath,
    query: pictureQuery,
    responses: {
      200: { description: 'A real picture of this request.', mediaType: 'image/*' },
      202: {
        description: 'Still being made. Send the same request again, or ask `status_url`.',
        schema: pendingAnswer,
      },
      304: { description: 'Your copy of the picture is still right.' },
    },
  },
  decode,
  encode,
});

/** `GET /prompt/{prompt}` and `GET /image/{prompt}`: Pollinations, old and new. */
export const pollinations: Dialect = {
  name: 'pollinations',
  description: 'Pollinations, old and new: an address that answers with the picture.',
  prefixes: ['/prompt', '/image', '/models'],
  routes: [
    toListRoute('/models', 'The engines by name', modelNames, ({ service }) => service.engines()),
    toListRoute('/image/models', 'The engines', modelObjects, ({ service }) =>
      service.engines().map((name) => ({ name, description: `The engine ${name} of this service.` })),
    ),
    toPictureRoute('/prompt/*prompt'),
    toPictureRoute('/image/*prompt'),
  ],
  errorSchema: pollinationsError,
  encodeError: (error) => ({
    status: error.status,
    body: { status: error.status, success: false, error: { code: error.code, message: error.publicMessage } },
  }),
};

function toListRoute(
  path: string,
  summary: string,
  schema: typeof modelNames | typeof modelObjects,
  list: (outcome: Outcome) => unknown,
): Route {
  return {
    method: 'get',
    path,
    documentation: {
      summary,
      failures: LOOKUP_FAILURES,
      responses: { 200: { description: 'In order of preference.', schema } },
    },
    decode: () => ({ do: 'describe' }),
    encode: (outcome) => ({ status: 200, body: list(outcome) }),
  };
}

function decode(input: DialectInput): ReturnType<Route['decode']> {
  const { prompt } = parseFields(picturePath, input.params);
  const { fields: query, warnings } = parseForeign(pictureQuery, input.query);
  const source = SOURCE_PARAMETERS.find((name) => isFilled(input.query[name], input.query));
  if (source !== undefined) throw noEngineTakesPictures(source);
  const { fields: size, warnings: sizeWarnings } = toSize(query.width, query.height);
  return {
    do: 'generate',
    answer: 'wait',
    bytes: true,
    fresh: isOn(input.query['no-cache'], input.query) || /\bno-cache\b/i.test(input.headers['cache-control'] ?? ''),
    warnings: [...warnings, ...sizeWarnings, ...warnOfIgnored(input.query, ignoredFields)],
    draft: {
      prompt,
      negativePrompt: query.negative_prompt,
      ...toSeed(query.seed),
      ...size,
      guidanceScale: query.guidance_scale,
      preferredEngine: query.model,
      count: 1,
      strict: false,
      safe: query.safe,
      format: query.format,
      deliver: 'bytes',
      previews: 0,
    },
  };
}

/** If only one side is given, the other is Pollinations' default. Without both, the engine chooses. */
function toSize(width: number | undefined, height: number | undefined): Foreign<Sides> {
  if (width === undefined && height === undefined) return { fields: {}, warnings: [] };
  return shrinkSides({ width: width ?? DEFAULT_SIDE, height: height ?? DEFAULT_SIDE });
}

function encode(outcome: Outcome): Encoded {
  const { job, pictures, service } = outcome;
  const [file] = pictures;
  const [picture] = job?.result?.pictures ?? [];
  if (job === undefined || file === undefined || picture === undefined) return encodePending(outcome);
  // If another engine failed before, this picture must not stay in caches for a year.
  const isLasting = job.request.seedGiven && !job.result?.isFallback;
  // If asking needs a key, a shared cache must not give the picture to strangers.
  const audience = service.needsKey ? 'private' : 'public';
  return {
    status: 200,
    headers: {
      'Content-Type': file.mediaType,
      'Cache-Control': isLasting ? `${audience}, max-age=${YEAR_SECONDS}, immutable` : 'no-store',
      ...(isLasting && { ETag: `"${picture.id}"` }),
    },
    body: file,
  };
}
