import { z } from 'zod';
import type { ProgressEvent } from '../../../shared/contract/generation.ts';
import type { Run, RunChange, RunEvent } from '../../../shared/queue/run.ts';

/**
 * Where runs and tickets are kept: a file of one gateway, or Redis for many. What is to be written is decided by the
 * pure functions in `rules/`; a journal loads the facts and commits, as one step. `test/contracts/` holds both to it.
 */

const ticketSchema = z.object({
  /** The public id, which names the record. */
  key: z.string(),
  runId: z.string(),
  clientId: z.string(),
  origin: z.enum(['made', 'joined', 'remembered']).catch('joined'),
  /** The caller comes back for the answer. Journals keep it beside the record, as they do `released`. */
  comesBack: z.boolean().default(false),
  /** By an address that is fetched again when its picture did not come in time. */
  isFetch: z.boolean().default(false),
  /** Gave its share up. */
  released: z.boolean().default(false),
  notes: z.array(z.string()).readonly().default([]),
  callbackUrl: z.string().optional(),
  /** The gateway's address as the caller knew it, for the addresses in the callback. */
  baseUrl: z.string().optional(),
  createdAt: z.number(),
});

/** One time that somebody asked. */
export type Ticket = Readonly<z.infer<typeof ticketSchema>>;

/** `id` is what an older release, which may read it, calls the key. */
export const toTicketText = (whole: Ticket): string => JSON.stringify({ ...whole, id: whole.key });

/** Undefined for a record that cannot be read: it counts as lost. Another version may have written it. */
export const parseTicket = (record: unknown): Ticket | undefined => ticketSchema.safeParse(record).data;

/** What the journal knows of a job: the ticket that its caller holds, and the run that makes its picture. */
export interface JobRecord {
  readonly ticket: Ticket;
  readonly run: Run;
}

export interface Sharing {
  /** `picture` for equal requests with a seed; `retry` for the same client's equal request without one. */
  readonly kind: 'picture' | 'retry';
  readonly name: string;
  /** The caller says that it tries again. */
  readonly saysRetry: boolean;
}

export interface Order extends JobRecord {
  /** Requests under the same name may share a run. */
  readonly sharing?: Sharing | undefined;
  /** Takes the name over without looking at who has it. */
  readonly fresh: boolean;
  /** A remembered result is answered as `recalled`, so that its pictures are looked for first. */
  readonly looksFirst?: boolean | undefined;
  /** The same name means the same ticket, if what was asked is the same too. */
  readonly idempotency?: { readonly name: string; readonly fingerprint: string } | undefined;
  readonly maxWaiting: number;
}

export interface Claim extends JobRecord {
  /**
   * `repeated`: the idempotency key's own ticket. Nothing was written for `conflict`, where that key was used for
   * something else, for `full`, which is refused, and for `recalled`.
   */
  readonly how: 'made' | 'joined' | 'remembered' | 'repeated' | 'conflict' | 'full' | 'recalled';
}

export interface Callback extends JobRecord {
  /** Attempts before this one. */
  readonly attempts: number;
}

export type RunListener = (event: RunEvent) => void;

export interface Journal {
  /** One atomic step (`rules/claim.ts`); durable on return. */
  claim(order: Order): Promise<Claim>;
  find(ticketKey: string): Promise<JobRecord | undefined>;
  run(runId: string): Promise<Run | undefined>;
  /** The newest run under this name, ended or not. */
  recall(name: string): Promise<Run | undefined>;
  /** The newest ticket of a client that is not released and whose run has not ended. */
  newest(clientId: string): Promise<JobRecord | undefined>;
  /** Undefined when the run is unknown or has ended: the first end counts. */
  report(runId: string, change: RunChange, preview?: ProgressEvent['preview']): Promise<Run | undefined>;
  /** This ticket's caller is no longer on the line, and comes back for the answer or does not. */
  leave(ticketKey: string, options: { readonly comesBack: boolean }): Promise<void>;
  /** Gives the ticket's share up. A run that nobody holds any more is cancelled, and returned. */
  release(ticketKey: string): Promise<Run | undefined>;
  markReceived(runId: string): Promise<void>;
  /** The answer with the picture was lost on its way to this ticket's caller, who has gone. */
  markLost(record: JobRecord): Promise<void>;
  /** The result no longer answers for others, for instance because its picture is gone. */
  forget(runId: string): Promise<void>;
  /** `run`: as it was last read. What happened between then and now is not heard. */
  subscribe(run: Run, listener: RunListener): Promise<() => void>;
  /** Whether somebody comes back for the run's answer later. */
  isPatient(runId: string): Promise<boolean>;
  /**
   * The next ticket with a callback whose share has ended, if it is due at `now`, put off by `leaseMs` so that nobody else takes
   * it meanwhile; else the time at which one is due, in epoch milliseconds.
   */
  takeCallback(now: number, leaseMs: number): Promise<{ readonly due?: Callback; readonly nextAt?: number }>;
  /** Tries it again at that time, or never. */
  putOffCallback(ticketKey: string, until: number | undefined): Promise<void>;
  readFact(name: string): Promise<string | undefined>;
  writeFact(name: string, value: string): Promise<void>;
  close(): Promise<void>;
}
