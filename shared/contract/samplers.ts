/** Samplers and noise schedules by AUTOMATIC1111's names, which clients know best. */

export const SAMPLERS = [
  'Euler a',
  'Euler',
  'DPM++ 2M',
  'DPM++ 2M SDE',
  'DPM++ 2M SDE Heun',
  'DDIM',
  'PLMS',
  'LCM',
] as const;
export type SamplerName = (typeof SAMPLERS)[number];

/** `Automatic`: the model's own schedule. */
export const SCHEDULERS = ['Automatic', 'Normal', 'Karras', 'Exponential', 'Beta', 'SGM Uniform'] as const;
export type SchedulerName = (typeof SCHEDULERS)[number];
