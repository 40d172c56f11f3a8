import type { z } from 'zod';
import { AppError, invalidRequest } from '../../../shared/errors.ts';
import type { Format } from '../../../shared/picture/media-type.ts';
import type { Job, JobEvent } from '../../jobs/job.ts';
import type { Command, DialectInput, Encoded, EncodedEvent, Outcome, Route } from '../dialect.ts';
import { isRecord } from '../fields.ts';
import { type Foreign, parseForeign, type Sides, shrinkSides } from '../foreign-fields.ts';
import { isFilled, warnOfIgnored } from '../ignored-fields.ts';
import { toRetrySeconds, toSeed } from '../native.ts';
import { noEngineTakesPictures } from '../sources.ts';
import { encodeOpenaiError } from './errors.ts';
import { ignoredFields, imagesAnswer, imagesBody, SOURCE_FIELDS } from './schema.ts';

type Body = z.output<typeof imagesBody>;
type Preview = NonNullable<JobEvent['preview']>;
type Generate = Extract<Command, { do: 'generate' }>;

/** `POST /v1/images/generations`: OpenAI Images, for clients whose base URL can be changed. */
export const images: Route = {
  method: 'post',
  path: '/v1/images/generations',
  isCounted: true,
  documentation: {
    summary: 'Make pictures, OpenAI’s way',
    description: '`stream` answers server-sent events instead: `image_generation.partial_image`, then `.completed`.',
    body: imagesBody,
    bodyExample: { prompt: 'a red fox', n: 1, size: '1024x1024', response_format: 'b64_json' },
    responses: {
      200: {
        description: 'Real pictures of this request; with `stream` events.',
        schema: imagesAnswer,
        mediaType: 'text/event-stream',
      },
    },
  },
  decode,
  encode,
  encodeEvent: ({ job, preview, previewIndex = 0 }, outcome) => {
    if (preview !== undefined) {
      // A caller who joined another caller's job gets only as many as this request asked for.
      const wanted = (outcome.command as Generate).draft.previews;
      return previewIndex < wanted ? toPartial(outcome, preview, previewIndex) : undefined;
    }
    if (job.error !== undefined) return toErrorEvent(job.error);
    return job.result === undefined ? undefined : toCompleted(outcome);
  },
};

function decode({ body: given, headers }: DialectInput): Command {
  const { fields: body, warnings } = parseForeign(imagesBody, given);
  const source = SOURCE_FIELDS.find((name) => isFilled(body[name], body));
  if (source !== undefined) throw noEngineTakesPictures(source);
  if (body.stream && body.n > 1) {
    throw invalidRequest([{ field: 'n', message: '`n` must be 1 when `stream` is on.' }]);
  }
  const wantsUrl = usesUrl(body, given);
  const { fields: size, warnings: sizeWarnings } = toSize(body);
  return {
    do: 'generate',
    answer: body.stream ? 'stream' : asksAgain(headers) ? 'wait' : 'hold',
    bytes: !wantsUrl,
    warnings: [...warnings, ...sizeWarnings, ...warnOfIgnored(given, ignoredFields)],
    draft: {
      prompt: body.prompt,
      negativePrompt: body.negative_prompt,
      ...toSeed(body.seed),
      ...size,
      count: body.n,
      guidanceScale: body.guidance_scale,
      steps: body.steps ?? body.num_inference_steps,
      engine: body.engine,
      // If the model is the name of an engine, that engine is asked first. The worker ignores unknown names.
      preferredEngine: body.model?.slice(0, 64),
      strict: false,
      safe: false,
      format: body.output_format,
      deliver: wantsUrl ? 'url' : 'bytes',
      previews: body.stream ? body.partial_images : 0,
    },
    echo: { quality: body.quality ?? 'auto' },
  };
}

/**
 * Whether the client repeats a 503 by itself. OpenAI's own clients do, and so do those that Stainless makes. Any other
 * client would show the 503 to its user, so its connection is held until the end.
 */
const asksAgain = (headers: DialectInput['headers']): boolean =>
  Object.keys(headers).some((name) => name.startsWith('x-stainless-'));

/**
 * Whether to answer with addresses instead of base64; clients read only one of the two. Without `response_format` the
 * model decides, as at OpenAI: the `dall-e` family answers with addresses, and a missing model counts as `dall-e-2`
 * unless a parameter of the GPT image models came.
 */
function usesUrl({ response_format, model, stream }: Body, given: unknown): boolean {
  if (stream) return false;
  if (response_format !== undefined) return response_format === 'url';
  if (model !== undefined) return model.startsWith('dall-e');
  return !GPT_IMAGE_PARAMETERS.some((name) => isRecord(given) && given[name] !== undefined && given[name] !== null);
}

const GPT_IMAGE_PARAMETERS = ['background', 'moderation', 'output_compression', 'output_format', 'partial_images'];

/** One side alone makes a square. */
function toSize({ size = 'auto', width, height }: Body): Foreign<Sides> {
  const [sizeWidth, sizeHeight] = size === 'auto' ? [] : size.split('x').map(Number);
  const given = { width: width ?? height ?? sizeWidth, height: height ?? width ?? sizeHeight };
  if (given.width === undefined || given.height === undefined) return { fields: {}, warnings: [] };
  return shrinkSides({ width: given.width, height: given.height });
}

function encode(outcome: Outcome): Encoded {
  const { job } = outcome;
  if (job?.result === undefined) throw stillWorking(job);
  return {
    status: 200,
    body: { created: toSeconds(outcome), data: toData(outcome), ...describeOutput(outcome), usage: USAGE },
  };
}

/**
 * OpenAI has no 202. A 503 that allows a retry makes its clients ask again. The same request of the same caller then
 * joins the same job, so that no second picture is made.
 */
function stillWorking(job: Job | undefined): AppError {
  return new AppError('engine_busy', 'the wait budget ended', {
    publicMessage: 'The picture is still being made. Send the same request again to get it.',
    retryAfterSeconds: toRetrySeconds(job?.etaSeconds),
  });
}

function toData({ job, pictures, service }: Outcome) {
  const found = job?.result?.pictures ?? [];
  return found.map(({ url, seed }, index) => {
    const base64 = pictures[index]?.base64;
    if (base64 !== undefined) return { b64_json: base64, seed };
    return { url: service.toAbsoluteUrl(url ?? ''), seed };
  });
}

function describeOutput({ command, job }: Outcome) {
  const { width, height } = job?.result?.pictures[0] ?? job?.request ?? {};
  const format: Format = job?.request.format ?? 'png';
  return {
    background: 'opaque',
    output_format: format,
    // If the engine chooses the size, it is unknown before the end.
    size: width === undefined || height === undefined ? 'auto' : `${width}x${height}`,
    quality: (command as Generate).echo?.quality ?? 'auto',
  };
}

const USAGE = {
  total_tokens: 0,
  input_tokens: 0,
  output_tokens: 0,
  input_tokens_details: { text_tokens: 0, image_tokens: 0 },
};

const toSeconds = ({ service }: Outcome): number => Math.floor(service.now / 1000);

function toPartial(outcome: Outcome, { mediaType, base64 }: Preview, index: number): EncodedEvent {
  const type = 'image_generation.partial_image';
  // Engines send previews in a format of their own.
  const output = { ...describeOutput(outcome), output_format: mediaType.replace('image/', '') };
  const data = { type, b64_json: base64, created_at: toSeconds(outcome), ...output, partial_image_index: index };
  return { event: type, data };
}

function toCompleted(outcome: Outcome): EncodedEvent {
  const [first] = toData(outcome);
  const type = 'image_generation.completed';
  const output = { ...describeOutput(outcome), usage: USAGE };
  return { event: type, data: { type, ...first, created_at: toSeconds(outcome), ...output } };
}

function toErrorEvent(error: AppError): EncodedEvent {
  return { event: 'error', data: { type: 'error', ...(encodeOpenaiError(error).body as object) } };
}
