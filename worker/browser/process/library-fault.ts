const LIBRARY = /[\\/]node_modules[\\/]playwright-core[\\/]/;
/** In errors of calls that it has cut off, Playwright replaces its own stack frames by the caller's. */
const CUT_OFF = 'Target page, context or browser has been closed';

/**
 * Whether an uncaught error came from the browser's library rather than from our own code. Playwright passes each
 * message between its two halves in a separate turn of the event loop. What it throws there reaches no caller, for
 * instance when the context of a new object was closed a moment before.
 */
export function isLibraryFault(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  if (error.message.includes(CUT_OFF)) return true;
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line) && !/[( ]node:/.test(line));
  return frames.length > 0 && frames.every((frame) => LIBRARY.test(frame));
}
