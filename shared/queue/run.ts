import { z } from 'zod';
import { type GenerationResult, generationRequestSchema, type ProgressEvent, STAGES } from '../contract/generation.ts';
import { errorRecordSchema, generationResultSchema, previewSchema } from '../contract/wire.ts';
import { type ErrorRecord, toErrorCode } from '../errors.ts';

/**
 * A run is one generation. Any number of tickets may share it; there is one ticket for each time somebody asked. The
 * picture ids are derived from its id. Journals keep this record, and workers report to it. What they stored or sent is
 * parsed, since another version may have written it: unknown fields are dropped, unknown error codes become `internal`.
 */

const stepSchema = z.object({
  /** Events are numbered from 1 within a run. */
  number: z.int(),
  status: z.enum(['queued', 'running', 'storing', 'done', 'failed', 'cancelled']),
  /** A stage of a newer version is left out. */
  stage: z.enum(STAGES).optional().catch(undefined),
  /** Epoch milliseconds at which the stage began. */
  stageAt: z.number().optional(),
  /** 0 to 1 within the generation, if the engine knows it. */
  fraction: z.number().optional(),
  engine: z.string().optional(),
  engineStatus: z.string().optional(),
  queuePosition: z.number().optional(),
  startedAt: z.number().optional(),
});
/** The state of a run after one event of its history. */
export type RunStep = Readonly<z.infer<typeof stepSchema>>;
export type RunStatus = RunStep['status'];

const resultSchema: z.ZodType<GenerationResult> = generationResultSchema;
const errorSchema: z.ZodType<ErrorRecord> = errorRecordSchema;
/** How a run ended. */
const endingSchema = z.object({
  result: resultSchema.optional(),
  error: errorSchema.optional(),
  finishedAt: z.number().optional(),
  /** Epoch milliseconds until which the result answers equal requests. */
  rememberUntil: z.number().optional(),
});

/** What never changes about a run. The defaults are for records that are older than these fields. */
const originSchema = z.object({
  id: z.string(),
  /** Key of the ticket that it was made for. */
  ticketId: z.string(),
  clientId: z.string(),
  request: generationRequestSchema,
  /** It is made with a caller's own token, which no journal keeps. */
  needsCredentials: z.boolean(),
  /** Milliseconds after the end for which the result answers equal requests. */
  rememberMs: z.number(),
  /** Headers that connect the log lines of both services. */
  trace: z.object({ requestId: z.string(), traceparent: z.string() }),
  createdAt: z.number(),
  /** Its part of its client's share of the queue, in pictures of one megapixel. */
  cost: z.number().default(1),
  /** Where its client's line stood in the queue when the run was accepted (`turns.ts`). */
  turn: z.number().default(0),
  /** The first caller marked the request as a retry. */
  isRetry: z.boolean().default(false),
});

const runSchema = z.object({
  ...originSchema.shape,
  ...stepSchema.shape,
  ...endingSchema.shape,
  /** A caller has received the result, so a retry without a seed makes a new picture. */
  received: z.boolean().default(false),
  /** Key of the ticket whose caller waits on an open connection; empty if that caller asks again later or has left. */
  attendedBy: z.string().default(''),
  /** Its latest steps, oldest first: one for each time that it came to a stage. The last one is the present state. */
  steps: z.array(stepSchema).default([]),
});
export type Run = Readonly<z.infer<typeof runSchema>>;

/** Undefined for a record that cannot be read: it counts as lost. */
export const parseRun = (record: unknown): Run | undefined => runSchema.safeParse(record).data;

export const toOriginText = (run: Run): string => JSON.stringify(originSchema.parse(run));
export const toStepText = (run: Run): string => JSON.stringify(toStep(run));
export const toEndingText = (run: Run): string => JSON.stringify(endingSchema.parse(run));

/** One message about a run: only what changed. */
export const runMessageSchema = z.object({
  steps: z.array(stepSchema).min(1),
  ending: endingSchema.optional(),
  preview: previewSchema.optional().catch(undefined),
});
export type RunMessage = z.infer<typeof runMessageSchema>;

/** `after`: number of the last event that was published. */
export function toMessageText(run: Run, after: number, preview: RunMessage['preview']): string {
  const steps = run.steps.filter(({ number }) => number > after);
  const message: RunMessage = { steps, ending: isEnded(run.status) ? run : undefined, preview };
  return JSON.stringify(runMessageSchema.parse(message));
}

/** A change to a run. Fields that are missing stay as they are. */
export type RunChange = Partial<
  Pick<Run, 'status' | 'stage' | 'fraction' | 'engine' | 'engineStatus' | 'queuePosition'> &
    Pick<Run, 'result' | 'error' | 'rememberUntil'>
>;

export interface RunEvent {
  readonly run: Run;
  readonly preview?: ProgressEvent['preview'];
}

export const isEnded = (status: RunStatus): boolean =>
  status === 'done' || status === 'failed' || status === 'cancelled';

/** Older steps of a run are dropped. */
const MAX_STEPS = 100;

export function applyChange(run: Run, change: RunChange, now: number): Run {
  const status = change.status ?? run.status;
  const isNewStage = change.stage !== undefined && change.stage !== run.stage;
  const hasStarted = status !== 'queued' && run.startedAt === undefined;
  // The clock may have been set back since: a run's times keep their order, so that no duration is less than nothing.
  const at = Math.max(now, run.stageAt ?? run.startedAt ?? run.createdAt);
  const changed: Run = {
    ...run,
    ...(isNewStage && { stageAt: at, fraction: undefined, engineStatus: undefined }),
    ...(hasStarted && { startedAt: at }),
    ...(status !== 'queued' && { queuePosition: undefined }),
    ...(isEnded(status) && { finishedAt: at }),
    ...change,
    number: run.number + 1,
  };
  return withStep(changed, changed);
}

/** Within a stage only the newest step is kept, so that a long stage does not make a long record. */
export function withStep(run: Run, step: RunStep): Run {
  const last = run.steps.at(-1);
  const isSameStage = last?.status === step.status && last.stage === step.stage && last.engine === step.engine;
  const earlier = isSameStage ? run.steps.slice(0, -1) : run.steps;
  return { ...run, ...toStep(step), steps: [...earlier, toStep(step)].slice(-MAX_STEPS) };
}

/** With every field, if only as undefined: laid over another step, it leaves nothing of that one. */
function toStep(run: RunStep): RunStep {
  const { number, status, stage, stageAt, fraction, engine, engineStatus, queuePosition, startedAt } = run;
  return { number, status, stage, stageAt, fraction, engine, engineStatus, queuePosition, startedAt };
}

/** The run as it was after each step of its history, and as it is now. */
export function toHistory(run: Run): RunEvent[] {
  const { result: _result, error: _error, finishedAt: _finishedAt, ...open } = run;
  return [...run.steps.slice(0, -1).map((step) => ({ run: { ...open, ...toStep(step) } })), { run }];
}

const runEndSchema = z.object({
  /** That made the picture. */
  engine: z.string().optional(),
  /** Engines that failed. */
  attempts: generationResultSchema.shape.attempts.readonly(),
  /** Unless it is done. */
  code: z.string().transform(toErrorCode).optional(),
  /** Milliseconds from the start of the work to its end. */
  tookMs: z.number().optional(),
});
/** What others than its callers learn of an ended run. */
export type RunEnd = Readonly<z.infer<typeof runEndSchema>>;

export function toRunEnd({ status, result, error, startedAt, finishedAt }: Run): RunEnd {
  const tookMs = startedAt === undefined || finishedAt === undefined ? undefined : finishedAt - startedAt;
  const attempts = (result ?? error)?.attempts ?? [];
  return { engine: result?.engine, attempts, code: status === 'cancelled' ? status : error?.code, tookMs };
}

/** What all gateways are told of an ended run. An older release tells less, and nothing when only a callback is due. */
export const endedMessageSchema = runEndSchema.partial().extend({
  timings: generationResultSchema.shape.timings.optional(),
  /** Tickets that are due to be called back for it. */
  callbacks: z.number().optional(),
});

export const toEndedText = (run: Run, callbacks: number): string =>
  JSON.stringify({ ...toRunEnd(run), timings: run.result?.timings, callbacks });

/** The name under which a journal finds the run of a finished picture. */
export const toPictureIdName = (pictureId: string): string => `finished:${pictureId}`;

/** An upstream's own words go into every event and record, so they are cut. */
const MAX_STATUS_CHARACTERS = 200;

/** What a worker's progress says about the run. */
export function toRunChange({ stage, fraction, engine, engineStatus }: ProgressEvent): RunChange {
  return {
    status: stage === 'upload' ? 'storing' : 'running',
    stage,
    ...(fraction !== undefined && { fraction }),
    ...(engine !== undefined && { engine }),
    ...(engineStatus !== undefined && { engineStatus: engineStatus.slice(0, MAX_STATUS_CHARACTERS) }),
  };
}

/** The result of a fallback engine is remembered for a short time, since the preferred engine may soon work again. */
const FALLBACK_MEMORY_MS = 5 * 60_000;

/** The change that ends a run with a result: adds the waiting time to the result and sets how long it is remembered. */
export function toDone(run: Run, made: GenerationResult, facts: { now: number; wokeAt?: number }): RunChange {
  const result = withWaiting(made, run, facts.wokeAt ?? Number.NEGATIVE_INFINITY);
  const forMs = made.isFallback ? Math.min(run.rememberMs, FALLBACK_MEMORY_MS) : run.rememberMs;
  const hostedUntil = made.pictures.map(({ expiresAt }) => expiresAt ?? Number.POSITIVE_INFINITY);
  return { status: 'done', result, rememberUntil: Math.min(facts.now + forMs, ...hostedUntil) };
}

/** Adds the time before the worker's own stages: the wait in the queue, and within it the time in which a worker woke up. */
function withWaiting(made: GenerationResult, { createdAt, startedAt }: Run, wokeAt: number): GenerationResult {
  const waited = (startedAt ?? createdAt) - createdAt;
  const wake = Math.min(Math.max(wokeAt - createdAt, 0), waited);
  const queue = waited - wake + (made.timings.queue ?? 0);
  return { ...made, timings: { ...made.timings, ...(wake > 0 && { wake }), queue } };
}
