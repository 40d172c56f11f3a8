import type { GenerationRequest, GenerationResult, ProgressEvent, Stage } from '../contract/generation.ts';
import type { ErrorRecord } from '../errors.ts';

/**
 * A run is one generation that any number of tickets (one for each time somebody asked) may share. Its id is the root
 * of the picture ids. This is the record that journals keep and workers report to.
 */

export type RunStatus = 'queued' | 'running' | 'storing' | 'done' | 'failed' | 'cancelled';

/** What changes about a run while it waits and is made; one for each event of its history. */
export interface RunStep {
  /** Events are numbered from 1 within a run. */
  readonly number: number;
  readonly status: RunStatus;
  readonly stage?: Stage | undefined;
  /** Epoch milliseconds at which the stage began. */
  readonly stageAt?: number | undefined;
  /** 0 to 1 within the generation, when the engine knows. */
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
  /** Made with a caller's own token, which no journal keeps. */
  readonly needsCredentials: boolean;
  /** Milliseconds that the result may answer equal requests after the end. */
  readonly rememberMs: number;
  /** Headers by which the logs of both services belong together. */
  readonly trace: { readonly requestId: string; readonly traceparent: string };
  readonly createdAt: number;
  /** In pictures of a megapixel: what it takes of its client's share of the queue. */
  readonly cost: number;
  /** The smallest is made first; set when it is accepted. */
  readonly turn: number;
  /** Its first caller said that it tries again. */
  readonly isRetry: boolean;
}

export interface Run extends RunOrigin, RunStep, RunEnding {
  /** A caller has had the result: a retry with a random seed makes a new picture. */
  readonly received: boolean;
  /** Key of the ticket whose caller is on the line for a picture of its own; empty when that caller has gone. */
  readonly attendedBy: string;
  /** The latest events, oldest first; the last one is how the run stands. */
  readonly steps: readonly RunStep[];
}

/** What may change about a run. Only what is set changes. */
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

/** Of a run's history. */
const MAX_STEPS = 200;

/** A partial picture is told to who listens, and leaves no event behind. */
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

/** The run as it was at each event of its history, and as it stands. */
export function toHistory(run: Run): RunEvent[] {
  const { result: _result, error: _error, finishedAt: _finishedAt, ...open } = run;
  const before = run.steps.filter(({ number }) => number < run.number);
  return [...before.map((step) => ({ run: { ...open, ...toStep(step) } })), { run }];
}

/** The name under which a journal finds the run of a finished picture. */
export const toPictureIdName = (pictureId: string): string => `finished:${pictureId}`;

/** A site's own word goes into every event and record. */
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

/** A picture of another engine than the wished one is not held to for long: the wished one may be back. */
const FALLBACK_MEMORY_MS = 5 * 60_000;

/** The end of a run that was made: its result with the time that it waited, and how long that is remembered. */
export function toDone(run: Run, made: GenerationResult, facts: { now: number; wokeAt?: number }): RunChange {
  const result = withWaiting(made, run, facts.wokeAt ?? Number.NEGATIVE_INFINITY);
  const forMs = made.isFallback ? Math.min(run.rememberMs, FALLBACK_MEMORY_MS) : run.rememberMs;
  const hostedUntil = made.pictures.map(({ expiresAt }) => expiresAt ?? Number.POSITIVE_INFINITY);
  return { status: 'done', result, rememberUntil: Math.min(facts.now + forMs, ...hostedUntil) };
}

/** The worker's own stages, and before them the time in the queue, of which a worker may have been asleep. */
function withWaiting(made: GenerationResult, { createdAt, startedAt }: Run, wokeAt: number): GenerationResult {
  const waited = (startedAt ?? createdAt) - createdAt;
  const wake = Math.min(Math.max(wokeAt - createdAt, 0), waited);
  const queue = waited - wake + (made.timings.queue ?? 0);
  return { ...made, timings: { ...made.timings, ...(wake > 0 && { wake }), queue } };
}
