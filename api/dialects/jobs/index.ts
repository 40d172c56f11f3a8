import { AppError } from '../../../shared/errors.ts';
import type { Job } from '../../jobs/job.ts';
import type { Command, Dialect, DialectInput, Encoded, Outcome, Route } from '../dialect.ts';
import { FIND_FAILURES, PICTURE_FAILURES } from '../failures.ts';
import { parseFields } from '../fields.ts';
import { encodeJob, jobAnswer } from '../job-answer.ts';
import { encodeNativeError, encodePending, nativeError, pendingAnswer, toPageEcho } from '../native.ts';
import { toDraft } from '../native-fields.ts';
import { encodePage, toPagePath } from '../native-page.ts';
import { jobBody, jobPath, jobQuery, picturePath } from './schema.ts';

const accept: Route = {
  method: 'post',
  path: '/jobs',
  isCounted: true,
  documentation: {
    summary: 'Ask for pictures and fetch them later',
    description: 'With an `Idempotency-Key`, a repeated call answers the same job. Give its id to the calls below.',
    body: jobBody,
    bodyExample: { prompt: 'a red fox', count: 2, shape: 'landscape' },
    responses: {
      202: { description: 'Accepted. The job survives a restart.', schema: jobAnswer },
    },
  },
  decode(input) {
    const body = parseFields(jobBody, input.body);
    return {
      do: 'generate',
      draft: {
        ...toDraft({ ...body, guidance_scale: 7 }),
        guidanceScale: body.guidance_scale,
        count: body.count,
        previews: body.previews,
        sampler: body.sampler,
        scheduler: body.scheduler,
        engineOptions: body.engine_options,
        deliver: 'url',
      },
      answer: 'start',
      bytes: false,
      fresh: /\bno-cache\b/i.test(input.headers['cache-control'] ?? ''),
      idempotencyKey: input.headers['idempotency-key'],
      callbackUrl: body.callback_url,
    };
  },
  encode: (outcome) => ({
    ...encodeFound(outcome),
    status: 202,
    headers: { Location: outcome.service.toPath(`/jobs/${requireJob(outcome).id}`) },
  }),
};

/** A call about a lost job queues it again, so it may fail like a new request. */
const JOB_FAILURES = [...FIND_FAILURES, 'prompt_refused', 'rate_limited', 'queue_full'] as const;

const find: Route = {
  method: 'get',
  path: '/jobs/:id',
  documentation: {
    summary: 'The state of a job',
    params: jobPath,
    query: jobQuery,
    failures: JOB_FAILURES,
    responses: {
      200: {
        description: 'Its state, and its pictures once it is done. With `output=page` a page.',
        schema: jobAnswer,
        mediaType: 'text/html',
      },
    },
  },
  decode: (input) => ({ do: 'find', ...readJobId(input), ...toPageEcho(input) }),
  encode: (outcome) => {
    const { command } = outcome;
    const language = command.do === 'find' ? command.echo?.page : undefined;
    return language === undefined ? encodeFound(outcome) : encodePage(outcome, language);
  },
};

/** If the caller wanted the bytes, no store has the pictures, but callers who follow the job must still get them. */
const picture: Route = {
  method: 'get',
  path: '/jobs/:id/pictures/:number',
  documentation: {
    summary: 'A picture of a job',
    description: 'For a job that was asked for the bytes themselves; where a store has the picture, a redirect to it.',
    params: picturePath,
    query: jobQuery,
    failures: [...PICTURE_FAILURES, 'not_found'],
    responses: {
      200: { description: 'The picture.', mediaType: 'image/*' },
      202: { description: 'Still being made.', schema: pendingAnswer },
      302: { description: 'Where a store has it.' },
    },
  },
  decode: (input) => {
    const { number } = parseFields(picturePath, input.params);
    return { do: 'find', ...readJobId(input), picture: number - 1 };
  },
  encode(outcome) {
    const { command, pictures, service } = outcome;
    const { result } = requireJob(outcome);
    if (result === undefined) return encodePending(outcome);
    const found = command.do === 'find' ? result.pictures[command.picture ?? 0] : undefined;
    if (found === undefined) throw new AppError('not_found', 'the job has fewer pictures');
    const [file] = pictures;
    if (file === undefined) return { status: 302, headers: { Location: service.toAbsoluteUrl(found.url ?? '/') } };
    return { status: 200, headers: { 'Content-Type': file.mediaType }, body: file };
  },
};

const follow: Route = {
  method: 'get',
  path: '/jobs/:id/events',
  documentation: {
    failures: JOB_FAILURES,
    summary: 'Everything that happens to a job, as server-sent events',
    description: 'Each event is named after the status and holds the job; `Last-Event-ID` resumes. Ends with the job.',
    params: jobPath,
    query: jobQuery,
    responses: {
      200: { description: 'Events.', mediaType: 'text/event-stream' },
      204: { description: 'The job has ended, and `Last-Event-ID` was its last event. No more events come.' },
    },
  },
  decode: (input): Command => ({ do: 'follow', ...readJobId(input), after: readLastEvent(input) }),
  encode: encodeFound,
  encodeEvent: ({ number, job, preview }, outcome) => ({
    id: String(number),
    event: preview === undefined ? job.status : 'preview',
    data: {
      ...encodeJob(job, outcome.service.toAbsoluteUrl),
      ...(preview !== undefined && { preview: `data:${preview.mediaType};base64,${preview.base64}` }),
    },
  }),
};

const cancel: Route = {
  method: 'delete',
  path: '/jobs/:id',
  documentation: {
    failures: JOB_FAILURES,
    summary: 'Cancel a job, down to the engine',
    description: 'Other callers who asked for the same picture still get it.',
    params: jobPath,
    query: jobQuery,
    responses: { 200: { description: 'The job with its last state.', schema: jobAnswer } },
  },
  decode: (input) => ({ do: 'cancel', ...readJobId(input) }),
  encode: encodeFound,
};

/** The same for forms, which know neither DELETE nor answers in JSON. */
const cancelByForm: Route = {
  method: 'post',
  path: '/jobs/:id/cancel',
  ignoresBody: true,
  documentation: {
    failures: [...JOB_FAILURES, 'forbidden'],
    summary: 'Cancel a job by a form',
    description: 'The same as `DELETE /jobs/{id}`. Pages of other sites may only do it with a key or by CORS_ORIGINS.',
    params: jobPath,
    query: jobQuery,
    responses: {
      200: { description: 'The job with its last state.', schema: jobAnswer },
      303: { description: 'With `output=page`: a redirect to the page of the job.' },
    },
  },
  decode: (input) => ({ do: 'cancel', byForm: true, ...readJobId(input), ...toPageEcho(input) }),
  encode: (outcome) => {
    const { command, service } = outcome;
    const isPage = command.do === 'cancel' && command.echo?.page !== undefined;
    return isPage
      ? { status: 303, headers: { Location: toPagePath(requireJob(outcome), service) } }
      : encodeFound(outcome);
  },
};

/** Asynchronous jobs: `POST /jobs` and the routes of a job. */
export const jobs: Dialect = {
  name: 'jobs',
  description: 'Easel’s own, for asynchronous jobs: state, events, cancellation, webhooks.',
  prefixes: ['/jobs'],
  routes: [accept, find, picture, follow, cancel, cancelByForm],
  errorSchema: nativeError,
  encodeError: encodeNativeError,
};

const readJobId = ({ params, query }: DialectInput) => ({
  jobId: params.id ?? '',
  sealed: parseFields(jobQuery, query).sealed,
});

function readLastEvent(input: DialectInput): number {
  const number = Number(input.headers['last-event-id'] ?? 0);
  return Number.isSafeInteger(number) && number > 0 ? number : 0;
}

function encodeFound(outcome: Outcome): Encoded {
  return { status: 200, body: encodeJob(requireJob(outcome), outcome.service.toAbsoluteUrl) };
}

function requireJob({ job }: Outcome): Job {
  if (job === undefined) throw new Error('this command always yields a job');
  return job;
}
