import { z } from 'zod';
import type { Attempt } from '../errors.ts';
import { FORMATS, type MediaType } from '../picture/media-type.ts';

/** The canonical request: every dialect decodes to it, every engine is driven from it. */

export const SHAPES = ['portrait', 'landscape', 'square'] as const;
export type Shape = (typeof SHAPES)[number];

/** The longest prompt that a known client sends. An engine that reads less cuts the prompt and warns. */
export const MAX_PROMPT_CHARACTERS = 32_000;
export const MAX_SEED = 2 ** 32 - 1;
export const MAX_COUNT = 10;

/** What a picture's file says: `full`: prompts and settings, `settings`: no prompts, `none`: only the mark of machine-made media. */
export const METADATA = ['full', 'settings', 'none'] as const;
export type Metadata = (typeof METADATA)[number];

/** Counts code points, as a person would: an emoji is one character. */
export const countCharacters = (text: string): number => Array.from(text).length;

const promptText = z.string().refine((text) => countCharacters(text) <= MAX_PROMPT_CHARACTERS);

/** Fields of a newer neighbour are dropped. */
export const generationRequestSchema = z.object({
  /** 1 to 32,000 characters, trimmed. */
  prompt: promptText.min(1),
  negativePrompt: promptText.optional(),
  /** 0 to 2^32-1. Always concrete: the gateway draws it, so that a repeated or recovered job makes the same picture. */
  seed: z.int().min(0).max(MAX_SEED),
  /** Whether the caller chose the seed; only then may requests of different callers share a picture. */
  seedGiven: z.boolean(),
  /** Pictures of one request; picture i has seed + i. */
  count: z.int().min(1).max(MAX_COUNT),
  /** Where this or another optional field below is missing, the engine's own default applies, without a warning. */
  guidanceScale: z.number().min(0).max(30).optional(),
  steps: z.int().min(1).max(150).optional(),
  shape: z.enum(SHAPES).optional(),
  /** Pixels; both or neither. They win over `shape`. */
  width: z.int().min(16).max(4096).optional(),
  height: z.int().min(16).max(4096).optional(),
  sampler: z.string().max(100).optional(),
  scheduler: z.string().max(100).optional(),
  /** Only this engine may serve. */
  engine: z.string().max(64).optional(),
  /** This engine is asked first if it is enabled, then the others in the configured order. */
  preferredEngine: z.string().max(64).optional(),
  /** Engines that cannot honour every field are skipped, rather than asked with a warning. */
  strict: z.boolean(),
  /** Refuse pictures that the engine flags. */
  safe: z.boolean(),
  format: z.enum(FORMATS),
  /** Default: `full`. */
  metadata: z.enum(METADATA).optional(),
  /** `url`: a store hosts the picture. `bytes`: the caller wants the picture itself, and no store is asked. */
  deliver: z.enum(['url', 'bytes']),
  /** How many previews (unfinished pictures) the caller wants; 0 for none. */
  previews: z.int().min(0).max(3),
  /** Extras of one vendor, keyed by engine name and parsed by that engine's own schema. */
  engineOptions: z.record(z.string(), z.unknown()).optional(),
});

export type GenerationRequest = z.infer<typeof generationRequestSchema>;

/** The stages of a run, also the names in `Server-Timing`. `waiting`: every engine that may serve is busy or rests. */
export const STAGES = [
  'wake',
  'queue',
  'waiting',
  'browser',
  'page',
  'generate',
  'download',
  'convert',
  'upload',
] as const;
export type Stage = (typeof STAGES)[number];

/** What changed while a picture is made. Only what changed is set. */
export interface ProgressEvent {
  readonly stage: Stage;
  readonly engine?: string | undefined;
  /** 0 to 1 over the whole generation, if the engine knows it. */
  readonly fraction?: number | undefined;
  /** The engine's own word for what it is doing. */
  readonly engineStatus?: string | undefined;
  readonly preview?: { readonly mediaType: MediaType; readonly base64: string } | undefined;
}

export interface ResultPicture {
  /** Unguessable, the same for a repeated run of the same job; names the bytes at the worker and on disk. */
  readonly id: string;
  /** Absolute, or starting with `/` when the gateway itself serves it. Missing when only bytes were asked for. */
  readonly url?: string | undefined;
  readonly store?: string | undefined;
  /** A secret that lets its holder remove the hosted copy. For the operator; never in an answer. */
  readonly deleteToken?: string | undefined;
  /** Epoch milliseconds after which the host may drop the picture. */
  readonly expiresAt?: number | undefined;
  /** Pixels of the picture itself, which may differ from the request. */
  readonly width: number;
  readonly height: number;
  /** The seed that the engine used. */
  readonly seed: number;
  readonly nsfw?: boolean | undefined;
  readonly mediaType: MediaType;
}

export interface GenerationResult {
  readonly engine: string;
  /** The worker’s own name, for the operator’s log; never in an answer. */
  readonly worker?: string | undefined;
  readonly pictures: readonly ResultPicture[];
  /** The values that the engine used, if it reports them. */
  readonly guidanceScale?: number | undefined;
  readonly steps?: number | undefined;
  readonly sampler?: string | undefined;
  /** Sentences for a person: what could not be honoured, and which engines failed before. */
  readonly warnings: readonly string[];
  /** Engines that failed before this one served. */
  readonly attempts: readonly Attempt[];
  /** Another engine should have served, but failed or rests. Such a result is remembered for a short time only. */
  readonly isFallback?: boolean | undefined;
  /** Milliseconds by stage. */
  readonly timings: Partial<Record<Stage, number>>;
}
