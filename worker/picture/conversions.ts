import sharp from 'sharp';
import { toAbortError } from '../../shared/wait.ts';

/**
 * Decoding and encoding of all jobs. A large picture takes up to a hundred megabytes outside the heap while it is
 * converted, so large ones come one at a time, however many jobs there are. Small ones do not wait for them.
 */

const SMALL_PIXELS = 1024 * 1024;

export interface Conversions {
  /** Rejects with the signal's reason when it aborts while the picture waits; a conversion that has begun is finished. */
  run<T>(pixels: number, convert: () => Promise<T>, signal: AbortSignal): Promise<T>;
}

export function createConversions(): Conversions {
  // libvips keeps its last results for equal calls. No picture is converted twice, so that would only hold memory.
  sharp.cache(false);
  let last: Promise<unknown> = Promise.resolve();

  return {
    run: async (pixels, convert, signal) => {
      const begin = () => {
        if (signal.aborted) throw toAbortError(signal);
        return convert();
      };
      if (pixels <= SMALL_PIXELS) return begin();
      const mine = last.then(begin);
      // The next one begins whether this one fails or not; its own caller gets the error.
      last = mine.catch(() => undefined);
      return mine;
    },
  };
}
