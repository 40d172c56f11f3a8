import type { Express, Request, RequestHandler, Response } from 'express';
import type { GenerationResult } from '../../shared/contract/generation.ts';
import { AppError, toAppError } from '../../shared/errors.ts';
import { noteFacts, noteFailure } from '../../shared/net/request-log.ts';
import { toMediaType } from '../../shared/picture/media-type.ts';
import { isEnded } from '../../shared/queue/run.ts';
import type { Command, Dialect, DialectInput, Outcome, Route } from '../dialects/dialect.ts';
import type { Job, JobEvent } from '../jobs/job.ts';
import type { PictureContent } from '../jobs/pictures/content.ts';
import { type AnswerPictures, createAnswerPictures, sendPictures } from './answer-pictures.ts';
import type { BodyLease } from './body/body-budget.ts';
import { createBodyReader, passBodyBy } from './body/read-body.ts';
import { carryOut, FOREVER_MS, noteJob } from './carry-out.ts';
import { sendEvents, type WriteEvent } from './events/send-events.ts';
import { requireKnownEngines } from './known-engines.ts';
import { type Caller, identify, withoutKeys } from './middleware/authentication.ts';
import { prepareJson } from './middleware/body-type.ts';
import { createErrorHandler, send } from './middleware/error-handler.ts';
import { outcomeHeaders } from './outcome-headers.ts';
import { costOf, requirePixels } from './picture-cost.ts';
import type { Preferences } from './preferences.ts';
import type { ServeOptions } from './serve-options.ts';

/** Connects the pure dialects to HTTP and to the job module, by the same steps for every route. */

export function serveDialect(app: Express, dialect: Dialect, options: ServeOptions): void {
  const onError = createErrorHandler((error, request) =>
    dialect.encodeError(error, { ...withoutKeys(request, options), toPath: options.describe(request).toPath }),
  );
  for (const route of dialect.routes)
    app[route.method](route.path, createHandler(route, dialect.name, options), onError);
}

/** Answers unknown addresses on a dialect's own paths, in the dialect's own shape. */
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

function createHandler(route: Route, dialect: string, options: ServeOptions): RequestHandler {
  const readBody = route.ignoresBody
    ? passBodyBy
    : createBodyReader(options.bodies, route.maxBodyBytes ?? MAX_BODY_BYTES);
  return async (request, response) => {
    noteFacts(response, { dialect });
    const caller = identify(request, options.apiKeys, options.brake);
    if (caller.keyName !== undefined) noteFacts(response, { keyName: caller.keyName });
    if (route.isCounted) await options.limit(request, response, caller);
    if (route.ignoresBody !== true) prepareJson(request);
    const body = await readBody(request, response, caller.id);
    const command = withPreference(takeCommand(route, request, options, body), caller, options.preferences);
    if (request.method === 'HEAD' && isLasting(command)) {
      send(response, { status: 200, headers: { 'Content-Type': toContentType(command) } });
      return;
    }
    requirePixels(command, options.maxPixels);
    requireKnownEngines(command, options.describe(request));
    const left = leaveSignal(response);
    if (command.do === 'generate') {
      const uncounted = costOf(command.draft) - (route.isCounted ? 1 : 0);
      if (uncounted > 0) await options.limit(request, response, caller, uncounted);
    }
    if (isStream(command)) response.once('close', options.streams.enter(caller.id));
    const job = await carryOut(command, { request, response, caller, left, options });
    if (job !== undefined) noteJob(response, job);
    const service = options.describe(request, options.preferences.get(caller.id));
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

/** Decodes the request and drops its body, because a caller may wait for minutes and only the command is needed. */
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
 * Link previews and monitors send HEAD before or instead of GET. They learn whether the request is valid and which type
 * GET would send. Nothing is made, counted or followed for them.
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
  // A caller who streams its own request counts as waiting. When it leaves, the job may be cancelled.
  const waiting = command.do === 'follow' ? undefined : jobs.wait(job.id, { budgetMs: FOREVER_MS, signal: left });
  response.set(outcomeHeaders(job));
  const deliver = async (event: JobEvent, write: WriteEvent): Promise<void> => {
    try {
      await withPictures({ ...outcome, job: event.job }, options, left, (whole, answer) =>
        write(route.encodeEvent?.(event, whole), answer.fill),
      );
    } catch (thrown) {
      // The answer has started, so only an event can still report that the pictures could not be fetched.
      const error = toAppError(thrown);
      noteFailure(response, error);
      const failed = { ...event.job, status: 'failed', error } as const;
      await write(route.encodeEvent?.({ number: event.number, job: failed }, { ...outcome, job: failed }));
    }
  };
  const hasEnded = command.do === 'follow' && isEnded(job.status);
  await sendEvents(response, { events: jobs.follow(job.id, { after, signal: left }), hasEnded, deliver });
  await waiting;
}

/** Aborts if the caller leaves before the answer is complete. */
function leaveSignal(response: Response): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) controller.abort();
  });
  return controller.signal;
}

function withPreference(command: Command, caller: Caller, preferences: Preferences): Command {
  if (command.do !== 'generate' || !command.usesPreference || command.draft.preferredEngine !== undefined)
    return command;
  const preferredEngine = preferences.get(caller.id);
  return preferredEngine === undefined ? command : { ...command, draft: { ...command.draft, preferredEngine } };
}

/** Opens the pictures if the command asks for them, and closes them when `use` has ended. */
async function withPictures(
  outcome: Outcome,
  { jobs, saveFile }: ServeOptions,
  signal: AbortSignal,
  use: (whole: Outcome, answer: AnswerPictures) => Promise<void>,
): Promise<void> {
  const { command, job } = outcome;
  const places = job?.result === undefined ? [] : toOpen(command, job.result);
  if (job === undefined || places.length === 0) return use(outcome, NO_PICTURES);
  const contents: PictureContent[] = [];
  try {
    for (const index of places) contents.push(await jobs.openPicture(job, index, signal));
    const [first] = contents;
    const isSaved = command.do === 'generate' && command.saveFile === true && first !== undefined;
    const filePath = isSaved ? await saveFile(job, first) : undefined;
    const answer = createAnswerPictures(contents);
    await use({ ...outcome, pictures: answer.pictures, ...(filePath !== undefined && { filePath }) }, answer);
  } finally {
    await Promise.all(contents.map((content) => content.close()));
  }
}

const NO_PICTURES = createAnswerPictures([]);

/** The places of the pictures whose bytes the answer needs. */
function toOpen(command: Command, { pictures }: GenerationResult): number[] {
  if (command.do === 'generate' && command.bytes) return [...pictures.keys()];
  if (command.do !== 'find' || command.picture === undefined) return [];
  const isHere = command.picture in pictures && pictures[command.picture]?.url === undefined;
  return isHere ? [command.picture] : [];
}

function toInput(request: Request, options: ServeOptions): DialectInput {
  const params = Object.entries(request.params).map(([name, value]) => [name, joinWildcard(value)]);
  return { params: Object.fromEntries(params), body: request.body, ...withoutKeys(request, options) };
}

/** Express 5 gives a wildcard's segments as an array. */
const joinWildcard = (value: string | string[]): string => (Array.isArray(value) ? value.join('/') : value);
