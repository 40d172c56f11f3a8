import type { GenerationRequest, GenerationResult, ProgressEvent, Stage } from '../contract/generation.ts';
import type { Attempt, ErrorCode, ErrorRecord } from '../errors.ts';

/**
 * A run is one generation. Any number of tickets may share it; there is one ticket for each time somebody asked. The
 * picture ids are derived from its id. Journals keep this record, and workers report to it.
 */

export type RunStatus = 'queued' | 'running' | 'storing' | 'done' | 'failed' | 'cancelled';

/** The state of a run after one event of its history. */
export interface RunStep {
  /** Events are numbered from 1 within a run. */
  readonly number: number;
  readonly status: RunStatus;
  readonly stage?: Stage | undefined;
  /** Epoch milliseconds at which the stage began. */
  readonly stageAt?: number | undefined;
  /** 0 to 1 within the generation, if the engine knows it. */
  readonly fraction?: number | undefined;
  readonly engine?: string | undefined;
  readonly engineStatus?: string | undefined;
  readonly queuePosition?: number | undefined;
  readonly startedAt?: number | undefined;
}

/** How a run ended. */
export interface RunEnding {
  readonly result?: GenerationResult | undefined;
  readonly error?: ErrorRecord | undefined;
  readonly finishedAt?: number | undefined;
  /** Epoch milliseconds until which the result answers equal requests. */
  readonly rememberUntil?: number | undefined;
}

/** What never changes about a run. */
export interface RunOrigin {
  readonly id: string;
  /** Key of the ticket that it was made for. */
  readonly ticketId: string;
  readonly clientId: string;
  readonly request: GenerationRequest;
  /** It is made with a caller's own token, which no journal keeps. */
  readonly needsCredentials: boolean;
  /** Milliseconds after the end for which the result answers equal requests. */
  readonly rememberMs: number;
  /** Headers that connect the log lines of both services. */
  readonly trace: { readonly requestId: string; readonly traceparent: string };
  readonly createdAt: number;
  /** Its part of its client's share of the queue, in pictures of one megapixel. */
  readonly cost: number;
  /** Where its client's line stood in the queue when the run was accepted (`turns.ts`). */
  readonly turn: number;
  /** The first caller marked the request as a retry. */
  readonly isRetry: boolean;
}

export interface Run extends RunOrigin, RunStep, RunEnding {
  /** A caller has received the result, so a retry without a seed makes a new picture. */
  readonly received: boolean;
  /** Key of the ticket whose caller waits on an open connection; empty if that caller asks again later or has left. */
  readonly attendedBy: string;
  /** The latest steps, oldest first. The last one is the present state. */
  readonly steps: readonly RunStep[];
}

/** A change to a run. Fields that are missing stay as they are. */
export interface RunChange {
  readonly status?: RunStatus;
  readonly stage?: Stage;
  readonly fraction?: number | undefined;
  readonly engine?: string | undefined;
  readonly engineStatus?: string | undefined;
  readonly queuePosition?: number | undefined;
  readonly result?: GenerationResult;
  readonly error?: ErrorRecord;
  readonly rememberUntil?: number | undefined;
}

export interface RunEvent {
  readonly run: Run;
  readonly preview?: ProgressEvent['preview'];
}

export const isEnded = (status: RunStatus): boolean =>
  status === 'done' || status === 'failed' || status === 'cancelled';

/** Older steps of a run are dropped. */
const MAX_STEPS = 200;

/** `isRecorded`: whether the change becomes a step of the history. A preview does not. */
export function applyChange(run: Run, change: RunChange, now: number, isRecorded = true): Run {
  const status = change.status ?? run.status;
  const isNewStage = change.stage !== undefined && change.stage !== run.stage;
  const hasStarted = status !== 'queued' && run.startedAt === undefined;
  const changed: Run = {
    ...run,
    ...(isNewStage && { stageAt: now, fraction: undefined, engineStatus: undefined }),
    ...(hasStarted && { startedAt: now }),
    ...(status !== 'queued' && { queuePosition: undefined }),
    ...(isEnded(status) && { finishedAt: now }),
    ...change,
    number: run.number + 1,
  };
  return isRecorded ? { ...changed, steps: [...run.steps, toStep(changed)].slice(-MAX_STEPS) } : changed;
}

export function toStep(run: RunStep): RunStep {
  const { number, status, stage, stageAt, fraction, engine, engineStatus, queuePosition, startedAt } = run;
  return { number, status, stage, stageAt, fraction, engine, engineStatus, queuePosition, startedAt };
}

/** The run as it was after each step of its history, and as it is now. */
export function toHistory(run: Run): RunEvent[] {
  const { result: _result, error: _error, finishedAt: _finishedAt, ...open } = run;
  const before = run.steps.filter(({ number }) => number < run.number);
  return [...before.map((step) => ({ run: { ...open, ...toStep(step) } })), { run }];
}

/** What others than its callers learn of an ended run. */
export interface RunEnd {
  /** That made the picture. */
  readonly engine?: string | undefined;
  /** Engines that failed. */
  readonly attempts: readonly Attempt[];
  /** Unless it is done. */
  readonly code?: ErrorCode | undefined;
  /** Milliseconds from the start of the work to its end. */
  readonly tookMs?: number | undefined;
}

export function toRunEnd({ status, result, error, startedAt, finishedAt }: Run): RunEnd {
  const tookMs = startedAt === undefined || finishedAt === undefined ? undefined : finishedAt - startedAt;
  const attempts = (result ?? error)?.attempts ?? [];
  return { engine: result?.engine, attempts, code: status === 'cancelled' ? status : error?.code, tookMs };
}

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
