import type { Vault } from '../../../shared/queue/sealed-vault.ts';
import type { Logger } from '../../../shared/service/log.ts';
import type { Clock } from '../../../shared/wait.ts';
import type { Dispatch } from '../../dispatch/dispatch.ts';
import type { JobLimits } from '../context.ts';
import type { Journal } from '../journal/journal.ts';
import type { JobsObserver } from '../observer.ts';
import type { Pictures } from '../pictures/pictures.ts';
import type { Estimates } from '../wait/estimates.ts';

/** Records and dispatch of the job module: one gateway with its own file (`embedded.ts`), or many with Redis (`shared.ts`). */

export interface JobBackendOptions {
  readonly settings: JobBackendSettings;
  /** Absolute path. */
  readonly dataDirectory: string;
  readonly limits: JobLimits;
  readonly observer: JobsObserver;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface JobBackendSettings {
  readonly REDIS_URL?: string | undefined;
  readonly WORKER_URL?: readonly string[] | undefined;
  /** The first one is sent to workers. */
  readonly WORKER_TOKEN?: readonly string[] | undefined;
}

export interface JobBackend {
  readonly journal: Journal;
  readonly vault: Vault;
  /** Whether other gateways may end runs, so that pictures are fetched here when a caller asks for them. */
  readonly isShared: boolean;
  /** A secret that is not configured: made once, and the same for every gateway. */
  loadSecret(name: string, prefix: string): Promise<string>;
  createDispatch(needs: DispatchNeeds): Promise<Dispatch>;
  /** Queues the runs that an earlier process left. Call it once everything is wired. */
  recover(dispatch: Dispatch): Promise<void>;
  /** Call it after the dispatch has stopped. */
  close(): Promise<void>;
}

export interface DispatchNeeds {
  readonly estimates: Estimates;
  readonly pictures: Pictures;
  readonly onEnded: () => void;
}
