import { z } from 'zod';
import { generationRequestSchema, STAGES } from '../contract/generation.ts';
import { ERRORS, type ErrorCode } from '../errors.ts';
import { isEnded, type Run, type RunEnding, type RunOrigin, toStep } from './run.ts';

/**
 * Runs as they rest in a journal and travel between services: parsed rather than trusted, since a neighbour of another
 * version may have written them. Unknown fields are dropped, unknown error codes are `internal`.
 */

const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(ERRORS, code);
const errorCode = z.string().transform((code): ErrorCode => (isErrorCode(code) ? code : 'internal'));
const attempts = z.array(z.object({ engine: z.string(), code: errorCode }));

const errorRecord = z.object({
  code: errorCode,
  message: z.string(),
  publicMessage: z.string().optional(),
  field: z.string().optional(),
  faults: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
  retryAfterSeconds: z.number().optional(),
  attempts: attempts.optional(),
});

const mediaType = z.enum(['image/png', 'image/jpeg', 'image/webp', 'image/avif']);

const picture = z.object({
  ...{ id: z.string(), width: z.number(), height: z.number(), seed: z.number(), mediaType },
  ...{ url: z.string().optional(), store: z.string().optional(), deleteToken: z.string().optional() },
  ...{ expiresAt: z.number().optional(), nsfw: z.boolean().optional() },
});

const result = z.object({
  ...{ engine: z.string(), pictures: z.array(picture), warnings: z.array(z.string()), attempts },
  ...{ guidanceScale: z.number().optional(), steps: z.number().optional(), sampler: z.string().optional() },
  ...{ isFallback: z.boolean().optional(), timings: z.partialRecord(z.enum(STAGES), z.number()) },
});

const step = z.object({
  number: z.int(),
  status: z.enum(['queued', 'running', 'storing', 'done', 'failed', 'cancelled']),
  /** A stage that only a newer neighbour knows is none here. */
  stage: z.enum(STAGES).optional().catch(undefined),
  ...{ stageAt: z.number().optional(), fraction: z.number().optional(), engine: z.string().optional() },
  ...{ engineStatus: z.string().optional(), queuePosition: z.number().optional(), startedAt: z.number().optional() },
});

const ending = z.object({
  ...{ result: result.optional(), error: errorRecord.optional() },
  ...{ finishedAt: z.number().optional(), rememberUntil: z.number().optional() },
});

const origin = z.object({
  ...{ id: z.string(), ticketId: z.string(), clientId: z.string(), request: z.object(generationRequestSchema.shape) },
  ...{ needsCredentials: z.boolean(), rememberMs: z.number(), createdAt: z.number() },
  trace: z.object({ requestId: z.string(), traceparent: z.string() }),
  // Of records that are older than these fields.
  ...{ cost: z.number().default(1), turn: z.number().default(0), isRetry: z.boolean().default(false) },
});

const run = z.object({
  ...origin.shape,
  ...step.shape,
  ...ending.shape,
  received: z.boolean().default(false),
  attendedBy: z.string().default(''),
  steps: z.array(step).default([]),
});

/** What one message tells of a run: only what changed. */
const message = z.object({
  steps: z.array(step).min(1),
  ending: ending.optional(),
  preview: z.object({ mediaType, base64: z.string() }).optional(),
});
export type RunMessage = z.infer<typeof message>;

export const parseRunMessage = (text: string): RunMessage => message.parse(JSON.parse(text));

/** Undefined for a record that cannot be read: it counts as lost. */
export const parseRun = (record: unknown): Run | undefined => run.safeParse(record).data;

export function toOriginText(whole: RunOrigin): string {
  const { id, ticketId, clientId, request, needsCredentials, rememberMs, trace, createdAt, cost, turn, isRetry } =
    whole;
  return JSON.stringify({
    ...{ id, ticketId, clientId, request, needsCredentials, rememberMs, trace, createdAt, cost, turn, isRetry },
  });
}

export const toEnding = ({ result, error, finishedAt, rememberUntil }: RunEnding): RunEnding => ({
  ...{ result, error, finishedAt, rememberUntil },
});

/** `after`: number of the last event that was told. */
export function toMessageText(whole: Run, after: number, preview: RunMessage['preview']): string {
  const recorded = whole.steps.filter(({ number }) => number > after);
  // A partial picture leaves no event behind, and is told with how the run stands.
  const steps = recorded.at(-1)?.number === whole.number ? recorded : [...recorded, toStep(whole)];
  return JSON.stringify({ steps, ...(isEnded(whole.status) && { ending: toEnding(whole) }), preview });
}
