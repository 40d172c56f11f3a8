/** Why a browser in service was replaced: after its share of jobs, for its memory, or because it died. */
export const REPLACEMENTS = ['jobs', 'memory', 'death'] as const;
export type Replacement = (typeof REPLACEMENTS)[number];

/** Since the worker started. */
export interface Replacements {
  note(reason: Replacement): void;
  counts(): Readonly<Record<Replacement, number>>;
}

export function createReplacements(): Replacements {
  const counts = { jobs: 0, memory: 0, death: 0 };
  return {
    note: (reason) => {
      counts[reason] += 1;
    },
    counts: () => ({ ...counts }),
  };
}
