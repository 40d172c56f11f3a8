import { z } from 'zod';
import { generationRequestSchema, STAGES } from '../contract/generation.ts';
import { errorRecordSchema, generationResultSchema, previewSchema } from '../contract/wire.ts';
import { isEnded, type Run, type RunEnding, type RunOrigin, toStep } from './run.ts';

/**
 * Runs as journals store them and as channels carry them. They are parsed, since another version may have written them:
 * unknown fields are dropped, unknown error codes become `internal`.
 */

const step = z.object({
  number: z.int(),
  status: z.enum(['queued', 'running', 'storing', 'done', 'failed', 'cancelled']),
  /** A stage of a newer version is left out. */
  stage: z.enum(STAGES).optional().catch(undefined),
  ...{ stageAt: z.number().optional(), fraction: z.number().optional(), engine: z.string().optional() },
  ...{ engineStatus: z.string().optional(), queuePosition: z.number().optional(), startedAt: z.number().optional() },
});

const ending = z.object({
  ...{ result: generationResultSchema.optional(), error: errorRecordSchema.optional() },
  ...{ finishedAt: z.number().optional(), rememberUntil: z.number().optional() },
});

const origin = z.object({
  ...{ id: z.string(), ticketId: z.string(), clientId: z.string(), request: generationRequestSchema },
  ...{ needsCredentials: z.boolean(), rememberMs: z.number(), createdAt: z.number() },
  trace: z.object({ requestId: z.string(), traceparent: z.string() }),
  // The defaults are for records that are older than these fields.
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

/** One message about a run: only what changed. */
export const runMessageSchema = z.object({
  steps: z.array(step).min(1),
  ending: ending.optional(),
  preview: previewSchema.optional().catch(undefined),
});
export type RunMessage = z.infer<typeof runMessageSchema>;

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

/** `after`: number of the last event that was published. */
export function toMessageText(whole: Run, after: number, preview: RunMessage['preview']): string {
  const recorded = whole.steps.filter(({ number }) => number > after);
  // A preview is not recorded as a step, so the run's present state goes with it.
  const steps = recorded.at(-1)?.number === whole.number ? recorded : [...recorded, toStep(whole)];
  return JSON.stringify({ steps, ...(isEnded(whole.status) && { ending: toEnding(whole) }), preview });
}
