import type { GenerationRequest, GenerationResult, ProgressEvent, Stage } from '../../shared/contract/generation.ts';
import type { AppError } from '../../shared/errors.ts';
import type { RunStatus } from '../../shared/queue/run.ts';
import type { Credentials } from '../../shared/queue/sealed-vault.ts';
import type { WorkerState, WorkerView } from '../dispatch/dispatch.ts';
import type { Ticket } from './journal/journal.ts';
import type { PictureContent } from './pictures/content.ts';

/** Jobs as dialects see them. */

/** The caller: a key's name, else the address. Limits, fairness and retries depend on it. */
export interface Client {
  readonly id: string;
  /** Name of the API key, if one came. */
  readonly keyName?: string | undefined;
}

/** The caller that reads a job, and what it sent besides the id. */
export interface Asker {
  /** Undefined: the gateway itself. */
  readonly client?: Client | undefined;
  /** A text made by `Job.seal`. */
  readonly sealed?: string | undefined;
  readonly credentials?: Credentials | undefined;
  /** Checks a lost job like a new request of this client. Throws, or resolves with the request to make. */
  readonly admit?: ((request: GenerationRequest) => Promise<GenerationRequest>) | undefined;
}

/** Prefix of the ids of clients with an API key. */
export const KEY_CLIENT = 'key:';

/** A request as a dialect decodes it. The gateway draws a missing seed. */
export type RequestDraft = Omit<GenerationRequest, 'seed' | 'seedGiven'> & { readonly seed?: number | undefined };

export interface SubmitOptions {
  readonly client: Client;
  /** Whether the caller comes back for the answer, so that the job outlives the connection and the process. */
  readonly asynchronous: boolean;
  /** `Cache-Control: no-cache`: the request is neither answered from memory nor joined to a run. */
  readonly fresh?: boolean | undefined;
  /**
   * With a random seed: after this caller has gone, the same client's next equal request gets the picture.
   * Default: whether the job is not asynchronous.
   */
  readonly rejoin?: boolean | undefined;
  /** Whether the caller marked the request as a retry. */
  readonly saysRetry?: boolean | undefined;
  /** Whether the request is a GET, which chat programs repeat when the picture did not come in time. */
  readonly isFetch?: boolean | undefined;
  readonly idempotencyKey?: string | undefined;
  readonly callbackUrl?: string | undefined;
  /** The gateway's address as this caller knows it, without a slash at its end, for addresses in a callback. */
  readonly baseUrl?: string | undefined;
  /** A caller's own tokens by engine name. They are kept only in memory. */
  readonly credentials?: Credentials | undefined;
  readonly requestId: string;
  readonly traceparent: string;
}

export interface Job {
  /** At most 40 characters of `A-Za-z0-9_-`. */
  readonly id: string;
  /** Makes the text by which the job outlives its record. It takes up to some kilobytes, so it is only for the job's addresses. */
  readonly seal?: (() => string) | undefined;
  readonly status: RunStatus;
  readonly request: GenerationRequest;
  readonly stage?: Stage | undefined;
  /** 0 to 1. */
  readonly progress: number;
  readonly engine?: string | undefined;
  /** The engine's own status text. */
  readonly engineStatus?: string | undefined;
  /** The newest partial picture of a running job. */
  readonly preview?: ProgressEvent['preview'];
  /** 1 is next. Undefined unless the job is queued. */
  readonly queuePosition?: number | undefined;
  /** Estimated from this deployment's recent jobs. */
  readonly etaSeconds?: number | undefined;
  readonly result?: GenerationResult | undefined;
  readonly error?: AppError | undefined;
  /** Whether the picture was made for this job, shared with another one, or remembered. */
  readonly origin: Ticket['origin'];
  /** Sentences about the job itself, for instance that it was queued again after a restart. */
  readonly notes: readonly string[];
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly finishedAt?: number | undefined;
}

/** Numbered from 1 within a job, so that a listener can resume after the last one it saw. */
export interface JobEvent {
  readonly number: number;
  readonly job: Job;
  /** Set on a partial picture. */
  readonly preview?: ProgressEvent['preview'];
  /** Number of this partial picture among those that this listener got, from 0. */
  readonly previewIndex?: number | undefined;
}

export interface Jobs {
  /**
   * Remembers a result, joins a run or begins a new one, if the policy allows it. Throws AppError. An asynchronous job is
   * durable on return. Only an asynchronous one has its place in the queue.
   */
  submit(draft: RequestDraft, options: SubmitOptions): Promise<Job>;
  /**
   * Resolves with the job when it has ended, the budget is used up, or the signal aborts. If the last waiting caller leaves
   * (signal) and none comes back, the job is cancelled after a grace period (`journal/rules/leave.ts`).
   */
  wait(id: string, options: { readonly budgetMs: number; readonly signal: AbortSignal }): Promise<Job>;
  /** Throws `not_found` for an id that this client does not own. A lost job is queued again by its seal. */
  find(id: string, asker?: Asker): Promise<Job>;
  /** Yields every event after number `after`, until the job has ended. */
  follow(id: string, options: { readonly after: number; readonly signal: AbortSignal }): AsyncIterable<JobEvent>;
  /** Cancels only this client's job: others that share the run keep their picture. Throws like `find`. */
  cancel(id: string, asker?: Asker): Promise<Job>;
  /** The newest job of this client that has not ended. */
  current(client: Client): Promise<Job | undefined>;
  /** Opens picture number `index` of a done job, wherever it is kept. The caller closes it. */
  openPicture(job: Job, index: number, signal: AbortSignal): Promise<PictureContent>;
}

/** What the gateway needs of the job module besides `Jobs`. */
export interface JobModule extends Jobs {
  /** Removes the hosted copies of one picture, or of every picture of a job. */
  removePicture(id: string): Promise<void>;
  /** Fetches a picture, whose address another gateway gave out, to `DATA_DIR/images`. Resolves with whether that worked. */
  collectImage(name: string): Promise<boolean>;
  status(): JobsStatus;
  /** Why no job can be made now. Empty if one can. Parts that are not known to be healthy are asked, for at most a second. */
  notReady(): Promise<readonly string[]>;
  /**
   * Takes no more work and lets runs end within the grace period. Callers who still wait are then asked to come back. Open
   * runs are queued again after the next start.
   */
  stop(options: { readonly graceMs: number }): Promise<void>;
}

export interface JobsStatus {
  /** The state of the worker that is nearest to ready. */
  readonly worker: WorkerState;
  readonly workers: readonly WorkerView[];
  readonly waiting: number;
}
