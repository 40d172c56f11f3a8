import { toAbortError } from '../../shared/wait.ts';
import type { Conversion, ConvertedPicture } from './conversion.ts';
import { convert } from './convert.ts';
import type { Converter } from './converter.ts';

/**
 * Decoding and encoding of all jobs. A large picture takes up to a hundred megabytes outside the heap and seconds of a
 * processor, so large ones come one at a time, however many jobs there are, and in a process of their own. Small ones do not
 * wait for them.
 */

const SMALL_PIXELS = 1024 * 1024;

export interface Conversions {
  /**
   * Calls `begin` when it is the picture's turn, so that no bytes are held while it waits. Rejects with the signal's reason
   * when it aborts while the picture waits, or while a large one is converted.
   */
  run(pixels: number, begin: () => Promise<Conversion>, signal: AbortSignal): Promise<ConvertedPicture>;
}

export function createConversions(converter: Pick<Converter, 'convert'>): Conversions {
  let last: Promise<unknown> = Promise.resolve();

  return {
    run: async (pixels, begin, signal) => {
      if (signal.aborted) throw toAbortError(signal);
      if (pixels <= SMALL_PIXELS) return convert(await begin());
      const mine = last.then(async () => {
        if (signal.aborted) throw toAbortError(signal);
        return converter.convert(await begin(), signal);
      });
      // The next one begins whether this one fails or not; its own caller gets the error.
      last = mine.catch(() => undefined);
      return mine;
    },
  };
}
