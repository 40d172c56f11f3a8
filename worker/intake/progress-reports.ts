import type { ProgressEvent } from '../../shared/contract/generation.ts';
import { type RunChange, toRunChange } from '../../shared/queue/run.ts';
import { type Clock, pause } from '../../shared/wait.ts';

/** Writes progress to the shared record: at most two reports a second, with every stage in between. */

export interface ProgressReport {
  readonly changes: readonly RunChange[];
  /** The newest preview since the last report. */
  readonly preview?: ProgressEvent['preview'];
}

export interface ProgressReports {
  add(event: ProgressEvent): void;
  /** Ends the reports. Resolves with the changes that were not reported yet. */
  end(): Promise<ProgressReport>;
}

const INTERVAL_MS = 500;
const NOTHING: ProgressReport = { changes: [] };

interface ProgressReportsOptions {
  readonly report: (progress: ProgressReport) => Promise<void>;
  readonly onFailure: (error: unknown) => void;
  readonly clock: Clock;
}

export function createProgressReports({ report, onFailure, clock }: ProgressReportsOptions): ProgressReports {
  const ended = new AbortController();
  let pending = NOTHING;
  let reporting: Promise<void> | undefined;

  async function reportAll(): Promise<void> {
    while (!ended.signal.aborted && pending !== NOTHING) {
      await pause(clock, INTERVAL_MS, ended.signal);
      if (ended.signal.aborted) return;
      const progress = pending;
      pending = NOTHING;
      await report(progress);
    }
  }

  return {
    add: (event) => {
      const change = toRunChange(event);
      const last = pending.changes.at(-1);
      // Within one stage only the newest state matters.
      const before = last?.stage === change.stage ? pending.changes.slice(0, -1) : pending.changes;
      const merged = last?.stage === change.stage ? { ...last, ...change } : change;
      pending = { changes: [...before, merged], preview: event.preview ?? pending.preview };
      reporting ??= reportAll()
        .catch(onFailure)
        .finally(() => {
          reporting = undefined;
        });
    },
    end: async () => {
      if (reporting !== undefined) ended.abort();
      await reporting;
      return pending;
    },
  };
}
