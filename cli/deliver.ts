import { access, constants, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, extname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EXIT, Failure } from './failure.ts';
import type { Job, JobPicture } from './job.ts';
import type { PreviewMode } from './options.ts';
import type { Target } from './plan.ts';
import { findWay, type Way } from './preview/terminal.ts';
import type { Session } from './session.ts';
import { toShown } from './text.ts';

/** Brings finished pictures to where they are wanted: standard output, a file, the terminal. */
export interface Delivery {
  /** Throws before anything is spent when the file cannot be written. */
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
  // The terminal is asked while the picture is made.
  const way: Promise<Way> = preview === 'auto' ? findWay(surroundings, session.interrupt) : Promise.resolve(preview);

  async function deliverOne(picture: JobPicture, job: Job, prompt: string | undefined): Promise<void> {
    const { image_url: url } = picture;
    if (url === undefined) throw new Failure(EXIT.failed, 'The answer has no address of the picture.');
    saved += 1;
    const file = target.kind === 'file' ? toName(target, saved) : undefined;
    const isShown = (await way) !== 'none';
    let bytes: Uint8Array | undefined;
    try {
      if (isShown || target.kind !== 'nowhere')
        bytes = await download(new URL(url, `${session.base}/`), session.signal);
      if (file !== undefined && bytes !== undefined) await save(file, bytes);
    } finally {
      // The address is told whatever went wrong after it: the picture has been made.
      if (target.kind === 'stdout') progress.say(toShown(url));
      else print(isJson ? JSON.stringify(toLine(picture, job, { prompt, file: bytes && file })) : toShown(url));
    }
    if (target.kind === 'stdout' && bytes !== undefined) surroundings.stdout.write(bytes);
    if (isShown && bytes !== undefined) await show(bytes);
  }

  async function show(bytes: Uint8Array): Promise<void> {
    const { stderr } = surroundings;
    progress.clear();
    try {
      const { draw } = await import('./preview/draw.ts');
      stderr.write(await draw(bytes, await way, { columns: stderr.columns || 80, rows: stderr.rows || 24 }));
    } catch (error) {
      progress.say(`easel: the picture cannot be shown here: ${toShown(String(error))}`);
    }
  }

  return {
    check: () => (target.kind === 'file' ? requireWritable(target.path) : Promise.resolve()),
    deliver: async (job, prompt) => {
      for (const warning of job.warnings) progress.say(`easel: ${toShown(warning)}`);
      for (const picture of job.images ?? []) await deliverOne(picture, job, prompt);
    },
  };
}

interface Line {
  readonly prompt: string | undefined;
  readonly file: string | undefined;
}

/** What `GET /generate` calls them. Undefined ones are left out. */
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

/** A picture that was only half written never stands at its name. */
async function save(path: string, bytes: Uint8Array): Promise<void> {
  const unfinished = `${path}.${process.pid}.part`;
  try {
    await writeFile(unfinished, bytes);
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    const told = error instanceof Error ? error.message : String(error);
    throw new Failure(EXIT.failed, `-o ${path}: ${told}`, { cause: error });
  }
}

const DOWNLOAD_TRIES = 3;
const DOWNLOAD_MS = 60_000;
const PAUSE_MS = 1000;

/** From whatever host keeps it: without the key. */
async function download(url: URL, signal: AbortSignal): Promise<Uint8Array> {
  for (let tries = 1; ; tries++) {
    try {
      const response = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(DOWNLOAD_MS)]) });
      const type = response.headers.get('content-type') ?? '';
      if (response.ok && type.startsWith('image/')) return new Uint8Array(await response.arrayBuffer());
      throw new Error(response.ok ? `it is ${toShown(type) || 'of no type'}, no picture` : `status ${response.status}`);
    } catch (error) {
      signal.throwIfAborted();
      if (tries < DOWNLOAD_TRIES) {
        await sleep(PAUSE_MS, undefined, { signal });
        continue;
      }
      const told = error instanceof Error ? error.message : String(error);
      throw new Failure(EXIT.failed, `The picture at ${toShown(url.href)} cannot be fetched: ${told}`, {
        cause: error,
      });
    }
  }
}
