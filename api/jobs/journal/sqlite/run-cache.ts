import type { Run } from '../../../../shared/queue/run.ts';

/** Limit for the records' text. The objects take about twice as many bytes. */
const MAX_CHARACTERS = 4 * 1024 * 1024;

/** Recently read ended runs. Reading one from the file takes a tenth of the time of a remembered answer. */
export function createRunCache(maxCharacters = MAX_CHARACTERS) {
  const entries = new Map<string, { readonly run: Run; readonly size: number }>();
  let total = 0;

  function drop(runId: string): void {
    total -= entries.get(runId)?.size ?? 0;
    entries.delete(runId);
  }

  return {
    get: (runId: string): Run | undefined => entries.get(runId)?.run,
    /** `size`: number of characters of its record. */
    set: (run: Run, size: number): void => {
      drop(run.id);
      entries.set(run.id, { run, size });
      total += size;
      for (const [oldest] of entries) {
        if (total <= maxCharacters) break;
        drop(oldest);
      }
    },
    drop,
  };
}
