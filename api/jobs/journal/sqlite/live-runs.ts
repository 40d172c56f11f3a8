import type { ProgressEvent } from '../../../../shared/contract/generation.ts';
import type { Run, RunEvent } from '../../../../shared/queue/run.ts';
import type { RunListener } from '../journal.ts';

/** What only matters while a run is in work, in memory: its progress, its latest events, and who listens. */

const MAX_EVENTS = 200;

export interface LiveRuns {
  get(runId: string): Run | undefined;
  /** Records an event and tells the listeners; previews are told and not recorded. */
  publish(run: Run, preview: ProgressEvent['preview']): void;
  events(runId: string): readonly RunEvent[];
  drop(runId: string): void;
  subscribe(runId: string, listener: RunListener): () => void;
}

export function createLiveRuns(): LiveRuns {
  const runs = new Map<string, Run>();
  const events = new Map<string, RunEvent[]>();
  const listeners = new Map<string, Set<RunListener>>();

  return {
    get: (runId) => runs.get(runId),
    publish: (run, preview) => {
      runs.set(run.id, run);
      const recorded = events.get(run.id) ?? [];
      if (preview === undefined) recorded.push({ run });
      if (recorded.length > MAX_EVENTS) recorded.shift();
      events.set(run.id, recorded);
      for (const listener of listeners.get(run.id) ?? []) listener({ run, preview });
    },
    events: (runId) => events.get(runId) ?? [],
    drop: (runId) => {
      runs.delete(runId);
      events.delete(runId);
    },
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
