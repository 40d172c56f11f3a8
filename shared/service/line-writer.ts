import { constants, fstatSync, openSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { isatty } from 'node:tty';

const MAX_PENDING_BYTES = 1024 * 1024;
const RETRY_MS = 200;
/** How long the end of the process may wait for a slow reader. */
const LAST_WORDS_MS = 300;
const LAST_WORDS_PAUSE_MS = 10;

export interface LineWriter {
  /** Never blocks and never throws. */
  write(line: string): void;
}

interface LineWriterOptions {
  /** Of a file, pipe, socket or terminal. */
  readonly fd: number;
  /** The line that tells how many were dropped. */
  readonly toLossLine: (lost: number) => string;
  /** Lines beyond this are dropped while the earlier ones cannot be written. */
  readonly maxPendingBytes?: number;
}

/**
 * Writes lines where standard output leads, be it gone, full or without a reader. What cannot be written is kept up to
 * a bound and tried again; what is beyond the bound is dropped and counted, and the count is told in its place.
 *
 * The descriptor is made non-blocking and written to by synchronous calls: a call that waits in Node's thread pool
 * would hold back the end of the process.
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

  function tellLoss(): void {
    keep(toLossLine(lost));
    lost = 0;
  }

  function schedule(afterMs: number): void {
    if (isScheduled) return;
    isScheduled = true;
    const turn = (): void => {
      isScheduled = false;
      if (flush() !== 'done') schedule(RETRY_MS);
    };
    if (afterMs === 0) setImmediate(turn);
    // A log that nobody reads keeps no process alive.
    else setTimeout(turn, afterMs).unref();
  }

  function flush(): 'done' | 'busy' | 'broken' {
    try {
      while (pendingBytes > 0 || lost > 0) {
        if (pendingBytes === 0) tellLoss();
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
    const until = performance.now() + LAST_WORDS_MS;
    while (flush() === 'busy' && performance.now() < until) sleepSync(LAST_WORDS_PAUSE_MS);
  });

  return {
    write: (line) => {
      if (pendingBytes + Buffer.byteLength(line) > maxPendingBytes) {
        lost += 1;
        return;
      }
      if (lost > 0) tellLoss();
      keep(line);
      schedule(0);
    },
  };
}

/** The same place, opened so that a write which would have to wait fails at once. */
function openNonBlocking(fd: number): number {
  const stats = fstatSync(fd);
  const isTerminal = isatty(fd);
  if (!isTerminal && !stats.isFIFO() && !stats.isSocket()) return fd;
  try {
    // Opened anew, so that it stays as it was for the other processes that share it. Only Linux can, and no socket.
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    if (!isTerminal) makeNonBlocking(fd);
    return fd;
  }
}

/** Node does it when it takes a descriptor over as a stream; nothing is written to that stream. */
function makeNonBlocking(fd: number): void {
  const stream = new Socket({ fd, readable: false, writable: true });
  stream.on('error', () => undefined);
  stream.unref();
}

/** The reader is slow: the same bytes may go later. */
const isBusy = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'EAGAIN';

function sleepSync(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
