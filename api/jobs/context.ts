import type { GenerationRequest } from '../../shared/contract/generation.ts';
import type { Credentials, Vault } from '../../shared/queue/sealed-vault.ts';
import type { Logger } from '../../shared/service/log.ts';
import type { Clock } from '../../shared/wait.ts';
import type { Dispatch } from '../dispatch/dispatch.ts';
import type { JobIds } from './accept/job-ids.ts';
import type { Seals } from './accept/seals.ts';
import type { Journal } from './journal/journal.ts';
import type { JobsObserver } from './observer.ts';
import type { Pictures } from './pictures/pictures.ts';
import type { Estimates } from './wait/estimates.ts';

/** What the parts of the job module share. */
export interface JobContext {
  readonly journal: Journal;
  readonly dispatch: Dispatch;
  readonly ids: JobIds;
  readonly seals: Seals;
  readonly estimates: Estimates;
  readonly pictures: Pictures;
  readonly vault: Vault;
  readonly limits: JobLimits;
  readonly observer: JobsObserver;
  readonly policy: (request: GenerationRequest) => void;
  /** Throws `invalid_request` for an address that may not be called back. */
  readonly checkCallback: (url: string) => Promise<void>;
  /** Call it when a ticket's job has ended, since its caller may want a callback. */
  readonly onEnded: () => void;
  /** Whether runs may end without this gateway. */
  readonly isShared: boolean;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface JobLimits {
  readonly maxWaiting: number;
  /** Milliseconds for which a result with a given seed answers equal requests. */
  readonly rememberMs: number;
  /** Milliseconds for which a job can be read after its end, and for which its seal is valid. */
  readonly keepMs: number;
}

export function createMemoryVault(): Vault {
  const kept = new Map<string, Credentials>();
  return {
    put: async (runId, credentials) => void kept.set(runId, credentials),
    get: async (runId) => kept.get(runId),
    drop: async (runId) => void kept.delete(runId),
  };
}
