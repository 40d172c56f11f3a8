const LIBRARY = /[\\/]node_modules[\\/]playwright-core[\\/]/;
/** Playwright writes the caller's frames in place of its own into the errors of calls that it has cut off. */
const CUT_OFF = 'Target page, context or browser has been closed';

/**
 * Whether an error that nobody caught came out of the browser's library rather than our own code. Playwright hands
 * each message between its two halves over in a turn of the event loop of its own; what it throws there, for one
 * because the context of a new object was closed a moment before, reaches none of its callers.
 */
export function isLibraryFault(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  if (error.message.includes(CUT_OFF)) return true;
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line) && !/[( ]node:/.test(line));
  return frames.length > 0 && frames.every((frame) => LIBRARY.test(frame));
}
