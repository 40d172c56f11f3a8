import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * V8 collects what is no longer needed only when it needs memory itself, and keeps some of what it has collected. A service
 * that rests after a busy minute would hold the memory of large bodies and pictures for hours, on a host of 512 MB.
 */

const INTERVAL_MS = 5000;
/** A collection takes some 50 ms of a processor, so it has to be worth while. */
const WORTH_BYTES = 8 * 1024 * 1024;
/**
 * A collection that left much is repeated after a pause, because a deadline or a slow caller may have held what it left. Each
 * pause is so many times as long as the one before.
 */
const PAUSE_GROWTH = 4;
const LONGEST_PAUSE_MS = 10 * 60_000;
/** Share of the time for which a service at rest has work: it answers probes and keeps its records. */
const RESTING_SHARE = 0.05;

interface ReturnMemoryOptions {
  /** Bytes of the process, whether still needed or not. */
  readonly usedBytes?: () => number;
  /** Whether there has been next to no work since the last call. While there is, V8 looks after its memory itself. */
  readonly isResting?: () => boolean;
  readonly collect?: () => void;
  readonly intervalMs?: number;
}

/** Collects when the service rests and has grown since an earlier rest, of which the first is after the start. */
export function returnMemory(options: ReturnMemoryOptions = {}): void {
  const {
    usedBytes = () => process.memoryUsage.rss(),
    isResting = createRestWatch(),
    intervalMs = INTERVAL_MS,
  } = options;
  const { collect = exposeCollection() } = options;
  let leastBytes = Number.POSITIVE_INFINITY;
  let leftBytes = Number.POSITIVE_INFINITY;
  let sinceMs = 0;
  let pauseMs = 0;
  const look = (): void => {
    sinceMs += intervalMs;
    if (!isResting()) return;
    const bytes = usedBytes();
    leastBytes = Math.min(leastBytes, bytes);
    leftBytes = Math.min(leftBytes, bytes);
    if (bytes < leastBytes + WORTH_BYTES) return;
    const hasGrown = bytes >= leftBytes + WORTH_BYTES;
    if (!hasGrown && sinceMs < pauseMs) return;
    collect();
    leftBytes = usedBytes();
    pauseMs = hasGrown ? PAUSE_GROWTH * intervalMs : Math.min(PAUSE_GROWTH * pauseMs, LONGEST_PAUSE_MS);
    sinceMs = 0;
  };
  setInterval(look, intervalMs).unref();
}

function createRestWatch(): () => boolean {
  let last = performance.eventLoopUtilization();
  return () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, last);
    last = now;
    return utilization < RESTING_SHARE;
  };
}

/** Node hides `gc` unless a V8 flag exposes it to new contexts. */
function exposeCollection(): () => void {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect !== 'function') throw new Error('V8 shows no gc');
  // The usual collection keeps free pages and code that no longer runs: after an attack 95 MB, where this one left 78.
  return () => void collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}
