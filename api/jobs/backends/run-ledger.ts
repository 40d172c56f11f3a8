import { toErrorRecord } from '../../../shared/errors.ts';
import { type Run, toDone, toRunChange, toRunEnd } from '../../../shared/queue/run.ts';
import type { RunLedger } from '../../dispatch/dispatch.ts';
import type { JobContext } from '../context.ts';

/** How long a job whose caller comes back waits for a worker that cannot be reached. */
const PATIENCE_MS = 30 * 60_000;

type Needed = 'journal' | 'vault' | 'estimates' | 'pictures' | 'observer' | 'clock' | 'log' | 'onEnded';

interface LedgerContext extends Pick<JobContext, Needed> {
  /** Epoch milliseconds at which a worker last woke. */
  readonly wokeAt: () => number;
}

/** Records what this gateway's own dispatch reports of its runs. */
export function createRunLedger(context: LedgerContext): RunLedger {
  const { journal, vault, clock, log } = context;
  /** By run: when its patience was first asked for, by the clock's `elapsed`. */
  const patientFrom = new Map<string, number>();

  async function end(run: Run | undefined): Promise<void> {
    if (run === undefined) return;
    patientFrom.delete(run.id);
    context.observer.waited(run, run.startedAt ?? clock.now());
    context.observer.ended(toRunEnd(run));
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
      await end(await journal.report(runId, toDone(run, made, { now: clock.now(), wokeAt: context.wokeAt() })));
      context.estimates.learn(made);
      await journal.writeFact('means', context.estimates.toText());
    },
    fail: async (runId, error) => {
      const run = await journal.report(runId, { status: 'failed', error: toErrorRecord(error) });
      if (run !== undefined) log.warn({ runId, code: error.code, err: error }, 'a run failed');
      await end(run);
    },
    isPatient: async (runId) => {
      const from = patientFrom.get(runId) ?? clock.elapsed();
      // Cancelled runs are not reported here, so old entries are removed.
      for (const [id, since] of patientFrom) if (clock.elapsed() - since > 2 * PATIENCE_MS) patientFrom.delete(id);
      patientFrom.set(runId, from);
      return clock.elapsed() - from < PATIENCE_MS && journal.isPatient(runId);
    },
  };
}
