import type { ProgressEvent, Stage } from '../../shared/contract/generation.ts';
import type { ErrorCode } from '../../shared/errors.ts';
import type { Run } from '../../shared/queue/run.ts';

/** What the worker reports of its work, for metrics and traces. Nothing here throws, waits, or changes the work. */
export interface ProductionObserver {
  /** A production has begun: it may still wait for a slot. */
  begin(production: { readonly runId: string; readonly trace: Run['trace'] }): ProductionWatch;
  /** A run of the shared queue was taken for the first time. */
  taken(run: Pick<Run, 'createdAt' | 'trace'>, startedAt: number): void;
}

/** One production. */
export interface ProductionWatch {
  progress(event: Pick<ProgressEvent, 'stage' | 'engine'>): void;
  /** Called before an engine or a store is asked. The returned function gets the outcome. */
  calling(call: UpstreamCall): (outcome: Outcome) => void;
  ended(end: ProductionEnd): void;
  /** The queue has taken it back, until its engine may serve again. */
  postponed(): void;
}

export interface UpstreamCall {
  readonly kind: 'engine' | 'store';
  readonly name: string;
  /** That a store gets. */
  readonly bytes?: number | undefined;
}

export interface ProductionEnd {
  /** That made the picture, or was asked last. */
  readonly engine: string | undefined;
  readonly outcome: Outcome;
  /** Milliseconds by stage. */
  readonly timings: Partial<Record<Stage, number>>;
}

export type Outcome = 'done' | ErrorCode;
