import { z } from 'zod';
import { type GenerationResult, generationRequestSchema, type ProgressEvent, STAGES } from '../contract/generation.ts';
import { errorRecordSchema, generationResultSchema, previewSchema } from '../contract/wire.ts';
import { type ErrorRecord, toErrorCode } from '../errors.ts';

/**
 * A run is one generation. Any number of tickets may share it, one for each job. Ids of pictures are derived from its id.
 * Journals keep this record, and workers report changes of it. Stored and sent records are parsed, since another version may
 * have written them: unknown fields are dropped, unknown error codes become `internal`.
 */

const stepSchema = z.object({
  /** Events are numbered from 1 within a run. */
  number: z.int(),
  status: z.enum(['queued', 'running', 'storing', 'done', 'failed', 'cancelled']),
  /** An unknown stage of a newer version is dropped. */
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

/** The fields of a run that never change. Defaults are for records that are older than the field. */
const originSchema = z.object({
  id: z.string(),
  /** Key of the ticket that it was made for. */
  ticketId: z.string(),
  clientId: z.string(),
  request: generationRequestSchema,
  /** Whether it needs a caller's own token, which no journal keeps. */
  needsCredentials: z.boolean(),
  /** Milliseconds after the end for which the result answers equal requests. */
  rememberMs: z.number(),
  /** Headers that connect the log lines of both services. */
  trace: z.object({ requestId: z.string(), traceparent: z.string() }),
  createdAt: z.number(),
  /** Cost in pictures of one megapixel, which counts in its client's share of the queue. */
  cost: z.number().default(1),
  /** Position of its client's line when the run was accepted (`turns.ts`). */
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
  /** Key of the ticket whose caller waits on an open connection. Empty if that caller comes back later or has left. */
  attendedBy: z.string().default(''),
  /** Its latest steps, oldest first, one for each stage that it reached. The last one is the present state. */
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
  // The clock may have been set back since. A run's times keep their order, so that no duration is negative.
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

/** Has every field, also undefined ones, so that it replaces all fields of another step. */
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
  /** The engine that made the picture. */
  engine: z.string().optional(),
  /** Engines that were tried and failed. */
  attempts: generationResultSchema.shape.attempts.readonly(),
  /** The error code, unless the run is done. */
  code: z.string().transform(toErrorCode).optional(),
  /** Milliseconds from the start of the work to its end. */
  tookMs: z.number().optional(),
});
/** What is reported of an ended run to metrics and other gateways. */
export type RunEnd = Readonly<z.infer<typeof runEndSchema>>;

export function toRunEnd({ status, result, error, startedAt, finishedAt }: Run): RunEnd {
  const tookMs = startedAt === undefined || finishedAt === undefined ? undefined : finishedAt - startedAt;
  const attempts = (result ?? error)?.attempts ?? [];
  return { engine: result?.engine, attempts, code: status === 'cancelled' ? status : error?.code, tookMs };
}

/** The message to all gateways about an ended run. An older release sends fewer fields, and none when only a callback is due. */
export const endedMessageSchema = runEndSchema.partial().extend({
  timings: generationResultSchema.shape.timings.optional(),
  /** Number of its tickets whose callback is due. */
  callbacks: z.number().optional(),
});

export const toEndedText = (run: Run, callbacks: number): string =>
  JSON.stringify({ ...toRunEnd(run), timings: run.result?.timings, callbacks });

/** The name under which a journal finds the run of a finished picture. */
export const toPictureIdName = (pictureId: string): string => `finished:${pictureId}`;

/** An upstream's status text is in every event and record, so it is cut. */
const MAX_STATUS_CHARACTERS = 200;

/** The change of a run by a worker's progress. */
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

/** Adds the stages before the worker's own: the wait in the queue, and the part of it in which a worker woke up. */
function withWaiting(made: GenerationResult, { createdAt, startedAt }: Run, wokeAt: number): GenerationResult {
  const waited = (startedAt ?? createdAt) - createdAt;
  const wake = Math.min(Math.max(wokeAt - createdAt, 0), waited);
  const queue = waited - wake + (made.timings.queue ?? 0);
  return { ...made, timings: { ...made.timings, ...(wake > 0 && { wake }), queue } };
}
