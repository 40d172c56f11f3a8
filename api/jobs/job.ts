import type { GenerationRequest, GenerationResult, ProgressEvent, Stage } from '../../shared/contract/generation.ts';
import type { AppError } from '../../shared/errors.ts';
import type { RunStatus } from '../../shared/queue/run.ts';
import type { Credentials } from '../../shared/queue/sealed-vault.ts';
import type { WorkerState, WorkerView } from '../dispatch/dispatch.ts';
import type { Ticket } from './journal/journal.ts';
import type { PictureContent } from './pictures/content.ts';

/** A job as every dialect sees it. */

/** Who asks: a key's name, else the address; limits, fairness and rejoining go by it. */
export interface Client {
  readonly id: string;
  /** Named API key, when one was given. */
  readonly keyName?: string | undefined;
}

/** Who asks after a job, and what came with its id. */
export interface Asker {
  /** Left out: the gateway itself. */
  readonly client?: Client | undefined;
  /** What `Job.seal` made. */
  readonly sealed?: string | undefined;
  readonly credentials?: Credentials | undefined;
  /** Counts a lost job that is queued again as a new request of this client; throws, or answers what may be made. */
  readonly admit?: ((request: GenerationRequest) => Promise<GenerationRequest>) | undefined;
}

/** How the id of a client with a named API key begins. */
export const KEY_CLIENT = 'key:';

/** A request as a dialect decodes it: the gateway draws the seed when it is left out. */
export type RequestDraft = Omit<GenerationRequest, 'seed' | 'seedGiven'> & { readonly seed?: number | undefined };

export interface SubmitOptions {
  readonly client: Client;
  /** The caller will come back for the answer: the job outlives the connection, and the process. */
  readonly asynchronous: boolean;
  /** `Cache-Control: no-cache`: neither remembered nor joined. */
  readonly fresh?: boolean | undefined;
  /**
   * With a random seed: the same client's next equal request, after this one's caller has gone, gets its picture.
   * Default: whether the job is not asynchronous.
   */
  readonly rejoin?: boolean | undefined;
  /** The caller says that it asked before, and tries again. */
  readonly saysRetry?: boolean | undefined;
  /** By an address (GET), which chat programs fetch again when the picture did not come in time. */
  readonly isFetch?: boolean | undefined;
  readonly idempotencyKey?: string | undefined;
  readonly callbackUrl?: string | undefined;
  /** The gateway's address as this caller knows it, without a slash at its end: addresses in a callback begin with it. */
  readonly baseUrl?: string | undefined;
  /** A caller's own tokens by engine name: in memory only. */
  readonly credentials?: Credentials | undefined;
  readonly requestId: string;
  readonly traceparent: string;
}

export interface Job {
  /** At most 40 characters of `A-Za-z0-9_-`. */
  readonly id: string;
  /** What lets the job outlive its record, for its addresses alone: up to some kilobytes. Made when it is asked for. */
  readonly seal?: (() => string) | undefined;
  readonly status: RunStatus;
  readonly request: GenerationRequest;
  readonly stage?: Stage | undefined;
  /** 0 to 1. */
  readonly progress: number;
  readonly engine?: string | undefined;
  /** The engine's own word for what it is doing. */
  readonly engineStatus?: string | undefined;
  /** The newest partial picture of a running job. */
  readonly preview?: ProgressEvent['preview'];
  /** 1 is next. Only while queued. */
  readonly queuePosition?: number | undefined;
  /** Learned from this deployment's own recent history. */
  readonly etaSeconds?: number | undefined;
  readonly result?: GenerationResult | undefined;
  readonly error?: AppError | undefined;
  /** How this answer came about: made for it, shared with a job in flight, or remembered. */
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
  /** Counts the partial pictures that this listener was sent, from 0. */
  readonly previewIndex?: number | undefined;
}

export interface Jobs {
  /**
   * Remembers, joins or begins a run that the policy allows. Throws AppError. An asynchronous job is durable on return;
   * the place in the queue of any other is not told here.
   */
  submit(draft: RequestDraft, options: SubmitOptions): Promise<Job>;
  /**
   * The job once it has ended, or as it stands when the budget ends or the signal aborts. When the last waiter leaves
   * (signal) and nobody comes back for the job, it is given up after a grace (`journal/rules/leave.ts`).
   */
  wait(id: string, options: { readonly budgetMs: number; readonly signal: AbortSignal }): Promise<Job>;
  /** Throws `not_found` for an id that was never given out to this client; a lost job is queued again by its seal. */
  find(id: string, asker?: Asker): Promise<Job>;
  /** Every event after number `after`, until the job has ended. */
  follow(id: string, options: { readonly after: number; readonly signal: AbortSignal }): AsyncIterable<JobEvent>;
  /** This client's share only: others who joined keep their picture. Throws as `find` does. */
  cancel(id: string, asker?: Asker): Promise<Job>;
  /** The newest job of this client that has not ended. */
  current(client: Client): Promise<Job | undefined>;
  /** The file of picture number `index` of a finished job, wherever it is; whoever opens it closes it. */
  openPicture(job: Job, index: number, signal: AbortSignal): Promise<PictureContent>;
}

/** What the gateway itself needs of the job module, beyond what its dialects do. */
export interface JobModule extends Jobs {
  /** Removes the hosted copies: of one picture, or of every picture of a job. */
  removePicture(id: string): Promise<void>;
  /** Fetches a picture whose address another gateway gave out to `DATA_DIR/images`. False when it cannot be had. */
  collectImage(name: string): Promise<boolean>;
  status(): JobsStatus;
  /** Why no job can be made now; empty if one can. It asks what is not known to be well, for a second at most. */
  notReady(): Promise<readonly string[]>;
  /**
   * Takes no more work and lets runs end within the grace. Callers who still wait then are asked to come back; runs that
   * are left are taken up after the next start.
   */
  stop(options: { readonly graceMs: number }): Promise<void>;
}

export interface JobsStatus {
  /** The state of the worker that is nearest to ready. */
  readonly worker: WorkerState;
  readonly workers: readonly WorkerView[];
  readonly waiting: number;
}
