import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Large bodies and pictures lie outside of V8's heap, and V8 collects what it no longer needs of them only when it needs
 * memory itself. A service that rests after a busy minute would keep their memory for hours, on a host of 512 MB.
 */

const INTERVAL_MS = 5000;
/** A collection takes some 50 ms of a processor, so it has to be worth while. */
const WORTH_BYTES = 24 * 1024 * 1024;
/** A service at rest still answers probes and keeps its records. */
const RESTING_BYTES = 1024 * 1024;

interface ReturnMemoryOptions {
  /** Bytes outside of the heap, in use or not yet collected. */
  readonly externalBytes?: () => number;
  readonly collect?: () => void;
  readonly intervalMs?: number;
}

/** Collects when much has come to lie outside of the heap since the last look that found it even. */
export function returnMemory(options: ReturnMemoryOptions = {}): void {
  const { externalBytes = readExternal, collect = exposeCollection(), intervalMs = INTERVAL_MS } = options;
  let evenBytes = externalBytes();
  let lastBytes = evenBytes;
  const look = (): void => {
    const bytes = externalBytes();
    // While it still grows, it is in use, and V8 looks after it.
    const isResting = bytes <= lastBytes + RESTING_BYTES;
    lastBytes = bytes;
    evenBytes = Math.min(evenBytes, bytes);
    if (!isResting || bytes < evenBytes + WORTH_BYTES) return;
    collect();
    lastBytes = externalBytes();
    // What is left is in use: the next collection is worth while only when as much has come to it.
    evenBytes = lastBytes;
  };
  setInterval(look, intervalMs).unref();
}

const readExternal = (): number => process.memoryUsage().external;

/** Node hides `gc` unless a V8 flag exposes it to new contexts. */
function exposeCollection(): () => void {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect !== 'function') throw new Error('V8 shows no gc');
  return () => void collect();
}
