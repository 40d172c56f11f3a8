/** Why a browser in service was replaced: after its share of pages, for its memory, or because it or a page of it died. */
export const REPLACEMENTS = ['pages', 'memory', 'death'] as const;
export type Replacement = (typeof REPLACEMENTS)[number];

/** Since the worker started. */
export interface Replacements {
  /** Each browser counts once: one that is killed closes its pages first, and both are noticed. */
  note(reason: Replacement, browser: object): void;
  counts(): Readonly<Record<Replacement, number>>;
}

export function createReplacements(): Replacements {
  const noted = new WeakSet<object>();
  const counts = { pages: 0, memory: 0, death: 0 };
  return {
    note: (reason, browser) => {
      if (noted.has(browser)) return;
      noted.add(browser);
      counts[reason] += 1;
    },
    counts: () => ({ ...counts }),
  };
}
