import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Job } from './jobs/job.ts';

const MAX_SLUG_CHARACTERS = 40;

/**
 * The file that the Hugging Face service of old promised: `image_<time>_<prompt>.png`, here under DATA_DIR/saved.
 * Answers its absolute path.
 */
export function createSaveFile(dataDirectory: string, now: () => number) {
  const directory = join(dataDirectory, 'saved');
  return async ({ request }: Job, bytes: Buffer): Promise<string> => {
    const slug = request.prompt
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '_')
      .slice(0, MAX_SLUG_CHARACTERS);
    const path = join(directory, `image_${now()}_${slug}.png`);
    await mkdir(directory, { recursive: true });
    await writeFile(path, bytes);
    return path;
  };
}
