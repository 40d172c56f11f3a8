import { z } from 'zod';
import type { ProgressEvent } from '../../../shared/contract/generation.ts';
import type { Run, RunChange, RunEvent } from '../../../shared/queue/run.ts';

/**
 * Where runs and tickets are kept: a file of one gateway, or Redis for many. The pure functions in `rules/` decide what is
 * written. A journal loads the facts and commits the decision in one step. `test/contracts/` tests both journals.
 */

const ticketSchema = z.object({
  /** The key of the public id, which names the record. */
  key: z.string(),
  runId: z.string(),
  clientId: z.string(),
  origin: z.enum(['made', 'joined', 'remembered']).catch('joined'),
  /** Whether the caller comes back for the answer. Journals keep this and `released` beside the record. */
  comesBack: z.boolean().default(false),
  /** Whether the request is a GET, which is repeated when its picture did not come in time. */
  isFetch: z.boolean().default(false),
  /** Whether the job was cancelled or abandoned. The run may go on for other tickets. */
  released: z.boolean().default(false),
  notes: z.array(z.string()).readonly().default([]),
  callbackUrl: z.string().optional(),
  /** The gateway's address as the caller knows it, for the addresses in the callback. */
  baseUrl: z.string().optional(),
  createdAt: z.number(),
});

/** The record of one job. */
export type Ticket = Readonly<z.infer<typeof ticketSchema>>;

/** An older release, which may read the text, calls the key `id`. */
export const toTicketText = (whole: Ticket): string => JSON.stringify({ ...whole, id: whole.key });

/** Undefined for a record that cannot be read, for instance of another version. It counts as lost. */
export const parseTicket = (record: unknown): Ticket | undefined => ticketSchema.safeParse(record).data;

/** A job in the journal: its ticket, and the run that makes its picture. */
export interface JobRecord {
  readonly ticket: Ticket;
  readonly run: Run;
}

export interface Sharing {
  /** `picture` for equal requests with a seed; `retry` for the same client's equal request without one. */
  readonly kind: 'picture' | 'retry';
  readonly name: string;
  /** Whether the caller marked the request as a retry. */
  readonly saysRetry: boolean;
}

export interface Order extends JobRecord {
  /** Requests with the same name may share a run. */
  readonly sharing?: Sharing | undefined;
  /** Makes a new run even if the name has one. */
  readonly fresh: boolean;
  /** A remembered result is claimed as `recalled`, so that its pictures are checked first. */
  readonly looksFirst?: boolean | undefined;
  /** The same name leads to the same ticket, if the fingerprint of the request is the same too. */
  readonly idempotency?: { readonly name: string; readonly fingerprint: string } | undefined;
  readonly maxWaiting: number;
}

export interface Claim extends JobRecord {
  /**
   * `repeated`: the ticket of the idempotency key. `conflict`: that key was used for another request. `full`: the request is
   * refused. Nothing was written for `conflict`, `full` and `recalled`.
   */
  readonly how: 'made' | 'joined' | 'remembered' | 'repeated' | 'conflict' | 'full' | 'recalled';
}

export interface Callback extends JobRecord {
  /** Number of attempts before this one. */
  readonly attempts: number;
}

export type RunListener = (event: RunEvent) => void;

export interface Journal {
  /** Claims in one atomic step (`rules/claim.ts`), which is durable on return. */
  claim(order: Order): Promise<Claim>;
  find(ticketKey: string): Promise<JobRecord | undefined>;
  run(runId: string): Promise<Run | undefined>;
  /** The newest run with this name, ended or not. */
  recall(name: string): Promise<Run | undefined>;
  /** The newest ticket of a client that is not released and whose run has not ended. */
  newest(clientId: string): Promise<JobRecord | undefined>;
  /** Undefined when the run is unknown or has ended, since only the first end counts. */
  report(runId: string, change: RunChange, preview?: ProgressEvent['preview']): Promise<Run | undefined>;
  /** Records that this ticket's caller has left, and whether it comes back for the answer. */
  leave(ticketKey: string, options: { readonly comesBack: boolean }): Promise<void>;
  /** Releases the ticket. If no other ticket holds the run, the run is cancelled and returned. */
  release(ticketKey: string): Promise<Run | undefined>;
  markReceived(runId: string): Promise<void>;
  /** Records that the answer with the picture was lost, because this ticket's caller had left. */
  markLost(record: JobRecord): Promise<void>;
  /** The result no longer answers equal requests, for instance because its picture is gone. */
  forget(runId: string): Promise<void>;
  /** `run`: as it was last read. Earlier events are not repeated. */
  subscribe(run: Run, listener: RunListener): Promise<() => void>;
  /** Whether a caller comes back for the run's answer. */
  isPatient(runId: string): Promise<boolean>;
  /**
   * The next ended job whose callback is due at `now`. It is postponed by `leaseMs`, so that no other gateway takes it at the
   * same time. If none is due, the time at which the next one is, in epoch milliseconds.
   */
  takeCallback(now: number, leaseMs: number): Promise<{ readonly due?: Callback; readonly nextAt?: number }>;
  /** Makes the callback due again at that time, or never. */
  putOffCallback(ticketKey: string, until: number | undefined): Promise<void>;
  readFact(name: string): Promise<string | undefined>;
  writeFact(name: string, value: string): Promise<void>;
  close(): Promise<void>;
}
