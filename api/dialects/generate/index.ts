import type { GenerationResult, ResultPicture } from '../../../shared/contract/generation.ts';
import { AppError } from '../../../shared/errors.ts';
import type { Job } from '../../jobs/job.ts';
import type { Command, Dialect, DialectInput, Encoded, Outcome } from '../dialect.ts';
import { parseFields } from '../fields.ts';
import { encodeNativeError, encodePending, nativeError, pendingAnswer, toPageEcho } from '../native.ts';
import { toDraft } from '../native-fields.ts';
import { generateAnswer, generateQuery } from './schema.ts';

/** `GET /generate`, in Easel's own words, which are those of the earlier Perchance + Imgur service. */
export const generate: Dialect = {
  name: 'generate',
  description: 'Easel’s own: a prompt in the address, the picture’s URL out.',
  routes: [
    {
      method: 'get',
      path: '/generate',
      documentation: {
        summary: 'Make a picture and answer its address',
        query: generateQuery,
        responses: {
          200: {
            description: 'A real picture of this request; with `output=image` its bytes.',
            schema: generateAnswer,
            mediaType: 'image/*',
          },
          202: {
            description: 'Still being made. Send the same request again, or ask `status_url`.',
            schema: pendingAnswer,
          },
          302: { description: 'With `output=redirect`: a redirect to the picture.' },
          303: {
            description: 'With `output=page`: a redirect to a page that shows the progress and in the end the picture.',
          },
        },
      },
      decode,
      encode,
    },
  ],
  errorSchema: nativeError,
  encodeError: encodeNativeError,
};

function decode(input: DialectInput): Command {
  const query = parseFields(generateQuery, input.query);
  const wantsBytes = query.output === 'image';
  return {
    do: 'generate',
    draft: { ...toDraft(query), count: 1, deliver: wantsBytes ? 'bytes' : 'url' },
    answer: prefersAsynchronous(input) || query.output === 'page' ? 'start' : 'wait',
    // The same GET again is a retry, in whatever way the caller waits.
    rejoin: true,
    bytes: wantsBytes,
    ...toPageEcho(input),
    redirect: query.output === 'redirect',
    fresh: /\bno-cache\b/i.test(input.headers['cache-control'] ?? ''),
  };
}

/** RFC 7240: the caller asks for 202 at once. */
const prefersAsynchronous = (input: DialectInput): boolean => /\brespond-async\b/i.test(input.headers.prefer ?? '');

function encode(outcome: Outcome): Encoded {
  const { job, command } = outcome;
  if (job !== undefined && command.do === 'generate' && command.echo?.page !== undefined)
    return leadToPage(job, outcome);
  if (job?.result === undefined) return encodePending(outcome);
  const [file] = outcome.pictures;
  if (file !== undefined) return { status: 200, headers: { 'Content-Type': file.mediaType }, body: file };
  const [picture] = job.result.pictures;
  if (picture?.url === undefined) throw new AppError('internal', `job ${job.id} is done without a picture`);
  const url = outcome.service.toAbsoluteUrl(picture.url);
  const isRedirect = outcome.command.do === 'generate' && outcome.command.redirect;
  if (isRedirect) return { status: 302, headers: { Location: url, 'Cache-Control': 'no-store' } };
  return { status: 200, body: toAnswer(job, job.result, picture, url) };
}

/** Redirects to an address of the job itself, so that loading the page again makes no second picture. */
const leadToPage = ({ id }: Job, { service }: Outcome): Encoded => ({
  status: 303,
  headers: { Location: service.toPath(`/jobs/${id}?output=page`), 'Cache-Control': 'no-store' },
});

function toAnswer(job: Job, result: GenerationResult, picture: ResultPicture, url: string) {
  const { request } = job;
  return {
    success: true,
    image_url: url,
    prompt: request.prompt,
    ...(request.negativePrompt !== undefined && { negative_prompt: request.negativePrompt }),
    seed: picture.seed,
    shape: request.shape,
    guidance_scale: result.guidanceScale ?? request.guidanceScale,
    engine: result.engine,
    width: picture.width,
    height: picture.height,
    job_id: job.id,
    warnings: [...result.warnings, ...job.notes],
    ...(picture.nsfw !== undefined && { nsfw: picture.nsfw }),
    cached: job.origin === 'remembered',
    store: picture.store,
  };
}
