import type { Stage } from '../../shared/contract/generation.ts';
import type { Clock } from '../../shared/wait.ts';

export interface StageTimes {
  /** Starts a stage and ends the one before it. */
  enter(stage: Stage): void;
  /** Whole milliseconds by stage until now. A stage that is entered again continues its sum. */
  totals(): Partial<Record<Stage, number>>;
}

export function createStageTimes({ elapsed }: Pick<Clock, 'elapsed'>): StageTimes {
  const totals = new Map<Stage, number>();
  let current: { readonly stage: Stage; readonly since: number } | undefined;

  function addElapsed(): void {
    if (current === undefined) return;
    totals.set(current.stage, (totals.get(current.stage) ?? 0) + elapsed() - current.since);
  }

  return {
    enter(stage) {
      if (stage === current?.stage) return;
      addElapsed();
      current = { stage, since: elapsed() };
    },
    totals() {
      addElapsed();
      current = undefined;
      return Object.fromEntries([...totals].map(([stage, ms]) => [stage, Math.round(ms)]));
    },
  };
}
