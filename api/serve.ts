import type { Express, Request, RequestHandler, Response } from 'express';
import { AppError } from '../shared/errors.ts';
import type { Logger } from '../shared/log.ts';
import type { Command, Dialect, DialectInput, Outcome, Route, ServiceDescription } from './dialects/dialect.ts';
import type { Job, Jobs, SubmitOptions } from './jobs/job.ts';
import type { ApiKey } from './middleware/api-keys.ts';
import { type Caller, identify } from './middleware/authentication.ts';
import { createErrorHandler, send } from './middleware/error-handler.ts';
import type { RateLimit } from './middleware/rate-limit.ts';
import { contextOf } from './middleware/request-context.ts';
import { outcomeHeaders } from './outcome-headers.ts';
import { sendEvents } from './send-events.ts';

/** Joins the pure dialects to HTTP and to the job module: the same few steps for every route of every dialect. */

export interface ServeOptions {
  readonly jobs: Jobs;
  readonly apiKeys: readonly ApiKey[] | undefined;
  readonly limit: RateLimit;
  readonly waitBudgetMs: number;
  /** Refuse flagged pictures whatever the request says. */
  readonly safeMode: boolean;
  /** Keeps the picture of a job as a file of the operator's and tells its path. */
  readonly saveFile: (job: Job, bytes: Buffer) => Promise<string>;
  readonly describe: (request: Request) => ServiceDescription;
  readonly log: Logger;
}

export function serveDialect(app: Express, dialect: Dialect, options: ServeOptions): void {
  const onError = createErrorHandler((error) => dialect.encodeError(error), options.log);
  for (const route of dialect.routes) app[route.method](route.path, createHandler(route, options), onError);
}

function createHandler(route: Route, options: ServeOptions): RequestHandler {
  return async (request, response) => {
    const caller = identify(request, options.apiKeys);
    requireJson(request);
    const command = route.decode(toInput(request));
    const left = leaveSignal(response);
    if (command.do === 'generate') await options.limit(request, response, caller);
    const job = await carryOut(command, { request, caller, left, options });
    const outcome: Outcome = { command, job, pictures: [], service: options.describe(request) };
    if (isStream(command) && job !== undefined && route.encodeEvent !== undefined) {
      const after = command.do === 'follow' ? command.after : 0;
      const events = options.jobs.follow(job.id, { after, signal: left });
      await sendEvents(response, events, (event) => route.encodeEvent?.(event, { ...outcome, job: event.job }));
      return;
    }
    if (left.aborted) return;
    const whole = await withPictures(outcome, options, left);
    response.set(outcomeHeaders(whole.job));
    send(response, route.encode(whole));
  };
}

/** `is` answers null when there is no body at all. */
function requireJson(request: Request): void {
  if (request.is('json') === false) throw new AppError('unsupported_media_type', 'a body that is not JSON');
}

const isStream = (command: Command): boolean =>
  command.do === 'follow' || (command.do === 'generate' && command.answer === 'stream');

/** Aborts when the caller has gone before the answer was complete. */
function leaveSignal(response: Response): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) controller.abort();
  });
  return controller.signal;
}

interface Call {
  readonly request: Request;
  readonly caller: Caller;
  readonly left: AbortSignal;
  readonly options: ServeOptions;
}

async function carryOut(command: Command, call: Call): Promise<Job | undefined> {
  const { jobs } = call.options;
  switch (command.do) {
    case 'generate':
      return generate(command, call);
    case 'find':
      return jobs.find(command.jobId, { credentials: command.credentials });
    case 'follow':
      return jobs.find(command.jobId);
    case 'cancel':
      return jobs.cancel(command.jobId);
    case 'current': {
      const job = await jobs.current(call.caller);
      return command.cancel && job !== undefined ? jobs.cancel(job.id) : job;
    }
    case 'describe':
      return undefined;
  }
}

async function generate(command: Extract<Command, { do: 'generate' }>, call: Call): Promise<Job> {
  const { jobs, safeMode, waitBudgetMs } = call.options;
  const draft = safeMode ? { ...command.draft, safe: true } : command.draft;
  const submitOptions: SubmitOptions = {
    client: call.caller,
    asynchronous: command.answer === 'start',
    fresh: command.fresh,
    idempotencyKey: command.idempotencyKey,
    callbackUrl: command.callbackUrl,
    credentials: command.credentials,
    ...contextOf(call.request),
  };
  const accepted = await jobs.submit(draft, submitOptions);
  if (command.answer !== 'wait') return accepted;
  const job = await jobs.wait(accepted.id, { budgetMs: waitBudgetMs, signal: call.left });
  if (job.error !== undefined) throw job.error;
  return job;
}

async function withPictures(outcome: Outcome, options: ServeOptions, signal: AbortSignal): Promise<Outcome> {
  const { command, job } = outcome;
  if (command.do !== 'generate' || !command.bytes || job?.result === undefined) return outcome;
  const indexes = job.result.pictures.keys();
  const pictures = await Promise.all(Array.from(indexes, (index) => options.jobs.bytes(job, index, signal)));
  const [first] = pictures;
  const filePath = command.saveFile && first !== undefined ? await options.saveFile(job, first.bytes) : undefined;
  return { ...outcome, pictures, ...(filePath !== undefined && { filePath }) };
}

function toInput(request: Request): DialectInput {
  const params = Object.entries(request.params).map(([name, value]) => [name, joinWildcard(value)]);
  return {
    params: Object.fromEntries(params),
    query: request.query,
    body: request.body,
    headers: request.headers as Record<string, string | undefined>,
  };
}

/** Express 5 gives a wildcard's segments as an array. */
const joinWildcard = (value: string | string[]): string => (Array.isArray(value) ? value.join('/') : value);
