import { access, constants, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, extname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EXIT, Failure } from './failure.ts';
import type { Job, JobPicture } from './job.ts';
import type { PreviewMode } from './options.ts';
import type { Target } from './plan.ts';
import { type DrawMode, findDrawMode } from './preview/terminal.ts';
import type { Session } from './session.ts';
import { toPrintable } from './text.ts';

/** Writes finished pictures to standard output, to a file or to the terminal. */
export interface Delivery {
  /** Throws when the file cannot be written. Called before a picture is asked for. */
  check(): Promise<void>;
  deliver(job: Job, prompt?: string): Promise<void>;
}

interface DeliveryOptions {
  readonly target: Target;
  readonly preview: PreviewMode;
}

export function createDelivery(session: Session, { target, preview }: DeliveryOptions): Delivery {
  const { progress, surroundings, isJson, print } = session;
  let saved = 0;
  // Not awaited here: the terminal may answer while the picture is made.
  const drawMode: Promise<DrawMode> =
    preview === 'auto' ? findDrawMode(surroundings, session.interrupt) : Promise.resolve(preview);

  async function deliverOne(picture: JobPicture, job: Job, prompt: string | undefined): Promise<void> {
    const { image_url: url } = picture;
    if (url === undefined) throw new Failure(EXIT.failed, 'The answer has no address of the picture.');
    saved += 1;
    const file = target.kind === 'file' ? toName(target, saved) : undefined;
    const isDrawn = (await drawMode) !== 'none';
    let bytes: Uint8Array | undefined;
    try {
      if (isDrawn || target.kind !== 'nowhere')
        bytes = await download(new URL(url, `${session.base}/`), session.signal);
      if (file !== undefined && bytes !== undefined) await save(file, bytes);
    } finally {
      // The address is printed even when the download fails, because the picture exists.
      if (target.kind === 'stdout') progress.say(toPrintable(url));
      else print(isJson ? JSON.stringify(toLine(picture, job, { prompt, file: bytes && file })) : toPrintable(url));
    }
    if (target.kind === 'stdout' && bytes !== undefined) surroundings.stdout.write(bytes);
    if (isDrawn && bytes !== undefined) await show(bytes);
  }

  async function show(bytes: Uint8Array): Promise<void> {
    const { stderr } = surroundings;
    progress.clear();
    try {
      const { draw } = await import('./preview/draw.ts');
      stderr.write(await draw(bytes, await drawMode, { columns: stderr.columns || 80, rows: stderr.rows || 24 }));
    } catch (error) {
      progress.say(`easel: the picture cannot be shown here: ${toPrintable(String(error))}`);
    }
  }

  return {
    check: () => (target.kind === 'file' ? requireWritable(target.path) : Promise.resolve()),
    deliver: async (job, prompt) => {
      for (const warning of job.warnings) progress.say(`easel: ${toPrintable(warning)}`);
      for (const picture of job.images ?? []) await deliverOne(picture, job, prompt);
    },
  };
}

interface Line {
  readonly prompt: string | undefined;
  readonly file: string | undefined;
}

/** Names are those of the JSON that `GET /generate` answers. JSON leaves undefined ones out. */
const toLine = (picture: JobPicture, job: Job, { prompt, file }: Line) => ({
  success: true,
  prompt,
  ...picture,
  file,
  engine: job.engine,
  job_id: job.job_id,
  warnings: job.warnings,
  cached: job.cached,
});

/** `fox.png`, or `fox-2.png` for the second of several. */
function toName({ path, isNumbered }: Extract<Target, { kind: 'file' }>, number: number): string {
  if (!isNumbered) return path;
  const ending = extname(path);
  return `${path.slice(0, path.length - ending.length)}-${number}${ending}`;
}

async function requireWritable(path: string): Promise<void> {
  const isFolder = await stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
  if (isFolder) throw new Failure(EXIT.usage, `-o ${path}: this is a folder; name a file in it.`);
  await access(dirname(path), constants.W_OK).catch((error: NodeJS.ErrnoException) => {
    throw new Failure(EXIT.usage, `-o ${path}: nothing can be written to ${dirname(path)} (${error.code}).`);
  });
}

/** Writes under another name and renames, so that `path` never holds half a picture. */
async function save(path: string, bytes: Uint8Array): Promise<void> {
  const unfinished = `${path}.${process.pid}.part`;
  try {
    await writeFile(unfinished, bytes);
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    const detail = error instanceof Error ? error.message : String(error);
    throw new Failure(EXIT.failed, `-o ${path}: ${detail}`, { cause: error });
  }
}

const DOWNLOAD_TRIES = 3;
const DOWNLOAD_MS = 60_000;
const PAUSE_MS = 1000;

/** Sends no key, since the address may belong to another host than the gateway. */
async function download(url: URL, signal: AbortSignal): Promise<Uint8Array> {
  for (let tries = 1; ; tries++) {
    try {
      const response = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(DOWNLOAD_MS)]) });
      const type = response.headers.get('content-type') ?? '';
      if (response.ok && type.startsWith('image/')) return new Uint8Array(await response.arrayBuffer());
      throw new Error(
        response.ok ? `it is ${toPrintable(type) || 'of no type'}, no picture` : `status ${response.status}`,
      );
    } catch (error) {
      signal.throwIfAborted();
      if (tries < DOWNLOAD_TRIES) {
        await sleep(PAUSE_MS, undefined, { signal });
        continue;
      }
      const detail = error instanceof Error ? error.message : String(error);
      throw new Failure(EXIT.failed, `The picture at ${toPrintable(url.href)} cannot be fetched: ${detail}`, {
        cause: error,
      });
    }
  }
}
