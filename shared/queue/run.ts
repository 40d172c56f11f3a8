import type { GenerationRequest, GenerationResult, ProgressEvent, Stage } from '../contract/generation.ts';
import type { ErrorRecord } from '../errors.ts';

/**
 * A run is one generation that any number of tickets (one for each time somebody asked) may share. Its id is the root
 * of the picture ids. This is the record that journals keep and workers report to.
 */

export type RunStatus = 'queued' | 'running' | 'storing' | 'done' | 'failed' | 'cancelled';

export interface Run {
  readonly id: string;
  /** Public id of the ticket that it was made for. */
  readonly ticketId: string;
  readonly clientId: string;
  readonly request: GenerationRequest;
  readonly status: RunStatus;
  readonly stage?: Stage | undefined;
  /** Epoch milliseconds at which the stage began. */
  readonly stageAt?: number | undefined;
  /** 0 to 1 within the generation, when the engine knows. */
  readonly fraction?: number | undefined;
  readonly engine?: string | undefined;
  readonly engineStatus?: string | undefined;
  readonly queuePosition?: number | undefined;
  /** Of the latest event. */
  readonly number: number;
  /** Made with a caller's own token, which no journal keeps. */
  readonly needsCredentials: boolean;
  readonly result?: GenerationResult | undefined;
  readonly error?: ErrorRecord | undefined;
  /** Milliseconds that the result may answer equal requests after the end. */
  readonly rememberMs: number;
  /** A caller has had the result: a retry with a random seed makes a new picture. */
  readonly received: boolean;
  /** Headers by which the logs of both services belong together. */
  readonly trace: { readonly requestId: string; readonly traceparent: string };
  /** Epoch milliseconds until which the result answers equal requests. */
  readonly rememberUntil?: number | undefined;
  readonly createdAt: number;
  readonly startedAt?: number | undefined;
  readonly finishedAt?: number | undefined;
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

/** Events are numbered from 1 within a run. */
export interface RunEvent {
  readonly run: Run;
  readonly preview?: ProgressEvent['preview'];
}

export const isEnded = (status: RunStatus): boolean =>
  status === 'done' || status === 'failed' || status === 'cancelled';

export function applyChange(run: Run, change: RunChange, now: number): Run {
  const status = change.status ?? run.status;
  const isNewStage = change.stage !== undefined && change.stage !== run.stage;
  const hasStarted = status !== 'queued' && run.startedAt === undefined;
  return {
    ...run,
    ...(isNewStage && { stageAt: now, fraction: undefined, engineStatus: undefined }),
    ...(hasStarted && { startedAt: now }),
    ...(status !== 'queued' && { queuePosition: undefined }),
    ...(isEnded(status) && { finishedAt: now }),
    ...change,
    number: run.number + 1,
  };
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
