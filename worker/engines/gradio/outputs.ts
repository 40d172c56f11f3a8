import { AppError } from '../../../shared/errors.ts';
import { createGuardedFetch } from '../../upstream/guarded-fetch.ts';
import { requirePicture } from '../../upstream/upstream.ts';
import type { EngineContext, EngineImage } from '../engine.ts';
import type { GradioCall } from './call.ts';
import { toSpaceFailure } from './failures.ts';
import { findFile } from './schema.ts';
import type { ConnectedSpace } from './space.ts';

/** The outputs of a call to a Space, and the picture among them. */

/** Follows the call and resolves with its output values. `secrets` are removed from error messages. */
export async function readOutputs(
  call: GradioCall,
  label: string,
  secrets: readonly string[],
  onProgress: EngineContext['onProgress'],
): Promise<readonly unknown[]> {
  for await (const event of call.events()) {
    if (event.kind === 'done') return event.data;
    if (event.kind === 'failed') throw toSpaceFailure(label, event.text, secrets);
    if (event.kind === 'nothing') continue;
    const { status: engineStatus, fraction, isWaiting } = event;
    onProgress({ stage: isWaiting ? 'queue' : 'generate', engineStatus, fraction: clampFraction(fraction) });
  }
  throw new AppError('engine_failed', `${label}: its stream ended before the picture`);
}

interface FetchContext {
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** Fetches the picture from the Space's own host. Another host in the outputs is an error. `seed` is the one asked for. */
export async function fetchImage(
  { label, url, api }: ConnectedSpace,
  outputs: readonly unknown[],
  seed: number,
  { headers, signal }: FetchContext,
): Promise<EngineImage> {
  const file = findFile(outputs);
  if (file === undefined) throw new AppError('engine_failed', `${label}: it ended without a picture`);
  const address = new URL(file.url ?? `${api}/file=${file.path}`, `${url}/`);
  if (address.host !== new URL(url).host) {
    throw new AppError('engine_changed', `${label}: its picture is at another host, ${address.host}`);
  }
  // Apps behind a proxy call themselves http, so the protocol of the operator's or the hub's address is used.
  address.protocol = new URL(url).protocol;
  const fetchPicture = createGuardedFetch({ base: url });
  const bytes = requirePicture(
    await fetchPicture(address.href, { signal, credentials: headers }),
    `${label}: the picture`,
  );
  const ownSeed = outputs.find((value): value is number => typeof value === 'number' && Number.isSafeInteger(value));
  return { bytes, seed: ownSeed ?? seed };
}

const clampFraction = (fraction: number | undefined): number | undefined =>
  fraction === undefined ? undefined : Math.min(1, Math.max(0, fraction));
