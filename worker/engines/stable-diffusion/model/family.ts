import type { NumberLimit } from '../../engine.ts';
import type { SchedulerConfig } from '../schedulers/scheduler.ts';

/** How a model was trained, as far as that limits the requests that it can serve. */
export type Family = 'standard' | 'turbo' | 'lcm';

/**
 * No config names the family. An Euler scheduler with trailing timesteps shows an adversarially distilled model
 * (SD-Turbo, SDXL-Turbo, Lightning), unless the model predicts v: then it is an ordinary one.
 */
export function toFamily(scheduler: SchedulerConfig, guidanceWidth: number | undefined): Family {
  const name = String(scheduler._class_name);
  if (guidanceWidth !== undefined || name === 'LCMScheduler') return 'lcm';
  const isTrailing = scheduler.timestep_spacing === 'trailing';
  return name.startsWith('Euler') && isTrailing && scheduler.prediction_type !== 'v_prediction' ? 'turbo' : 'standard';
}

export interface FamilyLimits {
  readonly steps: NumberLimit;
  readonly guidanceScale: NumberLimit;
  readonly negativePrompt: boolean;
}

interface FamilyOptions {
  readonly family: Family;
  readonly isXl: boolean;
  readonly guidanceWidth: number | undefined;
}

/**
 * Defaults of diffusers' pipelines and of the models' own cards, but with fewer steps, because most models run on a CPU
 * here.
 */
export function toFamilyLimits({ family, isXl, guidanceWidth }: FamilyOptions): FamilyLimits {
  if (family === 'turbo') {
    // Trained for 1 to 4 steps without guidance. More steps or guidance spoil the picture.
    return {
      steps: { min: 1, max: 4, step: 1, default: 2 },
      guidanceScale: { min: 0, max: 1, default: 0 },
      negativePrompt: false,
    };
  }
  if (family === 'lcm') {
    const hasGuidanceInput = guidanceWidth !== undefined;
    return {
      // Its scheduler has only the 50 steps of its distillation.
      steps: { min: 1, max: 50, step: 1, default: 4 },
      guidanceScale: { min: 0, max: 30, default: hasGuidanceInput ? 8.5 : 1 },
      negativePrompt: !hasGuidanceInput,
    };
  }
  return {
    steps: { min: 1, max: 150, step: 1, default: 25 },
    guidanceScale: { min: 0, max: 30, default: isXl ? 5 : 7.5 },
    negativePrompt: true,
  };
}
