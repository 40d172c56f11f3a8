import type { Encoded, Outcome } from '../dialect.ts';
import { toTimestamp } from './txt2img.ts';

/** An idle service answers progress 0 and no job. SillyTavern waits for exactly that after it has set a model. */
export function encodeProgress({ command, job }: Outcome): Encoded {
  const isPlain = command.do === 'current' && command.withoutPreview === true;
  const steps = job?.request.steps ?? 0;
  const progress = job?.progress ?? 0;
  return {
    status: 200,
    body: {
      progress,
      eta_relative: job?.etaSeconds ?? 0,
      state: {
        skipped: false,
        interrupted: false,
        stopping_generation: false,
        job: job === undefined ? '' : 'txt2img',
        job_count: job === undefined ? 0 : 1,
        job_timestamp: job === undefined ? '0' : toTimestamp(job.createdAt),
        job_no: 0,
        sampling_step: Math.floor(progress * steps),
        sampling_steps: steps,
      },
      current_image: isPlain ? null : (job?.preview?.base64 ?? null),
      textinfo: job?.stage ?? null,
    },
  };
}
