import { createDdim } from './ddim.ts';
import { createDpmSolverMultistep } from './dpm-solver-multistep.ts';
import { createEuler } from './euler.ts';
import { createEulerAncestral } from './euler-ancestral.ts';
import { unsupportedConfig } from './faults.ts';
import { createLcm } from './lcm.ts';
import { createPndm } from './pndm.ts';
import type { Scheduler, SchedulerConfig, SchedulerFactory } from './scheduler.ts';

/** By diffusers' class names. */
const SCHEDULERS: Readonly<Record<string, SchedulerFactory>> = {
  PNDMScheduler: createPndm,
  DDIMScheduler: createDdim,
  EulerDiscreteScheduler: createEuler,
  EulerAncestralDiscreteScheduler: createEulerAncestral,
  DPMSolverMultistepScheduler: createDpmSolverMultistep,
  LCMScheduler: createLcm,
};

export const SCHEDULER_CLASSES: readonly string[] = Object.keys(SCHEDULERS);

/**
 * Creates the scheduler of a `scheduler_config.json`. As in diffusers' `from_config`, missing keys have the defaults of the
 * class, and unknown keys are ignored. To use another scheduler, change `_class_name`.
 *
 * Throws AppError `engine_failed` for an unknown class or an option value that cannot be honoured.
 */
export function createScheduler(config: SchedulerConfig): Scheduler {
  const name = config._class_name;
  const create = typeof name === 'string' && Object.hasOwn(SCHEDULERS, name) ? SCHEDULERS[name] : undefined;
  if (create !== undefined) return create(config);
  throw unsupportedConfig(
    `_class_name is ${JSON.stringify(name)}, but must be one of ${SCHEDULER_CLASSES.join(', ')}.`,
  );
}
