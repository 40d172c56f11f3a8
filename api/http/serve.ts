import type { Express, Request, RequestHandler, Response } from 'express';
import type { Metadata } from '../../shared/contract/generation.ts';
import { AppError, toAppError } from '../../shared/errors.ts';
import { contextOf, noteFailure } from '../../shared/net/request-log.ts';
import type { SecretBrake } from '../../shared/net/secret-brake.ts';
import { toMediaType } from '../../shared/picture/media-type.ts';
import type { Command, Dialect, DialectInput, Outcome, Route, ServiceDescription } from '../dialects/dialect.ts';
import type { Asker, Job, JobEvent, JobStatus, Jobs, RequestDraft, SubmitOptions } from '../jobs/job.ts';
import type { PictureContent } from '../jobs/pictures/content.ts';
import { type AnswerPictures, createAnswerPictures, sendPictures } from './answer-pictures.ts';
import type { BodyBudget, BodyLease } from './body/body-budget.ts';
import { createBodyReader, passBodyBy } from './body/read-body.ts';
import { requireKnownEngines } from './known-engines.ts';
import type { ApiKey } from './middleware/api-keys.ts';
import { type Caller, identify, withoutKeys } from './middleware/authentication.ts';
import { prepareJson } from './middleware/body-type.ts';
import { createErrorHandler, send } from './middleware/error-handler.ts';
import { requireOwnOrigin } from './middleware/foreign-origin.ts';
import type { RateLimit } from './middleware/rate-limit.ts';
import { outcomeHeaders } from './outcome-headers.ts';
import { costOf, requirePixels } from './picture-cost.ts';
import type { Preferences } from './preferences.ts';
import { sendEvents, type WriteEvent } from './send-events.ts';
import type { StreamLimit } from './stream-limit.ts';

/** Joins the pure dialects to HTTP and to the job module: the same few steps for every route of every dialect. */

export interface ServeOptions {
  readonly jobs: Jobs;
  readonly apiKeys: readonly ApiKey[] | undefined;
  readonly adminKey: string | undefined;
  readonly brake: SecretBrake;
  readonly limit: RateLimit;
  readonly bodies: BodyBudget;
  /** Of all pictures of one request; 0 is no bound. */
  readonly maxPixels: number;
  readonly waitBudgetMs: number;
  /** Refuse flagged pictures whatever the request says. */
  readonly safeMode: boolean;
  /** What pictures say of their making when the request does not say. */
  readonly metadata: Metadata;
  /** Keeps the picture of a job as a file of the operator's and tells its path. */
  readonly saveFile: (job: Job, picture: PictureContent) => Promise<string>;
  readonly preferences: Preferences;
  readonly streams: StreamLimit;
  /** Pages that may use what goes by the caller's address. */
  readonly corsOrigins: readonly string[] | undefined;
  readonly describe: (request: Request) => ServiceDescription;
  /** Before a list is told: asks the workers for their engines where none is known. */
  readonly learnEngines: () => Promise<void>;
}

export function serveDialect(app: Express, dialect: Dialect, options: ServeOptions): void {
  const onError = createErrorHandler((error, request) =>
    dialect.encodeError(error, { ...withoutKeys(request, options), toPath: options.describe(request).toPath }),
  );
  for (const route of dialect.routes) app[route.method](route.path, createHandler(route, options), onError);
}

/** What no route answers on a dialect's own paths, in its own words. */
export function refuseRest(app: Express, { prefixes = [], encodeError }: Dialect): void {
  if (prefixes.length === 0) return;
  const refuse: RequestHandler = () => {
    throw new AppError('not_found', 'no such route', { publicMessage: 'There is no such address here; see /.' });
  };
  app.use(
    [...prefixes],
    refuse,
    createErrorHandler((error) => encodeError(error)),
  );
}

const MAX_BODY_BYTES = 256_000;

function createHandler(route: Route, options: ServeOptions): RequestHandler {
  const readBody = route.ignoresBody
    ? passBodyBy
    : createBodyReader(options.bodies, route.maxBodyBytes ?? MAX_BODY_BYTES);
  return async (request, response) => {
    const caller = identify(request, options.apiKeys, options.brake);
    if (route.isCounted) await options.limit(request, response, caller);
    if (route.ignoresBody !== true) prepareJson(request);
    const body = await readBody(request, response, caller.id);
    const command = withPreference(takeCommand(route, request, options, body), caller, options.preferences);
    if (request.method === 'HEAD' && isLasting(command)) {
      send(response, { status: 200, headers: { 'Content-Type': toContentType(command) } });
      return;
    }
    requirePixels(command, options.maxPixels);
    requireKnownEngines(command, options.describe(request).engines);
    const left = leaveSignal(response);
    if (command.do === 'generate') {
      const counted = route.isCounted ? 1 : 0;
      await options.limit(request, response, caller, costOf(command.draft) - counted);
    }
    const leaveStream = isStream(command) ? options.streams.enter(caller.id) : () => undefined;
    response.once('close', leaveStream);
    const job = await carryOut(command, { request, response, caller, left, options });
    const service = { ...options.describe(request), preferredEngine: options.preferences.get(caller.id) };
    const outcome: Outcome = { command, job, pictures: [], service };
    if (isStream(command) && job !== undefined) {
      await stream(route, outcome, job, { response, left, options });
      return;
    }
    if (left.aborted) return;
    response.set(outcomeHeaders(job));
    await withPictures(outcome, options, left, async (whole, answer) => {
      if (whole.pictures.length === 0) send(response, route.encode(whole));
      else await sendPictures(response, route.encode(whole), answer);
    });
  };
}

/** A caller may wait for minutes: what came is not kept for as long, only what was made of it. */
function takeCommand(route: Route, request: Request, options: ServeOptions, body: BodyLease): Command {
  try {
    return route.decode(toInput(request, options));
  } finally {
    request.body = undefined;
    body.release();
  }
}

const isStream = (command: Command): boolean =>
  command.do === 'follow' || (command.do === 'generate' && command.answer === 'stream');

/**
 * Link previews and monitors ask by HEAD before they ask by GET, or instead: they learn that the request is a valid one
 * and what GET would send, and nothing is made, counted or followed for them.
 */
const isLasting = (command: Command): boolean => command.do === 'generate' || isStream(command);

function toContentType(command: Command): string {
  if (isStream(command)) return 'text/event-stream; charset=utf-8';
  const isPicture = command.do === 'generate' && command.bytes;
  return isPicture ? toMediaType(command.draft.format) : 'application/json; charset=utf-8';
}

interface Streaming {
  readonly response: Response;
  readonly left: AbortSignal;
  readonly options: ServeOptions;
}

async function stream(route: Route, outcome: Outcome, job: Job, { response, left, options }: Streaming): Promise<void> {
  const { command } = outcome;
  const { jobs } = options;
  const after = command.do === 'follow' ? command.after : 0;
  // Whoever streams his own request waits for it: when he leaves, nobody may be left.
  const waiting = command.do === 'follow' ? undefined : jobs.wait(job.id, { budgetMs: FOREVER_MS, signal: left });
  response.set(outcomeHeaders(job));
  const deliver = async (event: JobEvent, write: WriteEvent): Promise<void> => {
    try {
      await withPictures({ ...outcome, job: event.job }, options, left, (whole, answer) =>
        write(route.encodeEvent?.(event, whole), answer.fill),
      );
    } catch (thrown) {
      // The answer has begun: only an event can still tell that its pictures could not be fetched.
      const error = toAppError(thrown);
      noteFailure(response, error);
      const failed = { ...event.job, status: 'failed', error } as const;
      await write(route.encodeEvent?.({ number: event.number, job: failed }, { ...outcome, job: failed }));
    }
  };
  const hasEnded = command.do === 'follow' && ENDED.includes(job.status);
  await sendEvents(response, { events: jobs.follow(job.id, { after, signal: left }), hasEnded, deliver });
  await waiting;
}

const ENDED: readonly JobStatus[] = ['done', 'failed', 'cancelled'];

/** Longer than any job's own deadline, and no more than a timer takes. */
const FOREVER_MS = 3_600_000;

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
  readonly response: Response;
  readonly caller: Caller;
  readonly left: AbortSignal;
  readonly options: ServeOptions;
}

async function carryOut(command: Command, call: Call): Promise<Job | undefined> {
  const { request } = call;
  const { jobs } = call.options;
  switch (command.do) {
    case 'generate':
      return withWarnings(await generate(command, call), command);
    case 'find':
      return jobs.find(command.jobId, toAsker(call, command));
    case 'follow':
      return jobs.find(command.jobId, toAsker(call, command));
    case 'cancel':
      return jobs.cancel(command.jobId, toAsker(call, command));
    case 'current': {
      requireOwnOrigin(request, call.caller, call.options.corsOrigins);
      const job = await jobs.current(call.caller);
      return command.cancel && job !== undefined ? jobs.cancel(job.id, toAsker(call)) : job;
    }
    case 'prefer':
      requireOwnOrigin(request, call.caller, call.options.corsOrigins);
      call.options.preferences.set(call.caller.id, command.engine);
      return undefined;
    case 'describe':
      await call.options.learnEngines();
      return undefined;
  }
}

function toAsker({ request, response, caller, options }: Call, came: Partial<Asker> = {}): Asker {
  const { sealed, credentials } = came;
  const admit: Asker['admit'] = async (lost) => {
    if (request.method === 'HEAD') throw new AppError('not_found', 'a lost job, and HEAD makes nothing');
    await options.limit(request, response, caller);
    return options.safeMode ? { ...lost, safe: true } : lost;
  };
  return { client: caller, sealed, credentials, admit };
}

type Generate = Extract<Command, { do: 'generate' }>;

/** What the dialect could not take as it was given belongs to this request alone, also where the job is shared. */
const withWarnings = (job: Job, { warnings = [] }: Generate): Job =>
  warnings.length === 0 ? job : { ...job, notes: [...warnings, ...job.notes] };

/** `full` is told by leaving it out, so that requests are equal whether they say it or not. */
function withDefaults(draft: RequestDraft, { safeMode, metadata: usual }: ServeOptions): RequestDraft {
  const { metadata = usual, ...rest } = draft;
  return { ...rest, ...(metadata !== 'full' && { metadata }), ...(safeMode && { safe: true }) };
}

async function generate(command: Generate, call: Call): Promise<Job> {
  const { jobs, waitBudgetMs } = call.options;
  const draft = withDefaults(command.draft, call.options);
  const submitOptions: SubmitOptions = {
    client: call.caller,
    asynchronous: command.answer === 'start',
    fresh: command.fresh,
    rejoin: command.rejoin,
    ...toRetryFacts(call.request, command),
    callbackUrl: command.callbackUrl,
    ...(command.callbackUrl !== undefined && { baseUrl: toBaseUrl(call) }),
    credentials: command.credentials,
    ...contextOf(call.response),
  };
  const accepted = await jobs.submit(draft, submitOptions);
  if (command.answer === 'start' || command.answer === 'stream') return accepted;
  // It is complete: looking it up once more would take as long as all the rest.
  if (accepted.origin === 'remembered') return accepted;
  const budgetMs = command.answer === 'hold' ? FOREVER_MS : waitBudgetMs;
  const job = await jobs.wait(accepted.id, { budgetMs, signal: call.left });
  if (job.error !== undefined) throw job.error;
  return job;
}

/** What tells that this is not the first time that the caller asks. Clients of OpenAI count and mark their retries. */
function toRetryFacts(request: Request, { idempotencyKey }: Extract<Command, { do: 'generate' }>) {
  const key = idempotencyKey ?? request.get('idempotency-key');
  return {
    isFetch: request.method === 'GET',
    saysRetry: Number(request.get('x-stainless-retry-count') ?? 0) > 0,
    ...(key !== undefined && key !== '' && { idempotencyKey: key }),
  };
}

const toBaseUrl = ({ request, options }: Call): string =>
  options.describe(request).toAbsoluteUrl('/').replace(/\/$/, '');

function withPreference(command: Command, caller: Caller, preferences: Preferences): Command {
  if (command.do !== 'generate' || !command.usesPreference || command.draft.preferredEngine !== undefined)
    return command;
  const preferredEngine = preferences.get(caller.id);
  return preferredEngine === undefined ? command : { ...command, draft: { ...command.draft, preferredEngine } };
}

/** The outcome with its pictures, where the command asks for them; they are open until it has been used. */
async function withPictures(
  outcome: Outcome,
  { jobs, saveFile }: ServeOptions,
  signal: AbortSignal,
  use: (whole: Outcome, answer: AnswerPictures) => Promise<void>,
): Promise<void> {
  const { command, job } = outcome;
  const wishes = command.do === 'generate' && command.bytes ? command : undefined;
  const contents: PictureContent[] = [];
  try {
    if (wishes !== undefined && job?.result !== undefined) {
      for (const index of job.result.pictures.keys()) contents.push(await jobs.openPicture(job, index, signal));
    }
    const [first] = contents;
    const isSaved = wishes?.saveFile === true && job !== undefined && first !== undefined;
    const filePath = isSaved ? await saveFile(job, first) : undefined;
    const answer = createAnswerPictures(contents);
    await use({ ...outcome, pictures: answer.pictures, ...(filePath !== undefined && { filePath }) }, answer);
  } finally {
    await Promise.all(contents.map((content) => content.close()));
  }
}

function toInput(request: Request, options: ServeOptions): DialectInput {
  const params = Object.entries(request.params).map(([name, value]) => [name, joinWildcard(value)]);
  return { params: Object.fromEntries(params), body: request.body, ...withoutKeys(request, options) };
}

/** Express 5 gives a wildcard's segments as an array. */
const joinWildcard = (value: string | string[]): string => (Array.isArray(value) ? value.join('/') : value);
