import type { ProgressEvent } from '../../../../shared/contract/generation.ts';
import type { Run } from '../../../../shared/queue/run.ts';
import type { RunListener } from '../journal.ts';

/** Unfinished runs and who listens to them. They are in memory, since progress is not worth a write. */
export interface LiveRuns {
  get(runId: string): Run | undefined;
  /** Listeners do not hear of it. */
  set(run: Run): void;
  publish(run: Run, preview: ProgressEvent['preview']): void;
  drop(runId: string): void;
  subscribe(runId: string, listener: RunListener): () => void;
}

export function createLiveRuns(): LiveRuns {
  const runs = new Map<string, Run>();
  const listeners = new Map<string, Set<RunListener>>();

  return {
    get: (runId) => runs.get(runId),
    set: (run) => void runs.set(run.id, run),
    publish: (run, preview) => {
      runs.set(run.id, run);
      for (const listener of listeners.get(run.id) ?? []) listener({ run, preview });
    },
    drop: (runId) => void runs.delete(runId),
    subscribe: (runId, listener) => {
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
