import { z } from 'zod';
import { engineStatusSchema, workerProblemsSchema } from '../contract/wire.ts';

/** Bytes that one service leaves for another. They expire by themselves. */
export interface Blobs {
  put(key: string, bytes: Buffer, lifeSeconds: number): Promise<void>;
  get(key: string): Promise<Buffer | undefined>;
  /** Reads the bytes, and extends their life by this time. */
  collect(key: string, lifeSeconds: number): Promise<Buffer | undefined>;
  drop(key: string): Promise<void>;
}

export const blobKeys = {
  credentials: (runId: string) => `credentials:${runId}`,
  picture: (pictureId: string) => `picture:${pictureId}`,
} as const;

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
