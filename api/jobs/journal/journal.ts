import type { ProgressEvent } from '../../../shared/contract/generation.ts';
import type { ErrorRecord } from '../../../shared/errors.ts';
import type { Run, RunChange, RunEvent } from '../../../shared/queue/run.ts';

/** Where runs and tickets are kept: a file of one gateway, or Redis for many. `test/contracts/jobs.ts` holds all to it. */

/** One time that somebody asked. Its `id` is public, its `key` names the record. */
export interface Ticket {
  readonly key: string;
  readonly id: string;
  readonly runId: string;
  readonly clientId: string;
  readonly origin: 'made' | 'joined' | 'remembered';
  /** The caller comes back for the answer. */
  readonly asynchronous: boolean;
  /** Gave its share up. */
  readonly released: boolean;
  readonly notes: readonly string[];
  readonly callbackUrl?: string | undefined;
  readonly createdAt: number;
}

export interface Held {
  readonly ticket: Ticket;
  readonly run: Run;
}

export interface Order {
  readonly ticket: Ticket;
  readonly run: Run;
  /** Requests under the same name share a run: `picture` for equal pictures, `retry` for one client's equal request. */
  readonly sharing?: { readonly kind: 'picture' | 'retry'; readonly name: string } | undefined;
  /** Takes the name over without looking at who has it. */
  readonly fresh: boolean;
  /** The same name means the same ticket, if what was asked is the same too. */
  readonly idempotency?: { readonly name: string; readonly fingerprint: string } | undefined;
  readonly maxWaiting: number;
}

export interface Claim extends Held {
  /** `repeated`: the idempotency key's own ticket. `conflict`: that key was used for something else. `full`: refused. */
  readonly how: 'made' | 'joined' | 'remembered' | 'repeated' | 'conflict' | 'full';
}

export interface Callback extends Held {
  /** Attempts before this one. */
  readonly attempts: number;
}

/** How a run ends whose last ticket was released. */
export const NOBODY_WAITS: ErrorRecord = { code: 'cancelled', message: 'nobody waits for it any more' };

export type RunListener = (event: RunEvent) => void;

export interface Journal {
  /** One atomic step: the ticket joins the run that shares its name, or a new run; durable on return. */
  claim(order: Order): Promise<Claim>;
  find(ticketKey: string): Promise<Held | undefined>;
  run(runId: string): Promise<Run | undefined>;
  /** The run that has this name, whatever became of it. */
  recall(name: string): Promise<Run | undefined>;
  /** The newest run of a client that has not ended, by the ticket it was asked with. */
  newest(clientId: string): Promise<Held | undefined>;
  /** Undefined when the run is unknown or has ended: the first end counts. */
  report(runId: string, change: RunChange, preview?: ProgressEvent['preview']): Promise<Run | undefined>;
  /** From now on this ticket's caller comes back for the answer. */
  keep(ticketKey: string): Promise<void>;
  /** Gives the ticket's share up. The run that nobody holds any more is cancelled, and answered. */
  release(ticketKey: string): Promise<Run | undefined>;
  markReceived(runId: string, received: boolean): Promise<void>;
  /** The result no longer answers for others, for instance because its picture is gone. */
  forget(runId: string): Promise<void>;
  /** Events so far, without previews. */
  history(runId: string): Promise<readonly RunEvent[]>;
  subscribe(runId: string, listener: RunListener): Promise<() => void>;
  /** Whether somebody comes back for the run's answer later. */
  isPatient(runId: string): Promise<boolean>;
  /**
   * The next ticket with a callback whose share has ended, if it is due, put off by `leaseMs` so that nobody else takes
   * it meanwhile; else the time at which one is due, in epoch milliseconds.
   */
  takeCallback(leaseMs: number): Promise<{ readonly due?: Callback; readonly nextAt?: number }>;
  /** Tries it again at that time, or never. */
  putOffCallback(ticketKey: string, until: number | undefined): Promise<void>;
  readFact(name: string): Promise<string | undefined>;
  writeFact(name: string, value: string): Promise<void>;
  close(): Promise<void>;
}
