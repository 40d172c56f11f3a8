import { z } from 'zod';
import type { Attempt } from '../errors.ts';
import { FORMATS, type MediaType } from '../picture/media-type.ts';

/** The canonical request: every dialect decodes to it, every engine is driven from it. */

export const SHAPES = ['portrait', 'landscape', 'square'] as const;
export type Shape = (typeof SHAPES)[number];

/** As many as the longest that a client is known to send; an engine that reads fewer cuts it with a warning. */
export const MAX_PROMPT_CHARACTERS = 32_000;
export const MAX_SEED = 2 ** 32 - 1;
export const MAX_COUNT = 10;

/** What a picture's file says of its making: all, no words, or nothing but the mark that a machine made it. */
export const METADATA = ['full', 'settings', 'none'] as const;
export type Metadata = (typeof METADATA)[number];

/** What a person counts as characters of a prompt: code points, so that an emoji is not two. */
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
  /** Left out, as every optional wish below: the engine's own default, without a warning. */
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
  /** This engine first if it is enabled (a seed's dialect prefers its own), then the configured order. */
  preferredEngine: z.string().max(64).optional(),
  /** Skip engines that cannot honour every wish, instead of a warning. */
  strict: z.boolean(),
  /** Refuse pictures that the engine flags. */
  safe: z.boolean(),
  format: z.enum(FORMATS),
  /** Left out: full. */
  metadata: z.enum(METADATA).optional(),
  /** `url`: a store hosts the picture. `bytes`: the caller wants the picture itself, and no store is asked. */
  deliver: z.enum(['url', 'bytes']),
  /** How many partial pictures the caller would like to see on the way (0: none). */
  previews: z.int().min(0).max(3),
  /** Extras of one vendor, keyed by engine name and parsed by that engine's own schema. */
  engineOptions: z.record(z.string(), z.unknown()).optional(),
});

export type GenerationRequest = z.infer<typeof generationRequestSchema>;

/** Where a job's time goes; the names of `Server-Timing`. `waiting`: every engine that may serve is busy or rests. */
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

/** Something happened on the way. Only what changed is set. */
export interface ProgressEvent {
  readonly stage: Stage;
  readonly engine?: string | undefined;
  /** 0 to 1 over the whole generation, when the engine knows. */
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
  /** A bearer secret that removes the hosted copy: for the operator, never in an answer. */
  readonly deleteToken?: string | undefined;
  /** Epoch milliseconds after which the host may drop the picture. */
  readonly expiresAt?: number | undefined;
  /** Pixels really produced. */
  readonly width: number;
  readonly height: number;
  /** The seed really used. */
  readonly seed: number;
  readonly nsfw?: boolean | undefined;
  readonly mediaType: MediaType;
}

export interface GenerationResult {
  readonly engine: string;
  readonly pictures: readonly ResultPicture[];
  /** Values really used, where the engine has them. */
  readonly guidanceScale?: number | undefined;
  readonly steps?: number | undefined;
  readonly sampler?: string | undefined;
  /** Sentences for a person: what could not be honoured, who was asked before. */
  readonly warnings: readonly string[];
  /** Engines that failed before this one served. */
  readonly attempts: readonly Attempt[];
  /** Another engine should have served, but failed or rests: not a picture to hold on to for long. */
  readonly isFallback?: boolean | undefined;
  /** Milliseconds by stage. */
  readonly timings: Partial<Record<Stage, number>>;
}
