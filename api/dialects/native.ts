import { z } from 'zod';
import { type AppError, ERRORS, type ErrorCode } from '../../shared/errors.ts';
import type { Job } from '../jobs/job.ts';
import { toFailedPage } from '../page/answers.ts';
import type { DialectInput, Encoded, FailedRequest, Outcome } from './dialect.ts';

/** What Easel's own dialects (`generate`, `jobs`) share: the error, and the answer for a picture that is still being made. */

/** -1 asks for a random seed in every dialect. In the canonical draft the seed is then missing. */
export const toSeed = (seed: number): { seed?: number } => (seed < 0 ? {} : { seed });

export const nativeError = z
  .object({
    success: z.literal(false),
    error: z.string().meta({ description: 'A sentence for a person.' }),
    code: z.enum(Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]]),
    field: z.string().optional().meta({ description: 'The parameter to blame.' }),
    faults: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
    retryable: z.boolean(),
    attempts: z.array(z.object({ engine: z.string(), code: z.string() })).optional(),
  })
  .meta({ id: 'Error' });

/** `output=page`: the answer is for a person whose browser runs no script. */
const wantsPage = ({ query }: Pick<DialectInput, 'query'>): boolean => query.output === 'page';

/** For `Command.echo`, from which `encode` knows the form that was asked for. */
export const toPageEcho = (input: DialectInput): { echo?: Readonly<Record<string, string>> } =>
  wantsPage(input) ? { echo: { page: input.headers['accept-language'] ?? '' } } : {};

export function encodeNativeError(error: AppError, request?: FailedRequest): Encoded {
  if (request !== undefined && wantsPage(request))
    return toFailedPage(error, { language: request.headers['accept-language'], toPath: request.toPath });
  const { field, faults, attempts } = error.details;
  return {
    status: error.status,
    body: {
      success: false,
      error: error.publicMessage,
      code: error.code,
      ...(field !== undefined && { field }),
      ...(faults !== undefined && { faults }),
      retryable: error.retryable === true,
      ...(attempts !== undefined && attempts.length > 0 && { attempts }),
    },
  };
}

export const pendingAnswer = z
  .object({
    success: z.literal(true),
    job_id: z.string(),
    status: z.enum(['queued', 'running', 'storing']),
    status_url: z.url(),
    stage: z.string().optional(),
    progress: z.number(),
    queue_position: z.int().optional(),
    eta_seconds: z.number().optional(),
    message: z.string(),
  })
  .meta({
    id: 'Pending',
    examples: [
      {
        success: true,
        job_id: 'Yx2kQ7',
        status: 'running',
        status_url: 'https://easel.example/jobs/Yx2kQ7',
        stage: 'generate',
        progress: 0.4,
        eta_seconds: 12,
        message: 'The picture is still being made. Send the same request again in 12 s, or ask status_url.',
      },
    ],
  });

/** Path of a job with its `seal`, which lets it survive the loss of its record, and is too long for a header. */
export function toJobPath({ id, seal }: Job, rest = ''): string {
  const path = `/jobs/${id}${rest}`;
  return seal === undefined ? path : `${path}?sealed=${seal()}`;
}

/** Clients ignore a longer Retry-After. */
const LONGEST_RETRY_SECONDS = 60;
const USUAL_RETRY_SECONDS = 5;

export function toRetrySeconds(etaSeconds: number | undefined): number {
  return Math.ceil(Math.min(Math.max(etaSeconds ?? USUAL_RETRY_SECONDS, 1), LONGEST_RETRY_SECONDS));
}

export function encodePending({ job, service }: Outcome): Encoded {
  if (job === undefined) throw new Error('a pending answer needs its job');
  // The job may have failed before this caller, who did not wait, is answered.
  if (job.error !== undefined) throw job.error;
  const seconds = toRetrySeconds(job.etaSeconds);
  return {
    status: 202,
    headers: { Location: service.toPath(`/jobs/${job.id}`), 'Retry-After': String(seconds) },
    body: {
      success: true,
      job_id: job.id,
      status: job.status,
      status_url: service.toAbsoluteUrl(toJobPath(job)),
      ...(job.stage !== undefined && { stage: job.stage }),
      progress: job.progress,
      ...(job.queuePosition !== undefined && { queue_position: job.queuePosition }),
      ...(job.etaSeconds !== undefined && { eta_seconds: job.etaSeconds }),
      message: `The picture is still being made. Send the same request again in ${seconds} s, or ask status_url.`,
    },
  };
}
