import { AppError } from '../../../shared/errors.ts';
import type { Clock } from '../../../shared/wait.ts';
import type { GuardedFetch } from '../../upstream/guarded-fetch.ts';
import { requireBase64Picture, requirePicture } from '../../upstream/upstream.ts';
import type { EngineContext, EngineImage } from '../engine.ts';
import type { ServiceCalls } from '../service-calls.ts';
import type { ServiceAnswer, ServiceCall } from '../service-description.ts';
import { isPoolFull } from './failures.ts';
import { type Accepted, acceptedSchema, checkSchema, type HordeCheck, statusSchema } from './schema.ts';

const FIRST_PAUSE_MS = 1000;
const PAUSE_GROWTH = 1.5;
const LONGEST_PAUSE_MS = 5000;
/** The Horde allows two submissions a second from an address. This is far below that. */
const FULL_POOL_PAUSE_MS = 7500;
/** Ten looks a minute are allowed. */
const STATUS_PAUSE_MS = 6000;
/** Workers come and go, so that "nobody can do that" counts only after this time. */
const IMPOSSIBLE_GRACE_MS = 10_000;

interface GenerationOptions {
  readonly calls: ServiceCalls;
  readonly context: EngineContext;
  readonly clock: Clock;
  /** The operator's longest wait for a place at AI Horde. */
  readonly maxWaitSeconds: number;
  readonly fetchPicture: GuardedFetch;
}

/** One picture at AI Horde: submitted, checked until it is made, fetched. */
export interface Generation {
  submit(call: ServiceCall): Promise<Accepted>;
  waitUntilDone(id: string): Promise<void>;
  fetchImage(id: string): Promise<EngineImage>;
}

export function createGeneration({
  calls,
  context,
  clock,
  maxWaitSeconds,
  fetchPicture,
}: GenerationOptions): Generation {
  const { signal, onProgress } = context;

  /** While the shared pool is full, submits again, up to the operator's longest wait for the Horde. */
  async function submit(call: ServiceCall): Promise<Accepted> {
    for (let waitedMs = 0; ; waitedMs += FULL_POOL_PAUSE_MS) {
      try {
        return acceptedSchema.parse((await calls.submit(call)).json);
      } catch (error) {
        if (!isPoolFull(error) || waitedMs + FULL_POOL_PAUSE_MS > maxWaitSeconds * 1000) throw error;
      }
      const engineStatus = "AI Horde's free places are all taken";
      onProgress({ stage: 'queue', engineStatus });
      await clock.wait(FULL_POOL_PAUSE_MS, signal);
    }
  }

  async function waitUntilDone(id: string): Promise<void> {
    const startedAt = clock.elapsed();
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * PAUSE_GROWTH, LONGEST_PAUSE_MS)) {
      await clock.wait(pauseMs, signal);
      const answer = await calls.ask({ url: `/generate/check/${id}` });
      if ('restMs' in answer) continue;
      const check = checkSchema.parse(answer.json);
      if (check.done) return;
      refuseHopeless(check, clock.elapsed() - startedAt, maxWaitSeconds);
      const isWaiting = check.processing === 0;
      const engineStatus = isWaiting
        ? `place ${check.queue_position} in AI Horde's queue, about ${check.wait_time} s`
        : `being made, about ${check.wait_time} s`;
      onProgress({ stage: isWaiting ? 'queue' : 'generate', engineStatus });
    }
  }

  /** `status` may be asked only ten times a minute, so it is asked once, at the end. */
  async function fetchImage(id: string): Promise<EngineImage> {
    onProgress({ stage: 'download' });
    const answer = await readStatus(id);
    const [generation] = statusSchema.parse(answer.json).generations;
    if (generation === undefined) throw new AppError('engine_failed', 'AI Horde: done without a picture');
    const { img, seed, censored, state } = generation;
    // The picture is a placeholder then.
    if (censored || state !== 'ok') throw calls.toEndError({ is: 'refused', reason: `the picture is ${state}` });
    const isAddress = img.startsWith('http');
    const bytes = isAddress
      ? requirePicture(await fetchPicture(img, { signal: signal }), 'AI Horde: the picture')
      : requireBase64Picture(img, 'AI Horde: the picture');
    return { bytes, seed: Number(seed) };
  }

  async function readStatus(id: string): Promise<ServiceAnswer> {
    for (;;) {
      const answer = await calls.ask({ url: `/generate/status/${id}` });
      if (!('restMs' in answer)) return answer;
      await clock.wait(Math.max(answer.restMs, STATUS_PAUSE_MS), signal);
    }
  }

  return { submit, waitUntilDone, fetchImage };
}

function refuseHopeless(check: HordeCheck, waitedMs: number, maxWaitSeconds: number): void {
  const { faulted, is_possible, processing, wait_time } = check;
  if (faulted) throw new AppError('engine_failed', 'AI Horde: the request is faulted');
  if (!is_possible && waitedMs >= IMPOSSIBLE_GRACE_MS) {
    throw new AppError('engine_busy', 'AI Horde: no worker can do this', {
      publicMessage: 'Nobody at AI Horde can make this picture now.',
    });
  }
  if (processing === 0 && wait_time > maxWaitSeconds) {
    throw new AppError('engine_busy', `AI Horde names a wait of ${wait_time} s`, {
      publicMessage: `AI Horde names a wait of ${wait_time} s, and this service waits at most ${maxWaitSeconds} s for it.`,
    });
  }
}
