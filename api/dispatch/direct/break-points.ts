/** A run fails when the points of its broken and unanswered attempts add up to more than this. */
const MAX_POINTS = 20;
const POINTS = { broken: 4, absent: 1 } as const;

/** Counts the failed attempts of runs. */
export interface BreakPoints {
  /** Counts an attempt. Returns whether there were too many, and then forgets the run. */
  add(runId: string, kind: keyof typeof POINTS): boolean;
  forget(runId: string): void;
}

export function createBreakPoints(): BreakPoints {
  const points = new Map<string, number>();

  return {
    add: (runId, kind) => {
      const sum = (points.get(runId) ?? 0) + POINTS[kind];
      if (sum < MAX_POINTS) points.set(runId, sum);
      else points.delete(runId);
      return sum >= MAX_POINTS;
    },
    forget: (runId) => void points.delete(runId),
  };
}
