import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { unlessMissing, writeFileAtomically } from '../../shared/files/write-file-atomically.ts';
import type { Logger } from '../../shared/service/log.ts';
import { type Clock, repeat } from '../../shared/wait.ts';
import type { Usage } from '../page/status/view.ts';

/** Hours awake and bytes sent in this month, which hosts limit. They are kept in DATA_DIR, if that survives a restart. */
export interface UsageCount {
  now(): Usage;
  /** Writes the counts for the next process. */
  keep(): Promise<void>;
}

interface UsageOptions {
  /** Path of the file. */
  readonly path: string;
  /** Bytes that this process has sent. */
  readonly bytesSent: () => number;
  readonly freeHours: number | undefined;
  /** Aborts when the gateway stops. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly log: Logger;
}

const storedSchema = z.object({
  version: z.literal(1),
  /** `2026-11` */
  month: z.string(),
  since: z.number(),
  awakeMs: z.number().min(0),
  bytesOut: z.number().min(0),
});
type Stored = z.infer<typeof storedSchema>;

const KEEP_INTERVAL_MS = 5 * 60_000;
const HOUR_MS = 3_600_000;

const monthOf = (time: number): string => new Date(time).toISOString().slice(0, 7);

export async function createUsageCount(options: UsageOptions): Promise<UsageCount> {
  const { path, bytesSent, clock, log } = options;
  let counted = (await read(path, log)) ?? begin();
  let countedAt = clock.elapsed();
  let countedBytes = 0;

  function begin(): Stored {
    return { version: 1, month: monthOf(clock.now()), since: clock.now(), awakeMs: 0, bytesOut: 0 };
  }

  /** Adds the time and bytes since the last count. The first count in a new month starts at zero. */
  function count(): Stored {
    const [at, bytes] = [clock.elapsed(), bytesSent()];
    if (counted.month !== monthOf(clock.now())) counted = begin();
    else {
      const awakeMs = counted.awakeMs + at - countedAt;
      counted = { ...counted, awakeMs, bytesOut: counted.bytesOut + Math.max(0, bytes - countedBytes) };
    }
    [countedAt, countedBytes] = [at, bytes];
    return counted;
  }

  /** Writes follow each other, so that the last one wins. */
  let writing = Promise.resolve();
  const write = (): Promise<void> =>
    writeFileAtomically(path, JSON.stringify(count())).catch((error: unknown) => {
      log.warn({ err: error }, 'the hours awake of this month could not be kept');
    });
  const keep = (): Promise<void> => {
    writing = writing.then(write);
    return writing;
  };

  void repeat(keep, {
    ...{ intervalMs: KEEP_INTERVAL_MS, clock, signal: options.signal },
    onFailure: (error) => log.error({ err: error }, 'counting the hours awake failed'),
  });

  return {
    now: () => {
      const { since, awakeMs, bytesOut } = count();
      return { since, awakeHours: awakeMs / HOUR_MS, bytesOut, freeHours: options.freeHours };
    },
    keep,
  };
}

/** Undefined if there is no readable file. Counting then starts at zero, and the status says since when. */
async function read(path: string, log: Logger): Promise<Stored | undefined> {
  try {
    const text = await unlessMissing(readFile(path, 'utf8'));
    return text === undefined ? undefined : storedSchema.parse(JSON.parse(text));
  } catch (error) {
    log.warn({ err: error }, 'the kept hours awake cannot be read');
    return undefined;
  }
}
