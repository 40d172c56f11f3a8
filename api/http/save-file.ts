import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { createKeptFiles, openKeptPictures, toKeptName } from '../../shared/files/kept-files.ts';
import type { Clock } from '../../shared/wait.ts';
import type { Job } from '../jobs/job.ts';
import type { PictureContent } from '../jobs/pictures/content.ts';

const MAX_SLUG_CHARACTERS = 40;

interface SaveFileOptions {
  /** Absolute. */
  readonly dataDirectory: string;
  /** Limit for all saved files together. Beyond it the oldest are removed. */
  readonly maxBytes: number;
  readonly clock: Pick<Clock, 'now' | 'elapsed'>;
}

/**
 * Saves a picture in a file as the earlier Hugging Face service did: `image_<time>_<prompt>.png`, under DATA_DIR/saved.
 * Returns its absolute path.
 */
export function createSaveFile({ dataDirectory, maxBytes, clock }: SaveFileOptions) {
  const directory = join(dataDirectory, 'saved');
  const files = createKeptFiles({ directory, maxBytes, clock });
  const kept = openKeptPictures(dataDirectory, clock);

  /** Undefined if the picture is not on this gateway's disk. */
  function toKeptPath({ result }: Job): string | undefined {
    const [picture] = result?.pictures ?? [];
    return picture && kept.pathOf(toKeptName(picture.id, picture.mediaType));
  }

  return async (job: Job, picture: PictureContent): Promise<string> => {
    const slug = job.request.prompt
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '_')
      .slice(0, MAX_SLUG_CHARACTERS);
    const name = `image_${clock.now()}_${slug}.png`;
    const from = toKeptPath(job);
    await files.prepare();
    const isLinked = from !== undefined && (await files.link(name, from, picture.size));
    if (!isLinked) await files.write(name, await buffer(picture.read()));
    return join(directory, name);
  };
}
