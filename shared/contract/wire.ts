import { z } from 'zod';
import { type ErrorRecord, toErrorCode } from '../errors.ts';
import { FORMATS, toMediaType } from '../picture/media-type.ts';
import {
  type GenerationResult,
  generationRequestSchema,
  type ProgressEvent,
  STAGES,
  type Stage,
} from './generation.ts';

/**
 * What gateway and worker say to each other. Every route but health asks for the bearer secret WORKER_TOKEN.
 *
 * POST /productions     Production -> 200, newline-delimited JSON of ProductionEvent; the last line is `result`, `error`
 *                       or `postponed`. Refused before it starts: a plain JSON ErrorRecord with the error's status.
 *                       Closing the connection cancels. The same jobId while running joins, never runs twice.
 * GET /pictures/{id}    bytes of a finished picture, kept for a while
 * POST /removals        Removal -> 204; removes the hosted copy
 * GET /health           WorkerHealth, without the secret; 503 unless it is healthy
 * GET /status           WorkerStatus
 *
 * Gateway and worker may be one version apart: messages are parsed, unknown fields are dropped, and unknown error codes
 * become `internal`. Every request and every answer carries its WIRE_VERSION in the header WIRE_HEADER.
 */

/** Raise it with every change that the previous version would misunderstand. */
export const WIRE_VERSION = 1;
export const WIRE_HEADER = 'easel-wire';

/** Whether the other service's version is too far from ours. One without the header is older than the header, and counts as 0. */
export const isWireTooFar = (theirs: unknown): boolean => Math.abs(Number(theirs ?? 0) - WIRE_VERSION) > 1;

export const productionSchema = z.object({
  /** Runs at most once at a time. The picture ids are derived from it, so a repeated run makes no second picture. */
  jobId: z.string().min(1).max(200),
  request: generationRequestSchema,
  /** Milliseconds until the job's deadline. */
  timeoutMs: z.int().min(1).optional(),
  /** In ordinary pictures, as the gateway judges it. Missing: what the request costs. */
  cost: z.int().min(1).optional(),
  /** Callers' own tokens, keyed by engine name. Kept in memory only, never logged or stored. */
  credentials: z.record(z.string(), z.string()).optional(),
});
export type Production = z.infer<typeof productionSchema>;

export type ProductionEvent =
  | ({ readonly type: 'progress' } & ProgressEvent)
  /** Carries no news; it keeps proxies from closing an idle connection. */
  | { readonly type: 'alive' }
  | LastEvent;

export type LastEvent =
  | { readonly type: 'result'; readonly result: GenerationResult }
  | { readonly type: 'error'; readonly error: ErrorRecord }
  /** Its engine may serve after so many milliseconds. The worker has forgotten the production: it is to be posted again. */
  | { readonly type: 'postponed'; readonly milliseconds: number };

export const isLastEvent = (event: ProductionEvent): event is LastEvent => LAST_TYPES.has(event.type);
const LAST_TYPES: ReadonlySet<string> = new Set<LastEvent['type']>(['result', 'error', 'postponed']);

export const removalSchema = z.object({
  store: z.string(),
  pictureId: z.string(),
  url: z.string(),
  deleteToken: z.string().optional(),
});
export type Removal = z.infer<typeof removalSchema>;

const shortText = (maxCharacters: number) => z.string().transform((text) => text.slice(0, maxCharacters));
const MAX_STATUS_CHARACTERS = 200;
const MAX_SENTENCE_CHARACTERS = 1000;
const MAX_SENTENCES = 50;

const attempts = z.array(
  z.object({ engine: shortText(MAX_STATUS_CHARACTERS), code: z.string().transform(toErrorCode) }),
);

export const errorRecordSchema = z.object({
  code: z.string().transform(toErrorCode),
  message: shortText(4 * MAX_SENTENCE_CHARACTERS),
  publicMessage: shortText(MAX_SENTENCE_CHARACTERS).optional(),
  field: shortText(MAX_STATUS_CHARACTERS).optional(),
  faults: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
  retryAfterSeconds: z.number().min(0).optional().catch(undefined),
  attempts: attempts.optional(),
}) satisfies z.ZodType<ErrorRecord>;

const mediaType = z.enum(FORMATS.map(toMediaType));
export const previewSchema = z.object({ mediaType, base64: z.string() });

const progressSchema = z.object({
  type: z.literal('progress'),
  stage: z.enum(STAGES),
  engine: shortText(MAX_STATUS_CHARACTERS).optional(),
  fraction: z.number().min(0).max(1).optional().catch(undefined),
  engineStatus: shortText(MAX_STATUS_CHARACTERS).optional(),
  preview: previewSchema.optional().catch(undefined),
}) satisfies z.ZodType<{ type: 'progress' } & ProgressEvent>;

const pictureSchema = z.object({
  id: z.string().min(1),
  url: z.string().optional(),
  store: z.string().optional(),
  deleteToken: z.string().optional(),
  expiresAt: z.number().optional(),
  width: z.number(),
  height: z.number(),
  seed: z.number(),
  nsfw: z.boolean().optional(),
  mediaType,
});

const isStage = (name: string): name is Stage => STAGES.some((stage) => stage === name);
const timingsSchema = z
  .record(z.string(), z.number().min(0))
  .transform((all): GenerationResult['timings'] =>
    Object.fromEntries(Object.entries(all).filter(([name]) => isStage(name))),
  );

export const generationResultSchema = z.object({
  engine: z.string(),
  worker: shortText(MAX_STATUS_CHARACTERS).optional(),
  pictures: z.array(pictureSchema).min(1),
  guidanceScale: z.number().optional(),
  steps: z.number().optional(),
  sampler: z.string().optional(),
  warnings: z.array(shortText(MAX_SENTENCE_CHARACTERS)).transform((all) => all.slice(0, MAX_SENTENCES)),
  attempts,
  isFallback: z.boolean().optional(),
  timings: timingsSchema,
}) satisfies z.ZodType<GenerationResult>;

const LONGEST_POSTPONEMENT_MS = 3_600_000;

const endingSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('result'), result: generationResultSchema }),
  z.object({ type: z.literal('error'), error: errorRecordSchema }),
  z.object({ type: z.literal('postponed'), milliseconds: z.number().min(0).max(LONGEST_POSTPONEMENT_MS) }),
]);
const ongoingSchema = z.discriminatedUnion('type', [progressSchema, z.object({ type: z.literal('alive') })]);

const kindSchema = z.object({ type: z.string() });

/** Undefined for an unknown kind of event. Throws when the last event cannot be read, since nothing follows it. */
export function parseProductionEvent(came: unknown): ProductionEvent | undefined {
  const ongoing = ongoingSchema.safeParse(came);
  if (ongoing.success) return ongoing.data;
  const { type } = kindSchema.parse(came);
  return LAST_TYPES.has(type) ? endingSchema.parse(came) : undefined;
}

/** Why the worker cannot make pictures now. Each text completes a sentence that begins with “The worker”. */
export const workerProblemsSchema = z
  .array(shortText(MAX_STATUS_CHARACTERS))
  .transform((all) => all.slice(0, MAX_SENTENCES))
  .catch([]);

export const workerHealthSchema = z.object({
  status: z.enum(['healthy', 'starting', 'stopping', 'unhealthy']).catch('unhealthy'),
  service: z.literal('easel-worker'),
  version: z.string(),
  /** The name that `npm start` gave this process, by which it recognises its own child. */
  instance: z.string().optional(),
  problems: workerProblemsSchema,
  running: z.number().catch(0),
  waiting: z.number().catch(0),
  concurrency: z.int().min(1).catch(1),
  maxWaiting: z.number().catch(0),
});
export type WorkerHealth = Readonly<z.infer<typeof workerHealthSchema>>;

export const engineStatusSchema = z.object({
  name: z.string(),
  state: z.enum(['ready', 'resting', 'trying']).catch('resting'),
  lastErrorCode: z.string().optional(),
  restRemainingMs: z.number().optional(),
  /** 0 to 1 over recent calls. */
  successRate: z.number().optional(),
  medianMs: z.number().optional(),
  quotaRemaining: z.number().optional(),
  /** Epoch milliseconds at which the quota is whole again, where that is known. */
  quotaResetsAt: z.number().optional(),
  /** Host of the upstream that receives the prompts. */
  sendsPromptsTo: shortText(MAX_STATUS_CHARACTERS).optional(),
});
export type EngineStatus = Readonly<z.infer<typeof engineStatusSchema>>;

export const workerStatusSchema = workerHealthSchema.extend({
  engines: z.array(engineStatusSchema).readonly(),
  stores: z.array(engineStatusSchema).readonly(),
  browser: z.object({ state: z.string(), memoryMb: z.number().optional(), jobs: z.number() }).optional(),
});
export type WorkerStatus = Readonly<z.infer<typeof workerStatusSchema>>;
