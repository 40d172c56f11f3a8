import type { z } from 'zod';

/** Messages between all gateways and workers that are up: who is not there misses them. */

export interface Channels {
  publish(channel: string, message: string): Promise<void>;
  /** Resolves when everything that is published from now on will be heard. */
  subscribe(channel: string, listener: Listener): Promise<() => void>;
  /** After a lost connection: messages may have been missed. */
  onGap(listener: () => void): void;
  close(): Promise<void>;
}

export type Listener = (message: string) => void;

/** A message of JSON; undefined for one of a neighbour who says something else than is known here. */
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
  /** A RunMessage: what changed about it. */
  run: (runId: string) => `${PREFIX}:events:${runId}`,
  /** A run id: whoever makes it should stop. */
  cancel: `${PREFIX}:cancel`,
  /** The result of a run, or an empty text: some run has ended. */
  ended: `${PREFIX}:ended`,
  /** WorkerHeartbeat. */
  workers: `${PREFIX}:workers`,
  /** A gateway that would like to hear from all workers. */
  hello: `${PREFIX}:hello`,
  /** An ErrorRecord, or an empty text when the picture is removed. */
  removed: (removalId: string) => `${PREFIX}:removed:${removalId}`,
} as const;
