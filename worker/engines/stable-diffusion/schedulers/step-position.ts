import { misuse } from './faults.ts';

/** Which entry of the plan is next. Entries are counted, because timesteps may repeat. */
export interface StepPosition {
  /** Forgets an earlier run. */
  reset(timesteps: readonly number[]): void;
  /** The index of the next entry. At first that of `timestep`, then one more after each `advance`. */
  current(timestep: number): number;
  advance(): void;
  /** Throws when `timestep` is not planned. */
  find(timestep: number): number;
}

export function createStepPosition(planned: readonly number[]): StepPosition {
  let timesteps = planned;
  let isPlanned = false;
  let position: number | undefined;

  const find = (timestep: number) => {
    const index = timesteps.indexOf(timestep);
    if (index < 0) throw misuse(`timestep ${timestep} is not among the scheduler's timesteps`);
    return index;
  };

  return {
    reset: (next) => {
      timesteps = next;
      isPlanned = true;
      position = undefined;
    },
    current: (timestep) => {
      if (!isPlanned) throw misuse('call setTimesteps before step');
      position ??= find(timestep);
      if (position >= timesteps.length) throw misuse('every timestep has been stepped: call setTimesteps');
      return position;
    },
    advance: () => {
      if (position !== undefined) position++;
    },
    find,
  };
}
