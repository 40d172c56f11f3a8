import type { GenerationResult, ProgressEvent } from '../../shared/contract/generation.ts';
import type { EngineStatus, Production, Removal } from '../../shared/contract/wire.ts';
import type { AppError } from '../../shared/errors.ts';
import type { Run } from '../../shared/queue/run.ts';
import type { Attendance } from '../../shared/queue/turns.ts';

/** How runs reach workers: by HTTP from this gateway's own queue (`direct/`), or through a shared queue (`queue/`). */

export type WorkerState = 'asleep' | 'waking' | 'starting' | 'ready' | 'busy' | 'unreachable';

export interface WorkerView {
  /** Host and port, or the name that the worker gave itself on the shared queue. */
  readonly name: string;
  readonly state: WorkerState;
  readonly running: number;
  readonly concurrency: number;
  /** For how many milliseconds it has been waking. Missing if it is not waking. */
  readonly wakingForMs?: number | undefined;
  /** From its last status, in order of preference. */
  readonly engines?: readonly EngineStatus[] | undefined;
  readonly stores?: readonly EngineStatus[] | undefined;
  /** Why it makes no pictures now. Each text completes a sentence that begins with “The worker”. */
  readonly problems?: readonly string[] | undefined;
}

export interface PictureFile {
  readonly bytes: Buffer;
  readonly mediaType: string;
}

/** The fields of a run that a queue needs. */
export type QueuedRun = Pick<Run, 'id' | 'clientId' | 'turn' | 'createdAt' | 'cost' | 'attendedBy'>;

export interface Dispatch {
  /** Queues the run at its place, unless it is already queued or running. The lowest place begins first, then the oldest run. */
  enqueue(run: QueuedRun): Promise<void>;
  /** Moves the run to the place for this attendance, if it still waits. */
  attend(run: QueuedRun, attendance: Attendance): Promise<void>;
  /** Takes the run out of the queue, or aborts it at the worker. */
  withdraw(runId: string): Promise<void>;
  /** 1 is next. Undefined if it does not wait. */
  position(runId: string): Promise<number | undefined>;
  /** Undefined if no worker has it. */
  picture(pictureId: string, signal: AbortSignal): Promise<PictureFile | undefined>;
  remove(removal: Removal, signal: AbortSignal): Promise<void>;
  workers(): readonly WorkerView[];
  /**
   * Asks, for at most a second, all parts that are not known to be healthy: workers that have not answered yet or have
   * failed, and the shared queue. A worker that fell asleep healthy is not asked. Resolves with the reasons why no
   * picture can be made, if that is so.
   */
  look(): Promise<readonly string[]>;
  /** Number of runs in the queue that this gateway knows of, without those whose engine rests. */
  waiting(): number;
  /** Takes no more work. Runs may end within the grace period; the others are dropped without a report. */
  stop(graceMs: number): Promise<void>;
}

export interface OpenedRun {
  readonly production: Production;
  readonly trace: Run['trace'];
}

/** How a dispatch that runs in the gateway reads and records its runs. */
export interface RunLedger {
  /** The production to send. Undefined if no caller wants it any more. */
  open(runId: string): Promise<OpenedRun | undefined>;
  progress(runId: string, event: ProgressEvent): Promise<void>;
  /** Puts a started run back into the queue. */
  putBack(runId: string): Promise<void>;
  /** Throws if the result cannot be stored. The run is then tried again. */
  finish(runId: string, result: GenerationResult): Promise<void>;
  fail(runId: string, error: AppError): Promise<void>;
  /** Whether the run should wait on although no worker could be reached for minutes. */
  isPatient(runId: string): Promise<boolean>;
}
