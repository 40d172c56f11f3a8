import { rm } from 'node:fs/promises';

/**
 * Removes a directory of a test and everything in it.
 * A service that was asked to end may still finish a file meanwhile: then the directory is not empty when it is removed, and removing is tried again.
 */
export const removeDirectory = (path: string): Promise<void> =>
  rm(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 });
