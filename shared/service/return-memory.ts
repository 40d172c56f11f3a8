import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * V8 collects what is no longer needed only when it needs memory itself, and keeps some of what it has collected. A service
 * that rests after a busy minute would hold the memory of large bodies and pictures for hours, on a host of 512 MB.
 */

const INTERVAL_MS = 5000;
/** A collection takes some 50 ms of a processor, so it has to be worth while. */
const WORTH_BYTES = 24 * 1024 * 1024;
/** A service at rest still answers probes and keeps its records. */
const RESTING_BYTES = 1024 * 1024;

interface ReturnMemoryOptions {
  /** Bytes of the process, whether still needed or not. */
  readonly usedBytes?: () => number;
  readonly collect?: () => void;
  readonly intervalMs?: number;
}

/** Collects when the process has grown much since the last look that found it even. */
export function returnMemory(options: ReturnMemoryOptions = {}): void {
  const {
    usedBytes = () => process.memoryUsage.rss(),
    collect = exposeCollection(),
    intervalMs = INTERVAL_MS,
  } = options;
  let evenBytes = usedBytes();
  let lastBytes = evenBytes;
  const look = (): void => {
    const bytes = usedBytes();
    // While it still grows, it is in use, and V8 looks after it.
    const isResting = bytes <= lastBytes + RESTING_BYTES;
    lastBytes = bytes;
    evenBytes = Math.min(evenBytes, bytes);
    if (!isResting || bytes < evenBytes + WORTH_BYTES) return;
    collect();
    lastBytes = usedBytes();
    // What is left is in use: the next collection is worth while only when as much has come to it.
    evenBytes = lastBytes;
  };
  setInterval(look, intervalMs).unref();
}

/** Node hides `gc` unless a V8 flag exposes it to new contexts. */
function exposeCollection(): () => void {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect !== 'function') throw new Error('V8 shows no gc');
  // The usual collection keeps free pages and code that no longer runs: after an attack 95 MB, where this one left 78.
  return () => void collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}
