import type { GenerationResult } from '../../shared/contract/generation.ts';
import { toErrorRecord } from '../../shared/errors.ts';
import { type Run, toRunChange } from '../../shared/queue-run.ts';
import type { RunDesk } from '../dispatch/dispatch.ts';
import type { JobContext } from './context.ts';

/** A picture of another engine than the wished one is not held to for long: the wished one may be back. */
const FALLBACK_MEMORY_MS = 5 * 60_000;
/** How long a job that somebody comes back for waits for a worker that cannot be reached. */
const PATIENCE_MS = 30 * 60_000;

interface DeskContext extends Omit<JobContext, 'dispatch' | 'policy' | 'ids' | 'checkCallback'> {
  /** Epoch milliseconds at which a worker last woke. */
  readonly wokeAt: () => number;
}

/** What happens to runs in work, told by a dispatch that lives in this gateway. */
export function createDesk(context: DeskContext): RunDesk {
  const { journal, vault, clock, log } = context;

  async function end(run: Run | undefined): Promise<void> {
    if (run === undefined) return;
    await vault.drop(run.id);
    context.onEnded();
  }

  return {
    open: async (runId) => {
      const credentials = await vault.get(runId);
      const run = await journal.report(runId, { status: 'running' });
      if (run === undefined) return undefined;
      const production = { jobId: runId, request: run.request, ...(credentials !== undefined && { credentials }) };
      return { production, trace: run.trace };
    },
    putBack: async (runId) => void (await journal.report(runId, { status: 'queued' })),
    progress: async (runId, event) => void (await journal.report(runId, toRunChange(event), event.preview)),
    finish: async (runId, made) => {
      const run = await journal.run(runId);
      if (run === undefined) return;
      await context.pictures.secure(made, run.request);
      const result = withWaiting(made, run, context.wokeAt());
      const rememberUntil = toRememberUntil(run, result, context);
      await end(await journal.report(runId, { status: 'done', result, rememberUntil }));
      context.estimates.learn(made);
      await journal.writeFact('means', context.estimates.toText());
    },
    fail: async (runId, error) => {
      const run = await journal.report(runId, { status: 'failed', error: toErrorRecord(error) });
      if (run !== undefined) log.warn({ runId, code: error.code, err: error }, 'a run failed');
      await end(run);
    },
    isPatient: async (runId) => {
      const run = await journal.run(runId);
      const isYoung = run !== undefined && clock.now() - run.createdAt < PATIENCE_MS;
      return isYoung && journal.isPatient(runId);
    },
  };
}

/** The worker's own stages, and before them the time that this gateway waited. */
function withWaiting(result: GenerationResult, { createdAt, startedAt }: Run, wokeAt: number): GenerationResult {
  const waited = (startedAt ?? createdAt) - createdAt;
  const wake = Math.min(Math.max(wokeAt - createdAt, 0), waited);
  const queue = waited - wake + (result.timings.queue ?? 0);
  return { ...result, timings: { ...result.timings, ...(wake > 0 && { wake }), queue } };
}

function toRememberUntil(
  { request }: Run,
  result: GenerationResult,
  { clock, limits }: Pick<JobContext, 'clock' | 'limits'>,
): number | undefined {
  if (!request.seedGiven) return undefined;
  const forMs = result.attempts.length > 0 ? Math.min(limits.rememberMs, FALLBACK_MEMORY_MS) : limits.rememberMs;
  const hostedUntil = result.pictures.map(({ expiresAt }) => expiresAt ?? Number.POSITIVE_INFINITY);
  return Math.min(clock.now() + forMs, ...hostedUntil);
}
