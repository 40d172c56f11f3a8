import { type Removal, WIRE_HEADER } from '../../../shared/contract/wire.ts';
import { AppError, fromErrorRecord, toAppError } from '../../../shared/errors.ts';
import type { Logger } from '../../../shared/service/log.ts';
import type { PictureFile } from '../dispatch.ts';
import { readErrorRecord } from './production-call.ts';
import type { WorkerLink } from './worker-link.ts';

/** The short calls to workers: fetch the bytes of a finished picture, and remove a hosted one. */

const PICTURE_TIMEOUT_MS = 20_000;
const REMOVAL_TIMEOUT_MS = 30_000;

/** Asks every worker, because after a restart the gateway does not know which one made a picture. */
export async function fetchPicture(
  links: readonly WorkerLink[],
  pictureId: string,
  signal: AbortSignal,
  log: Logger,
): Promise<PictureFile | undefined> {
  for (const link of links.filter(isReachable)) {
    try {
      const path = `/pictures/${encodeURIComponent(pictureId)}`;
      const options = { responseType: 'arraybuffer', timeout: PICTURE_TIMEOUT_MS, signal } as const;
      const { status, data, headers } = await link.client.get<Buffer>(path, options);
      if (status === 200) return { bytes: data, mediaType: String(headers['content-type']) };
    } catch (error) {
      signal.throwIfAborted();
      log.warn({ worker: link.view().name, reason: String(error) }, 'a picture could not be fetched');
    }
  }
  return undefined;
}

const isReachable = (link: WorkerLink): boolean => !['waking', 'unreachable'].includes(link.view().state);

export async function removeHosted(links: readonly WorkerLink[], removal: Removal, signal: AbortSignal): Promise<void> {
  let failure = new AppError('worker_unavailable', 'no worker is configured that could remove a picture');
  for (const link of links) {
    try {
      const options = { responseType: 'text', timeout: REMOVAL_TIMEOUT_MS, signal } as const;
      const { status, data, headers } = await link.client.post<string>('/removals', removal, options);
      if (status === 204 || status === 200) return;
      const record = readErrorRecord(data, headers[WIRE_HEADER] !== undefined);
      failure = record === undefined ? new AppError('worker_unavailable', `status ${status}`) : fromErrorRecord(record);
    } catch (error) {
      failure = toAppError(error, 'worker_unavailable');
    }
  }
  throw failure;
}
