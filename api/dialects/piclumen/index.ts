import type { z } from 'zod';
import { MAX_SEED } from '../../../shared/contract/generation.ts';
import { readBearer } from '../../../shared/net/http.ts';
import type { RequestDraft } from '../../jobs/job.ts';
import type { Dialect, DialectInput, Encoded, Outcome, Route } from '../dialect.ts';
import { PICTURE_FAILURES } from '../failures.ts';
import { isRecord, parseFields } from '../fields.ts';
import { type Foreign, parseForeign, shrinkSides, softenFields } from '../foreign-fields.ts';
import { toSeed } from '../native.ts';
import {
  checkAnswer,
  checkPending,
  checkQuery,
  createAnswer,
  createBody,
  createQuery,
  piclumenError,
  resolutionBody,
} from './schema.ts';

const create: Route = {
  method: 'post',
  path: '/generate-image',
  isCounted: true,
  documentation: {
    summary: 'Start a picture, Piclumen’s way',
    description: 'Piclumen serves if it is enabled, else the configured order. Ask `/check-image` for the picture.',
    query: createQuery,
    body: createBody,
    bodyExample: { prompt: 'a magical landscape', resolution: { width: 1344, height: 768, batch_size: 1 } },
    responses: { 200: { description: 'Accepted.', schema: createAnswer } },
  },
  decode: (input) => {
    const { authorization_token } = parseFields(createQuery, input.query);
    const { fields: draft, warnings } = toDraft(input.body);
    return {
      do: 'generate',
      answer: 'start',
      bytes: false,
      credentials: readCredentials(authorization_token, input),
      draft,
      warnings,
    };
  },
  encode: ({ job }) => ({
    status: 200,
    body: { statuscode: 200, message: 'Image creation initiated', mark_id: job?.id },
  }),
};

const check: Route = {
  method: 'post',
  path: '/check-image',
  documentation: {
    summary: 'Ask for a picture that was started Piclumen’s way',
    query: checkQuery,
    failures: [...PICTURE_FAILURES, 'not_found'],
    responses: {
      200: { description: 'The picture.', schema: checkAnswer },
      202: { description: 'Still being made.', schema: checkPending },
    },
  },
  decode: (input) => {
    const { authorization_token, mark_id } = parseFields(checkQuery, input.query);
    return { do: 'find', jobId: mark_id, credentials: readCredentials(authorization_token, input) };
  },
  encode: encodeCheck,
};

/** `POST /generate-image` and `POST /check-image`, as the earlier Piclumen service took them. */
export const piclumen: Dialect = {
  name: 'piclumen',
  description: 'For clients of the earlier Piclumen service: start, then ask for the picture.',
  prefixes: ['/generate-image', '/check-image'],
  routes: [create, check],
  errorSchema: piclumenError,
  encodeError: (error) => ({
    status: error.status,
    body: { statuscode: error.status, message: error.publicMessage },
  }),
};

/** The caller's own token. Only the engine gets it, and it is only kept in memory. Piclumen's site sends it without `Bearer`. */
function readCredentials(token: string | undefined, { headers }: DialectInput): Record<string, string> | undefined {
  const header = headers.authorization;
  const given = token ?? readBearer(header) ?? (header !== undefined && /^\S+$/.test(header) ? header : undefined);
  return given === undefined ? undefined : { piclumen: given };
}

function toDraft(given: unknown): Foreign<RequestDraft> {
  const inner = softenFields(resolutionBody, isRecord(given) ? given.resolution : undefined);
  const outer = parseForeign(createBody, isRecord(given) ? { ...given, resolution: inner.fields } : given);
  const { prompt, negative_prompt, resolution, seed, steps, cfg, sampler_name, scheduler, engine, ...own } =
    outer.fields;
  const size = shrinkSides(resolution);
  const draft: RequestDraft = {
    prompt,
    negativePrompt: negative_prompt,
    // The canonical seed has 32 bits. The engine gets the whole number in its options.
    ...toSeed(seed > MAX_SEED ? seed % (MAX_SEED + 1) : seed),
    count: resolution.batch_size,
    ...size.fields,
    ...(steps > 0 && { steps }),
    ...(cfg > 0 && { guidanceScale: cfg }),
    sampler: sampler_name ?? undefined,
    scheduler: scheduler ?? undefined,
    // Only the engine piclumen can work from pictures.
    engine: engine ?? (hasSources(own) ? 'piclumen' : undefined),
    preferredEngine: 'piclumen',
    strict: false,
    safe: false,
    format: 'png',
    deliver: 'url',
    previews: 0,
    engineOptions: { piclumen: { ...own, ...(seed > MAX_SEED && { seed }) } },
  };
  return { fields: draft, warnings: [...inner.warnings, ...outer.warnings, ...size.warnings] };
}

type Own = Pick<z.output<typeof createBody>, 'multi_img2img_info' | 'img_control_info'>;

const hasSources = ({ multi_img2img_info, img_control_info }: Own): boolean =>
  multi_img2img_info.style_list.length > 0 || img_control_info.style_list.length > 0;

function encodeCheck({ job, service }: Outcome): Encoded {
  if (job === undefined) throw new Error('this command always yields a job');
  if (job.error !== undefined) throw job.error;
  if (job.result === undefined) {
    const word = job.engineStatus ?? job.status;
    const message = `Image still processing. Current status: ${word}`;
    return { status: 202, headers: { 'Retry-After': '3' }, body: { statuscode: 202, message, mark_id: job.id } };
  }
  const urls = job.result.pictures.flatMap(({ url }) => (url === undefined ? [] : [service.toAbsoluteUrl(url)]));
  const [image_url] = urls;
  const batch = urls.length > 1 ? { image_urls: urls } : {};
  return { status: 200, body: { statuscode: 200, message: 'Image generation successful', image_url, ...batch } };
}
