import type { z } from 'zod';

/** Messages between all connected gateways and workers. A service that is not connected misses them. */

export interface Channels {
  publish(channel: string, message: string): Promise<void>;
  /** Resolves once the listener gets every message published from then on, with a function that ends the subscription. */
  subscribe(channel: string, listener: Listener): Promise<() => void>;
  /** Calls the listener after each reconnection, since messages may have been missed. */
  onGap(listener: () => void): void;
  close(): Promise<void>;
}

export type Listener = (message: string) => void;

/** Parses a message; undefined if it does not match, for instance because another version sent it. */
export function readMessage<Schema extends z.ZodType>(schema: Schema, message: string): z.infer<Schema> | undefined {
  try {
    return schema.safeParse(JSON.parse(message)).data;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

const PREFIX = 'easel';

export const channelNames = {
  /** A RunMessage: what changed about the run. */
  run: (runId: string) => `${PREFIX}:events:${runId}`,
  /** A run id: the worker that makes it should end it. */
  cancel: `${PREFIX}:cancel`,
  /** Some run has ended (`endedMessageSchema`); an empty text if only a callback is due. */
  ended: `${PREFIX}:ended`,
  /** WorkerHeartbeat. */
  workers: `${PREFIX}:workers`,
  /** A gateway asks all workers for a heartbeat. */
  hello: `${PREFIX}:hello`,
  /** The end of a removal: an ErrorRecord, or an empty text if the picture is removed. */
  removed: (removalId: string) => `${PREFIX}:removed:${removalId}`,
} as const;
