import { toAppError, toErrorRecord } from '../../shared/errors.ts';
import { serveParent } from '../subprocess/serve-parent.ts';
import type { Conversion, ConversionAnswer } from './conversion.ts';

/** The process that converts large pictures. */

/** As of the browser's pages: the worker and its small pictures come first. */
const NICENESS = 10;
/** A page is killed before it, and the browser after it. */
const MEMORY_SCORE = 750;

/** What a picture leaves behind would be in the way of the next one, because V8 sees only its own small heap. */
const send = (answer: ConversionAnswer): void => void process.send?.(answer, () => globalThis.gc?.());

async function answer(conversion: Conversion): Promise<void> {
  try {
    const { convert } = await library;
    send({ type: 'done', picture: await convert(conversion) });
  } catch (error) {
    send({ type: 'error', error: toErrorRecord(toAppError(error)) });
  }
}

serveParent<Conversion>((conversion) => void answer(conversion), { memoryScore: MEMORY_SCORE, niceness: NICENESS });
// Imported afterwards, because the library's threads inherit the niceness.
const library = import('./convert.ts');
