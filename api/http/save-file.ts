import { join } from 'node:path';
import { createKeptFiles } from '../../shared/files/kept-files.ts';
import type { Job } from '../jobs/job.ts';

const MAX_SLUG_CHARACTERS = 40;

interface SaveFileOptions {
  /** Absolute. */
  readonly dataDirectory: string;
  /** Of all saved files together, beyond which the oldest go. */
  readonly maxBytes: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/**
 * The file that the Hugging Face service of old promised: `image_<time>_<prompt>.png`, here under DATA_DIR/saved.
 * Answers its absolute path.
 */
export function createSaveFile({ dataDirectory, maxBytes, now }: SaveFileOptions) {
  const directory = join(dataDirectory, 'saved');
  const files = createKeptFiles({ directory, maxBytes, now });
  return async ({ request }: Job, bytes: Buffer): Promise<string> => {
    const slug = request.prompt
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '_')
      .slice(0, MAX_SLUG_CHARACTERS);
    const name = `image_${now()}_${slug}.png`;
    await files.write(name, bytes);
    return join(directory, name);
  };
}
