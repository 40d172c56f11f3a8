import type { NumberLimit } from '../../engine.ts';
import type { SchedulerConfig } from '../schedulers/scheduler.ts';

/** How a model was trained, as far as it changes what may be asked of it. */
export type Family = 'standard' | 'turbo' | 'lcm';

/**
 * No config names the family. Adversarially distilled models (SD-Turbo, SDXL-Turbo, Lightning) are the ones that come
 * with an Euler scheduler and trailing timesteps; v-prediction models with trailing timesteps are ordinary ones.
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

/** Defaults of diffusers' pipelines and of the models' own cards; fewer steps than there, since most run on a CPU. */
export function toFamilyLimits({ family, isXl, guidanceWidth }: FamilyOptions): FamilyLimits {
  if (family === 'turbo') {
    // Trained for 1 to 4 steps without guidance: more of either burns the picture.
    return {
      steps: { min: 1, max: 4, step: 1, default: 2 },
      guidanceScale: { min: 0, max: 1, default: 0 },
      negativePrompt: false,
    };
  }
  if (family === 'lcm') {
    const isToldGuidance = guidanceWidth !== undefined;
    return {
      // Its scheduler knows no more than the 50 steps that it was distilled from.
      steps: { min: 1, max: 50, step: 1, default: 4 },
      guidanceScale: { min: 0, max: 30, default: isToldGuidance ? 8.5 : 1 },
      negativePrompt: !isToldGuidance,
    };
  }
  return {
    steps: { min: 1, max: 150, step: 1, default: 25 },
    guidanceScale: { min: 0, max: 30, default: isXl ? 5 : 7.5 },
    negativePrompt: true,
  };
}
