import { z } from 'zod';
import { engineStatusSchema, workerProblemsSchema } from '../contract/wire.ts';
import type { Logger } from '../service/log.ts';
import type { Clock } from '../wait.ts';
import type { Channels } from './channels.ts';
import type { JobConsumer, JobConsumerOptions, JobQueue } from './job-queue.ts';
import type { SharedRuns } from './shared-runs.ts';

/** What gateways and workers share, on Redis or Valkey. */
export interface QueueBackend {
  readonly runs: SharedRuns;
  readonly channels: Channels;
  readonly blobs: Blobs;
  openQueue(): Promise<JobQueue>;
  openConsumer(options: JobConsumerOptions): Promise<JobConsumer>;
  /** Whether the backend answers within this time. */
  answers(timeoutMs: number): Promise<boolean>;
  /** Close the queues and consumers first. */
  close(): Promise<void>;
}

/** Bytes that one service leaves for another. They expire by themselves. */
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
  /** Milliseconds for which an ended run can be read. */
  readonly keepMs: number;
  /** Milliseconds after which a command fails while the backend cannot be reached. Missing: it waits for ever. */
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
  /** The last heartbeat of a worker that ends. */
  isStopping: z.boolean(),
  problems: workerProblemsSchema,
});
export type WorkerHeartbeat = Readonly<z.infer<typeof heartbeatSchema>>;

export const HEARTBEAT_INTERVAL_MS = 15_000;
