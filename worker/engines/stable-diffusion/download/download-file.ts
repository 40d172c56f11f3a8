import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Clock, toAbortError } from '../../../../shared/wait.ts';
import type { ListedFile } from './listing.ts';

/** Downloads one file of a model: resumes an earlier attempt, and checks the file against the repository's hash. */

interface DownloadOptions {
  /** Where the file is. */
  readonly url: string;
  readonly directory: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Gets the number of bytes of this file that have arrived. */
  readonly onBytes: (bytes: number) => void;
}

/** A connection that brings no byte for this time is closed. */
const SILENCE_MS = 60_000;
/** Attempts in a row that brought no new byte. */
const MAX_VAIN_ATTEMPTS = 4;
const PAUSE_MS = 1000;

/** Resolves when the whole file is there and its hash is right. Throws an Error with a sentence for the operator. */
export async function downloadFile(file: ListedFile, options: DownloadOptions): Promise<void> {
  const { directory, signal, clock, onBytes } = options;
  const path = join(directory, file.path);
  if ((await sizeOf(path)) === file.bytes && (await isRight(path, file))) return onBytes(file.bytes);
  await mkdir(dirname(path), { recursive: true });
  const part = `${path}.part`;
  for (let vain = 0; (await sizeOf(part)) !== file.bytes; ) {
    const before = await sizeOf(part);
    const failure = await fetchRest(file, part, options).then(
      () => undefined,
      (error: unknown) => error,
    );
    if (signal.aborted) throw toAbortError(signal);
    vain = (await sizeOf(part)) > before ? 0 : vain + 1;
    if (failure instanceof Refused || vain >= MAX_VAIN_ATTEMPTS) {
      throw new Error(`${file.path}: ${toReason(failure)}. Run the same command again to continue.`);
    }
    if (failure !== undefined) await clock.wait(PAUSE_MS * 2 ** vain, signal);
  }
  if (!(await isRight(part, file))) {
    await rm(part);
    throw new Error(`${file.path}: the download does not match the repository's hash and was removed. Try again.`);
  }
  await rename(part, path);
}

/** The answer is no file, and another attempt would fail in the same way. */
class Refused extends Error {
  override readonly name = 'Refused';
}

/** Appends the missing bytes. What arrived before a failure is kept for the next attempt. */
async function fetchRest(file: ListedFile, part: string, { url, signal, onBytes }: DownloadOptions): Promise<void> {
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(new Error('no byte for a minute')), SILENCE_MS);
  const have = (await sizeOf(part)) > file.bytes ? 0 : await sizeOf(part);
  try {
    const headers: Record<string, string> = { 'accept-encoding': 'identity' };
    if (have > 0) headers.range = `bytes=${have}-`;
    const response = await fetch(url, { headers, signal: AbortSignal.any([signal, silence.signal]) });
    if (response.status >= 500 || response.status === 429) throw new Error(`HTTP ${response.status}`);
    if ((response.status !== 200 && response.status !== 206) || response.body === null) {
      throw new Refused(`HTTP ${response.status}`);
    }
    const isRest =
      response.status === 206 && response.headers.get('content-range')?.startsWith(`bytes ${have}-`) === true;
    let size = isRest ? have : 0;
    const handle = await open(part, isRest ? 'a' : 'w');
    try {
      for await (const chunk of response.body) {
        timer.refresh();
        size += chunk.length;
        if (size > file.bytes) throw new Refused(`more than the ${file.bytes} bytes that are listed`);
        await handle.write(chunk);
        onBytes(size);
      }
    } finally {
      await handle.close();
    }
  } finally {
    clearTimeout(timer);
  }
}

async function isRight(path: string, { bytes, hash }: ListedFile): Promise<boolean> {
  const digest: Hash = hash.kind === 'sha256' ? createHash('sha256') : createHash('sha1').update(`blob ${bytes}\0`);
  for await (const chunk of createReadStream(path)) digest.update(chunk as Buffer);
  return digest.digest('hex') === hash.value;
}

const sizeOf = (path: string): Promise<number> =>
  stat(path).then(
    ({ size }) => size,
    () => 0,
  );

function toReason(error: unknown): string {
  if (!(error instanceof Error)) return 'the connection ended';
  return error.cause instanceof Error ? error.cause.message : error.message;
}
