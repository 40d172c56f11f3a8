import type { GenerationResult, ProgressEvent } from '../../shared/contract/generation.ts';
import type { EngineStatus, Production, Removal } from '../../shared/contract/wire.ts';
import type { AppError } from '../../shared/errors.ts';
import type { Run } from '../../shared/queue/run.ts';

/** How runs reach workers: by HTTP from this gateway's own queue (`direct/`), or through a shared queue (`queue/`). */

export type WorkerState = 'asleep' | 'waking' | 'starting' | 'ready' | 'busy' | 'unreachable';

export interface WorkerView {
  /** Host and port, or the name under which a worker announced itself. */
  readonly name: string;
  readonly state: WorkerState;
  readonly running: number;
  readonly concurrency: number;
  /** Milliseconds since it is being woken. */
  readonly wakingForMs?: number | undefined;
  /** As last heard, in order of preference. */
  readonly engines?: readonly EngineStatus[] | undefined;
  readonly stores?: readonly EngineStatus[] | undefined;
  /** Why it serves nobody as things stand: what follows “The worker …” in a sentence. */
  readonly problems?: readonly string[] | undefined;
}

export interface PictureFile {
  readonly bytes: Buffer;
  readonly mediaType: string;
}

/** What a queue needs to know of a run. The smallest turn is made first, then whoever came first. */
export type QueuedRun = Pick<Run, 'id' | 'turn' | 'createdAt'>;

export interface Dispatch {
  /** Queues the run; a run that is queued or running already is not queued again. */
  enqueue(run: QueuedRun): Promise<void>;
  /** Takes it out of the queue, or aborts it down to the engine. */
  withdraw(runId: string): Promise<void>;
  /** 1 is next; undefined when it does not wait. */
  position(runId: string): Promise<number | undefined>;
  /** Undefined when no worker has it any more. */
  picture(pictureId: string, signal: AbortSignal): Promise<PictureFile | undefined>;
  remove(removal: Removal, signal: AbortSignal): Promise<void>;
  workers(): readonly WorkerView[];
  /**
   * Asks, for at most a second, what is not known to be well: a worker that has not answered yet or was in trouble, the
   * shared queue. One that is well, or asleep after it was, is left alone. Answers why nothing can be made, if so.
   */
  look(): Promise<readonly string[]>;
  /** Jobs in the queue as far as this gateway knows. */
  waiting(): number;
  /** Takes no more work. Runs may end within the grace; those that do not are dropped without a report. */
  stop(graceMs: number): Promise<void>;
}

export interface OpenedRun {
  readonly production: Production;
  readonly trace: Run['trace'];
}

/** What a dispatch that runs in the gateway tells the job module, and asks of it. */
export interface RunLedger {
  /** The production to send, or undefined when nobody wants it any more. */
  open(runId: string): Promise<OpenedRun | undefined>;
  progress(runId: string, event: ProgressEvent): Promise<void>;
  /** A begun run waits again. */
  putBack(runId: string): Promise<void>;
  /** Throws when the result cannot be kept; the run is then tried again. */
  finish(runId: string, result: GenerationResult): Promise<void>;
  fail(runId: string, error: AppError): Promise<void>;
  /** Whether the run should go on waiting although no worker could be reached for minutes. */
  isPatient(runId: string): Promise<boolean>;
}
