import { z } from 'zod';
import { engineStatusSchema, workerProblemsSchema } from '../contract/wire.ts';
import type { Logger } from '../service/log.ts';
import type { Clock } from '../wait.ts';
import type { Channels } from './channels.ts';
import type { JobConsumer, JobConsumerOptions, JobQueue } from './job-queue.ts';
import type { SharedRuns } from './shared-runs.ts';

/** What gateways and workers share: Redis or Valkey. */
export interface QueueBackend {
  readonly runs: SharedRuns;
  readonly channels: Channels;
  readonly blobs: Blobs;
  openQueue(): Promise<JobQueue>;
  openConsumer(options: JobConsumerOptions): Promise<JobConsumer>;
  /** Whether it answers within so many milliseconds. */
  answers(timeoutMs: number): Promise<boolean>;
  /** After what was opened has been closed. */
  close(): Promise<void>;
}

/** Bytes on their way from one service to another, which expire by themselves. */
export interface Blobs {
  put(key: string, bytes: Buffer, lifeSeconds: number): Promise<void>;
  get(key: string): Promise<Buffer | undefined>;
  drop(key: string): Promise<void>;
}

export const blobKeys = {
  credentials: (runId: string) => `credentials:${runId}`,
  picture: (pictureId: string) => `picture:${pictureId}`,
} as const;

export interface BackendOptions {
  readonly url: string;
  /** An ended run can be asked for so long. */
  readonly keepMs: number;
  /** Milliseconds after which a caller gives up on a backend that is away; left out: it is waited for. */
  readonly patienceMs?: number | undefined;
  readonly clock: Clock;
  readonly log: Logger;
}

export const heartbeatSchema = z.object({
  name: z.string(),
  running: z.number(),
  concurrency: z.number(),
  engines: z.array(engineStatusSchema).readonly().optional(),
  stores: z.array(engineStatusSchema).readonly().optional(),
  /** It says goodbye. */
  isStopping: z.boolean(),
  problems: workerProblemsSchema,
});
export type WorkerHeartbeat = Readonly<z.infer<typeof heartbeatSchema>>;

export const HEARTBEAT_INTERVAL_MS = 15_000;
