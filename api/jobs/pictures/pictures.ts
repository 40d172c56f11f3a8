import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { GenerationRequest, GenerationResult, ResultPicture } from '../../../shared/contract/generation.ts';
import { AppError } from '../../../shared/errors.ts';
import { createKeptFiles, type KeptFiles, openKeptPictures, toKeptName } from '../../../shared/files/kept-files.ts';
import { createHttpClient } from '../../../shared/net/http.ts';
import { sniffMediaType } from '../../../shared/picture/media-type.ts';
import type { Run } from '../../../shared/queue/run.ts';
import { remember } from '../../../shared/remember.ts';
import type { Logger } from '../../../shared/service/log.ts';
import type { Clock } from '../../../shared/wait.ts';
import type { Dispatch } from '../../dispatch/dispatch.ts';
import { openContent, type PictureContent, toContent } from './content.ts';
import { createTurns } from './turns.ts';

/** Finds the bytes of pictures, and whether hosted pictures still exist. */

const MAX_PICTURE_BYTES = 64 * 1024 * 1024;
/** A picture that comes from the worker is whole in memory, up to three times. */
const MAX_TRANSFERS = 2;
const HOST_TIMEOUT_MS = 4000;
const HOSTED_TIMEOUT_MS = 20_000;
const CHECK_INTERVAL_MS = 10 * 60_000;
const MAX_CHECKS_REMEMBERED = 1000;
const OWN_PATH = '/images/';

export interface Pictures {
  /** Makes the directory in which a worker with the same DATA_DIR stores pictures. */
  prepare(): Promise<void>;
  /** Fetches the pictures that this gateway has to serve itself. Throws when one cannot be fetched. */
  secure(result: GenerationResult, request: GenerationRequest): Promise<void>;
  /** The caller closes it. */
  open(picture: ResultPicture, signal: AbortSignal): Promise<PictureContent>;
  /** The same for a run that may have ended at another gateway. Does not throw when the bytes have expired. */
  collect(run: FinishedRun): Promise<void>;
  /** Collects the pictures first. Resolves with false when one of them is gone. A host is asked at most once in ten minutes. */
  areThere(run: FinishedRun): Promise<boolean>;
  /** Drops this gateway's own copies. */
  drop(picture: ResultPicture): Promise<void>;
}

type FinishedRun = Pick<Run, 'id' | 'result' | 'request'>;

interface PicturesOptions {
  readonly dataDirectory: string;
  /** Limit for the pictures that this gateway hosts, above which the oldest are removed. */
  readonly maxHostedBytes: number;
  readonly fetchFromWorker: Dispatch['picture'];
  /** Whether runs may end at other gateways. */
  readonly isShared: boolean;
  readonly clock: Clock;
  readonly log: Logger;
}

export function createPictures(options: PicturesOptions): Pictures {
  const { dataDirectory, maxHostedBytes, fetchFromWorker, isShared, clock, log } = options;
  const filesIn = (name: string, maxBytes: number): KeptFiles =>
    createKeptFiles({ directory: join(dataDirectory, name), maxBytes, clock });
  const hosted = filesIn('images', maxHostedBytes);
  const kept = openKeptPictures(dataDirectory, clock);
  const client = createHttpClient({ maxContentLength: MAX_PICTURE_BYTES });
  const inTurn = createTurns(MAX_TRANSFERS);
  const checkedAt = new Map<string, number>();

  async function secureOne(picture: ResultPicture, deliver: GenerationRequest['deliver']): Promise<void> {
    const ownName = toOwnName(picture.url);
    const [files, name] = ownName === undefined ? [kept, nameOf(picture)] : [hosted, ownName];
    if (ownName === undefined && deliver === 'url') return;
    if (await files.has(name)) return;
    await inTurn(() => bring(picture, files, name));
  }

  async function bring(picture: ResultPicture, files: KeptFiles, name: string): Promise<void> {
    const signal = AbortSignal.timeout(HOSTED_TIMEOUT_MS);
    const file = await fetchFromWorker(picture.id, signal);
    if (file === undefined) throw new AppError('worker_unavailable', 'the worker no longer has the finished picture');
    if (sniffMediaType(file.bytes) === undefined) throw new AppError('internal', 'the worker sent no picture');
    await files.write(name, file.bytes);
  }

  async function openOwn(picture: ResultPicture): Promise<FileHandle | undefined> {
    const ownName = toOwnName(picture.url);
    return (await kept.open(nameOf(picture))) ?? (ownName === undefined ? undefined : hosted.open(ownName));
  }

  async function download(url: string | undefined, signal: AbortSignal): Promise<Buffer | undefined> {
    if (url === undefined || toOwnName(url) !== undefined) return undefined;
    const options = { responseType: 'arraybuffer', timeout: HOSTED_TIMEOUT_MS, signal } as const;
    const { status, data } = await client.get<Buffer>(url, options);
    return status === 200 && sniffMediaType(data) !== undefined ? data : undefined;
  }

  async function isThere(picture: ResultPicture): Promise<boolean> {
    const ownName = toOwnName(picture.url);
    if (ownName !== undefined) return hosted.has(ownName);
    if (picture.url === undefined) return kept.has(nameOf(picture));
    if (clock.elapsed() - (checkedAt.get(picture.url) ?? Number.NEGATIVE_INFINITY) < CHECK_INTERVAL_MS) return true;
    const isGone = await askHost(picture.url);
    if (!isGone) noteCheck(picture.url);
    return !isGone;
  }

  const noteCheck = (url: string): void => remember(checkedAt, url, clock.elapsed(), MAX_CHECKS_REMEMBERED);

  /** Only a clear "gone" counts. A host that is down does not cause a new picture. */
  async function askHost(url: string): Promise<boolean> {
    try {
      const { status, headers } = await client.head(url, { timeout: HOST_TIMEOUT_MS });
      // Imgur redirects a removed picture to /removed.png.
      return status === 404 || status === 410 || /\/removed\.png$/.test(String(headers.location ?? ''));
    } catch (error) {
      log.info({ reason: String(error) }, 'a picture host did not say whether its picture exists');
      return false;
    }
  }

  async function secure({ pictures }: GenerationResult, { deliver }: GenerationRequest): Promise<void> {
    for (const picture of pictures) await secureOne(picture, deliver);
    for (const { url } of pictures) if (url !== undefined && !checkedAt.has(url)) noteCheck(url);
  }

  async function collect({ id, result, request }: FinishedRun): Promise<void> {
    if (!isShared || result === undefined) return;
    await secure(result, request).catch((error: unknown) => {
      log.warn({ runId: id, reason: String(error) }, 'a finished picture could not be fetched to this gateway');
    });
  }

  return {
    prepare: kept.prepare,
    secure,
    collect,
    open: async (picture, signal) => {
      const own = await openOwn(picture);
      if (own !== undefined) return openContent(own, picture.mediaType);
      const file = await fetchFromWorker(picture.id, signal);
      if (file !== undefined) return toContent(file.bytes, file.mediaType);
      const bytes = await download(picture.url, signal);
      if (bytes !== undefined) return toContent(bytes, sniffMediaType(bytes) ?? picture.mediaType);
      throw new AppError('internal', 'the bytes of a finished picture are lost', {
        publicMessage: 'The picture was finished, but its bytes are lost. Ask for it again.',
      });
    },
    areThere: async (run) => {
      await collect(run);
      for (const picture of run.result?.pictures ?? []) if (!(await isThere(picture))) return false;
      return run.result !== undefined;
    },
    drop: async (picture) => {
      const ownName = toOwnName(picture.url);
      await kept.remove(nameOf(picture));
      if (ownName !== undefined) await hosted.remove(ownName);
      if (picture.url !== undefined) checkedAt.delete(picture.url);
    },
  };
}

const toOwnName = (url: string | undefined): string | undefined =>
  url?.startsWith(OWN_PATH) ? url.slice(OWN_PATH.length) : undefined;

const nameOf = ({ id, mediaType }: ResultPicture): string => toKeptName(id, mediaType);
