import type { ProgressEvent } from '../../../../shared/contract/generation.ts';
import type { Run } from '../../../../shared/queue/run.ts';
import type { RunListener } from '../journal.ts';

/** Open runs and their listeners. They are in memory, since progress is not worth a write. */
export function createLiveRuns() {
  const runs = new Map<string, Run>();
  const listeners = new Map<string, Set<RunListener>>();

  return {
    get: (runId: string): Run | undefined => runs.get(runId),
    /** Sets the run without an event for its listeners. */
    set: (run: Run): void => void runs.set(run.id, run),
    publish: (run: Run, preview?: ProgressEvent['preview']): void => {
      runs.set(run.id, run);
      for (const listener of listeners.get(run.id) ?? []) listener({ run, preview });
    },
    drop: (runId: string): void => void runs.delete(runId),
    subscribe: (runId: string, listener: RunListener): (() => void) => {
      const those = listeners.get(runId) ?? new Set();
      listeners.set(runId, those);
      those.add(listener);
      return () => {
        those.delete(listener);
        if (those.size === 0 && listeners.get(runId) === those) listeners.delete(runId);
      };
    },
  };
}
