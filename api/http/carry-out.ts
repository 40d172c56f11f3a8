import type { Request, Response } from 'express';
import { AppError } from '../../shared/errors.ts';
import { contextOf, noteFacts } from '../../shared/net/request-log.ts';
import type { Command } from '../dialects/dialect.ts';
import type { Asker, Job, RequestDraft, SubmitOptions } from '../jobs/job.ts';
import type { Caller } from './middleware/authentication.ts';
import { requireOwnOrigin } from './middleware/foreign-origin.ts';
import type { ServeOptions } from './serve-options.ts';

/** Carries out a decoded command. */

/** Longer than any job's deadline, and short enough for a timer. */
export const FOREVER_MS = 3_600_000;

export interface Call {
  readonly request: Request;
  readonly response: Response;
  readonly caller: Caller;
  readonly left: AbortSignal;
  readonly options: ServeOptions;
}

/** Calls the job module as the command says. Resolves with the job, if the command is about one. */
export async function carryOut(command: Command, call: Call): Promise<Job | undefined> {
  const { request } = call;
  const { jobs } = call.options;
  switch (command.do) {
    case 'generate':
      return withWarnings(await generate(command, call), command);
    case 'find':
      return jobs.find(command.jobId, toCaller(call, command));
    case 'follow':
      return jobs.find(command.jobId, toCaller(call, command));
    case 'cancel':
      if (command.byForm) requireOwnOrigin(request, call.caller, call.options.corsOrigins);
      return jobs.cancel(command.jobId, toCaller(call, command));
    case 'current': {
      requireOwnOrigin(request, call.caller, call.options.corsOrigins);
      const job = await jobs.current(call.caller);
      return command.cancel && job !== undefined ? jobs.cancel(job.id, toCaller(call)) : job;
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

function toCaller({ request, response, caller, options }: Call, came: Partial<Asker> = {}): Asker {
  const { sealed, credentials } = came;
  const admit: Asker['admit'] = async (lost) => {
    if (request.method === 'HEAD') throw new AppError('not_found', 'the job is lost, and HEAD does not queue it again');
    await options.limit(request, response, caller);
    return options.safeMode ? { ...lost, safe: true } : lost;
  };
  return { client: caller, sealed, credentials, admit };
}

type Generate = Extract<Command, { do: 'generate' }>;

/** A dialect's warnings are about this request only, even if other requests share the job. */
const withWarnings = (job: Job, { warnings = [] }: Generate): Job =>
  warnings.length === 0 ? job : { ...job, notes: [...warnings, ...job.notes] };

/** The default `full` is left out, so that a request that names it equals one that does not. */
function withDefaults(draft: RequestDraft, { safeMode, metadata: usual }: ServeOptions): RequestDraft {
  const { metadata = usual, ...rest } = draft;
  return { ...rest, ...(metadata !== 'full' && { metadata }), ...(safeMode && { safe: true }) };
}

async function generate(command: Generate, call: Call): Promise<Job> {
  const { jobs, waitBudgetMs } = call.options;
  const draft = withDefaults(command.draft, call.options);
  const { requestId, traceparent } = contextOf(call.response);
  const submitOptions: SubmitOptions = {
    client: call.caller,
    asynchronous: command.answer === 'start',
    fresh: command.fresh,
    rejoin: command.rejoin,
    isFetch: call.request.method === 'GET',
    // OpenAI's clients count their retries.
    saysRetry: Number(call.request.get('x-stainless-retry-count') ?? 0) > 0,
    idempotencyKey: toIdempotencyKey(call.request, command),
    callbackUrl: command.callbackUrl,
    baseUrl: command.callbackUrl === undefined ? undefined : toBaseUrl(call),
    credentials: command.credentials,
    requestId,
    traceparent,
  };
  const accepted = await jobs.submit(draft, submitOptions);
  noteJob(call.response, accepted);
  if (command.answer === 'start' || command.answer === 'stream') return accepted;
  // A remembered job is complete, so there is nothing to wait for.
  if (accepted.origin === 'remembered') return accepted;
  const budgetMs = command.answer === 'hold' ? FOREVER_MS : waitBudgetMs;
  const job = await jobs.wait(accepted.id, { budgetMs, signal: call.left });
  noteJob(call.response, job);
  if (job.error !== undefined) throw job.error;
  return job;
}

/** For the log, which names the job of a failed request too. */
export function noteJob(response: Response, { id, result, origin, engine, error }: Job): void {
  const lastEngine = error?.details.attempts?.at(-1)?.engine;
  noteFacts(response, {
    job: id,
    cache: origin,
    engine: result?.engine ?? engine ?? lastEngine,
    worker: result?.worker,
  });
}

function toIdempotencyKey(request: Request, { idempotencyKey }: Generate): string | undefined {
  const key = idempotencyKey ?? request.get('idempotency-key');
  return key === '' ? undefined : key;
}

const toBaseUrl = ({ request, options }: Call): string =>
  options.describe(request).toAbsoluteUrl('/').replace(/\/$/, '');
