import type { GenerationRequest, GenerationResult } from '../../shared/contract/generation.ts';
import { isLastEvent, type LastEvent, type ProductionEvent, productionSchema } from '../../shared/contract/wire.ts';
import { type ErrorRecord, toAppError, toErrorRecord } from '../../shared/errors.ts';
import { type Blobs, blobKeys } from '../../shared/queue/backend.ts';
import type { SharedRuns } from '../../shared/queue/redis/runs.ts';
import { isEnded, type Run, type RunChange, toDone, toRunChange } from '../../shared/queue/run.ts';
import type { Vault } from '../../shared/queue/sealed-vault.ts';
import { type Clock, toAbortError } from '../../shared/wait.ts';
import type { ProductionObserver } from '../production/observer.ts';
import type { Productions } from './productions.ts';
import { createProgressPace } from './progress-pace.ts';

/** Handles one run of the shared queue, from taking it until its end is recorded. */

/**
 * `ended`: nothing is left to do. `full` and `interrupted`: the run goes back to the queue. A number: it stays in work, and is
 * taken again after this many milliseconds, since its engine rests.
 */
export type RunEnd = 'ended' | 'full' | 'interrupted' | number;

interface QueueRunOptions {
  readonly runs: SharedRuns;
  readonly blobs: Blobs;
  readonly vault: Vault;
  readonly productions: Pick<Productions, 'follow'>;
  readonly readPicture: (id: string) => Promise<{ readonly bytes: Buffer } | undefined>;
  readonly observer: Pick<ProductionObserver, 'taken'>;
  readonly clock: Clock;
}

/** How long a picture stays on the queue's backend; the gateway fetches it when a caller asks. */
const PICTURE_LIFE_SECONDS = 3600;

export function createQueueRun(options: QueueRunOptions) {
  const { runs, blobs, vault, productions, readPicture, observer, clock } = options;

  /** Resolves with the last event, the run as last reported, and the changes that were not reported yet. */
  async function produce(run: Run, signal: AbortSignal): Promise<Made> {
    const credentials = run.needsCredentials ? await vault.get(run.id) : undefined;
    // A gateway of a newer version may have written it.
    const production = productionSchema.parse({ jobId: run.id, request: run.request, credentials });
    const ending = Promise.withResolvers<LastEvent>();
    let latest = run;
    const progress = createProgressPace({
      send: async (events) => {
        const preview = events.findLast((event) => event.preview !== undefined)?.preview;
        latest = (await runs.report(run.id, events.map(toRunChange), preview, latest)) ?? latest;
      },
      onFailure: ending.reject,
      clock,
    });
    const onEvent = (event: ProductionEvent): void => {
      if (event.type === 'progress') progress.add(event);
      else if (isLastEvent(event)) ending.resolve(event);
    };
    const leave = productions.follow(production, onEvent, run.trace, run.startedAt);
    // A removed listener gets no more events.
    const giveUp = (): void => {
      leave();
      ending.reject(toAbortError(signal));
    };
    signal.addEventListener('abort', giveUp, { once: true });
    try {
      const end = await ending.promise;
      const held = await progress.end();
      return { ending: end, run: latest, changes: held.map(toRunChange) };
    } finally {
      await progress.end();
      signal.removeEventListener('abort', giveUp);
    }
  }

  async function reportEnd(ending: Ended, { run, changes }: Made): Promise<void> {
    if (ending.type === 'result') await sharePictures(ending.result, run.request, { blobs, readPicture });
    const change: RunChange =
      ending.type === 'error'
        ? { status: 'failed', error: ending.error }
        : toDone(run, ending.result, { now: clock.now() });
    await runs.report(run.id, [...changes, change], undefined, run);
    if (run.needsCredentials) await vault.drop(run.id);
  }

  async function giveBack(runId: string, end: RunEnd): Promise<RunEnd> {
    await runs.report(runId, { status: 'queued' });
    return end;
  }

  /** The signal aborts when the run is cancelled or this worker stops. */
  return async (runId: string, signal: AbortSignal): Promise<RunEnd> => {
    const known = await runs.read(runId);
    if (known === undefined || isEnded(known.status)) return 'ended';
    const isLackingToken = known.needsCredentials && (await vault.get(runId)) === undefined;
    // The caller's next poll sends the token and queues the run again.
    if (isLackingToken) return 'ended';
    const run = await runs.report(runId, { status: 'running' }, undefined, known);
    if (run === undefined) return 'ended';
    if (known.startedAt === undefined) observer.taken(run, run.startedAt ?? clock.now());
    // An abort that came before the listener was added calls no listener.
    if (signal.aborted) return giveBack(runId, 'interrupted');
    const made = await produce(run, signal).catch((error: unknown) => ({ ending: toEnding(error), run, changes: [] }));
    const { ending, changes } = made;
    if (ending.type === 'postponed') {
      if (changes.length > 0) await runs.report(runId, changes, undefined, made.run);
      return ending.milliseconds;
    }
    const how = whatItMeans(ending, signal);
    if (how !== 'ended') return giveBack(runId, how);
    await reportEnd(ending, made);
    return 'ended';
  };
}

/** Shares pictures that only this worker has. Without them the run is not done. */
async function sharePictures(
  { pictures }: GenerationResult,
  { deliver }: GenerationRequest,
  { blobs, readPicture }: Pick<QueueRunOptions, 'blobs' | 'readPicture'>,
): Promise<void> {
  for (const { id, url } of pictures) {
    if (deliver === 'url' && url?.startsWith('/') !== true) continue;
    const picture = await readPicture(id);
    if (picture === undefined) throw new Error('a finished picture is not on the shelf');
    await blobs.put(blobKeys.picture(id), picture.bytes, PICTURE_LIFE_SECONDS);
  }
}

type Ended = Exclude<LastEvent, { readonly type: 'postponed' }>;

interface Made {
  readonly ending: LastEvent;
  readonly run: Run;
  readonly changes: readonly RunChange[];
}

const toEnding = (error: unknown): Ended => ({ type: 'error', error: toErrorRecord(toAppError(error)) });

const INTERRUPTIONS: readonly ErrorRecord['code'][] = ['worker_unavailable', 'cancelled'];

function whatItMeans(ending: Ended, signal: AbortSignal): RunEnd {
  if (ending.type === 'result') return 'ended';
  if (ending.error.code === 'queue_full') return 'full';
  return signal.aborted || INTERRUPTIONS.includes(ending.error.code) ? 'interrupted' : 'ended';
}
