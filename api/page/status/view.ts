import type { EngineStatus } from '../../../shared/contract/wire.ts';

/** What the status page shows to those who may know it. */

export interface Bar {
  /** Epoch milliseconds. */
  readonly startsAt: number;
  readonly done: number;
  readonly failed: number;
  /** The engine rested in this time, so other engines were asked. */
  readonly rested: boolean;
}

export interface StatusView {
  readonly worker: string;
  /** Why nothing can be made now; empty: it can. */
  readonly reasons: readonly string[];
  readonly version: string;
  /** Seconds that the last picture took; undefined before the first. */
  readonly lastSeconds?: number | undefined;
  readonly engines: ReadonlyArray<EngineStatus & { readonly bars: readonly Bar[] }>;
  readonly stores: readonly EngineStatus[];
  readonly workers: ReadonlyArray<{
    readonly name: string;
    readonly state: string;
    readonly running: number;
    readonly concurrency: number;
  }>;
  /** Runs in the queue. */
  readonly waiting: number;
  /** Requests since the start that a remembered picture answered, and all that asked for one. */
  readonly remembered: number;
  readonly requests: number;
  readonly usage: Usage;
}

/** Of the gateway itself, in this month (UTC). */
export interface Usage {
  /** Epoch milliseconds: later than the month's first day where the disk forgot, or the gateway is newer. */
  readonly since: number;
  readonly awakeHours: number;
  /** To clients. */
  readonly bytesOut: number;
  /** Free hours of a month, where the host has such a limit. */
  readonly freeHours?: number | undefined;
}
