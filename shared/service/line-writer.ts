import { constants, fstatSync, openSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { isatty } from 'node:tty';

const MAX_PENDING_BYTES = 1024 * 1024;
const RETRY_MS = 200;
/** How long the process waits at its end for a slow reader. */
const FINAL_FLUSH_MS = 300;
const FINAL_FLUSH_PAUSE_MS = 10;

export interface LineWriter {
  /** Never blocks and never throws. */
  write(line: string): void;
}

interface LineWriterOptions {
  /** Of a file, pipe, socket or terminal. */
  readonly fd: number;
  /** Makes the line that says how many were dropped. */
  readonly toLossLine: (lost: number) => string;
  /** Further lines are dropped while this much waits to be written. */
  readonly maxPendingBytes?: number;
}

/**
 * Writes lines to standard output, even if that is closed, full or unread. What cannot be written is kept up to a bound
 * and tried again. Lines beyond the bound are dropped, and a line with their number is written in their place.
 *
 * The descriptor is non-blocking and written to by synchronous calls, because an asynchronous write that waits in
 * Node's thread pool would delay the end of the process.
 */
export function createLineWriter(options: LineWriterOptions): LineWriter {
  const { toLossLine, maxPendingBytes = MAX_PENDING_BYTES } = options;
  const fd = openNonBlocking(options.fd);
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  let lost = 0;
  let isScheduled = false;

  function keep(line: string): void {
    const bytes = Buffer.from(line);
    pending.push(bytes);
    pendingBytes += bytes.length;
  }

  function keepLossLine(): void {
    keep(toLossLine(lost));
    lost = 0;
  }

  function schedule(afterMs: number): void {
    if (isScheduled) return;
    isScheduled = true;
    const tryAgain = (): void => {
      isScheduled = false;
      if (flush() !== 'done') schedule(RETRY_MS);
    };
    if (afterMs === 0) setImmediate(tryAgain);
    // Unwritten log lines do not keep the process alive.
    else setTimeout(tryAgain, afterMs).unref();
  }

  function flush(): 'done' | 'busy' | 'broken' {
    try {
      while (pendingBytes > 0 || lost > 0) {
        if (pendingBytes === 0) keepLossLine();
        const bytes = Buffer.concat(pending);
        pending = [bytes];
        const rest = bytes.subarray(writeSync(fd, bytes));
        pending = rest.length > 0 ? [rest] : [];
        pendingBytes = rest.length;
      }
      return 'done';
    } catch (error) {
      return isBusy(error) ? 'busy' : 'broken';
    }
  }

  process.once('exit', () => {
    const until = performance.now() + FINAL_FLUSH_MS;
    while (flush() === 'busy' && performance.now() < until) sleepSync(FINAL_FLUSH_PAUSE_MS);
  });

  return {
    write: (line) => {
      if (pendingBytes + Buffer.byteLength(line) > maxPendingBytes) {
        lost += 1;
        return;
      }
      if (lost > 0) keepLossLine();
      keep(line);
      schedule(0);
    },
  };
}

/** A descriptor for the same file, on which a write fails at once instead of waiting. */
function openNonBlocking(fd: number): number {
  const stats = fstatSync(fd);
  const isTerminal = isatty(fd);
  if (!isTerminal && !stats.isFIFO() && !stats.isSocket()) return fd;
  try {
    // Opened again, so that the flag does not change for other processes that share it. Works on Linux, but not for sockets.
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    if (!isTerminal) makeNonBlocking(fd);
    return fd;
  }
}

/** Node makes a descriptor non-blocking when it opens a stream on it. Nothing is written to that stream. */
function makeNonBlocking(fd: number): void {
  const stream = new Socket({ fd, readable: false, writable: true });
  stream.on('error', () => undefined);
  stream.unref();
}

/** The reader is slow: the same bytes can be written later. */
const isBusy = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'EAGAIN';

function sleepSync(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
