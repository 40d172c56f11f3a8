import type { z } from 'zod';
import type { ProgressEvent, Shape } from '../../shared/contract/generation.ts';
import type { Logger } from '../../shared/service/log.ts';
import type { Clock } from '../../shared/wait.ts';
import type { BrowserPages } from '../browser/pages.ts';

/** What every engine promises. An engine knows neither dialects nor stores; `test/contracts/engine.ts` holds it to this. */

export interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * A range of numbers that an engine takes; `step` 1 means whole numbers. `default` is used when nobody asked; left out,
 * the service uses its own.
 */
export interface NumberLimit {
  readonly min: number;
  readonly max: number;
  readonly step?: number | undefined;
  readonly default?: number | undefined;
}

/**
 * What an engine can honour, as data, so that one function (`fit.ts`) fits a request to any engine, and says in
 * warnings what it could not keep. `false` or left out: the engine has no such option.
 */
export interface EngineLimits {
  /** A closed list, or a grid of multiples between bounds (pixels). */
  readonly sizes:
    | readonly Size[]
    | {
        readonly multipleOf: number;
        readonly min: number;
        readonly max: number;
        readonly minPixels?: number | undefined;
        readonly maxPixels?: number | undefined;
        /** Of the longer side to the shorter one. */
        readonly maxRatio?: number | undefined;
      };
  /** What a shape without exact pixels means here. */
  readonly shapes: Readonly<Record<Shape, Size>>;
  /** Pictures of one call; more are made by several calls. */
  readonly maxCount: number;
  /** Whether the same seed leads to the same or a like picture. */
  readonly seed: boolean;
  readonly negativePrompt: boolean;
  /** The most characters that it reads of a prompt, and of a negative prompt; left out: all that a request may have. */
  readonly promptCharacters?: number | undefined;
  readonly guidanceScale?: NumberLimit | undefined;
  readonly steps?: NumberLimit | undefined;
  /** Accepted names, lower case; `any` hands the wish on as it is. */
  readonly samplers?: readonly string[] | 'any' | undefined;
  readonly schedulers?: readonly string[] | 'any' | undefined;
}

/** A request that has been fitted to the engine's limits: every value here can be honoured as it stands. */
export interface EngineRequest {
  readonly prompt: string;
  readonly negativePrompt: string;
  /** Of the first picture; picture i of a call has seed + i. */
  readonly seed: number;
  /** 1 to `limits.maxCount`. */
  readonly count: number;
  readonly width: number;
  readonly height: number;
  readonly shape: Shape;
  /** Set only when the engine has such a limit, and then always unless the limit has no default. */
  readonly guidanceScale?: number | undefined;
  readonly steps?: number | undefined;
  readonly sampler?: string | undefined;
  readonly scheduler?: string | undefined;
  /** Partial pictures wanted on the way. */
  readonly previews: number;
  /** This engine's own extras, still to be parsed by its own schema. */
  readonly options?: unknown;
  /** The caller's own token for this engine. Never logged, never stored. */
  readonly credential?: string | undefined;
}

export interface EngineContext {
  /** Aborted on cancel and at the deadline: everything that waits obeys it within 200 ms. */
  readonly signal: AbortSignal;
  readonly onProgress: (event: Omit<ProgressEvent, 'engine'>) => void;
}

export interface EngineImage {
  /** A whole PNG, JPEG, WebP or AVIF file as the service gave it; checked and converted elsewhere. */
  readonly bytes: Uint8Array;
  /** The seed really used, when the service says. */
  readonly seed?: number | undefined;
  readonly nsfw?: boolean | undefined;
}

export interface EngineOutput {
  readonly images: readonly EngineImage[];
  /** What was dropped or changed beyond the limits. */
  readonly warnings: readonly string[];
}

export interface Engine {
  /** Equals its folder's name. */
  readonly name: string;
  readonly limits: EngineLimits;
  /** It paints by rules that a person wrote; every other engine's pictures come from a trained model. */
  readonly isProgrammed?: boolean;
  /** Set when only callers with a token of their own can be served: what is told to one who brings none. */
  readonly needsToken?: string | undefined;
  /**
   * The outside service that prompts go to. `/status` names its host, and the engine rests from the start while no
   * connection to it can be opened. Left out: nothing leaves the operator's own machines.
   */
  readonly serviceUrl?: string | undefined;
  /**
   * Makes `request.count` pictures or throws an AppError (`engine_*`, `prompt_refused`, `cancelled`).
   * Never answers a placeholder.
   */
  generate(request: EngineRequest, context: EngineContext): Promise<EngineOutput>;
  /** Gets ready before the first request, or finds out what is missing; may fail without harm. */
  start?(): Promise<void>;
  stop?(): Promise<void>;
  /** Requests left at the service, if it says so. */
  quotaRemaining?(): number | undefined;
}

/** What the worker lends to an engine. */
export interface EngineServices {
  readonly pages: BrowserPages;
  readonly clock: Clock;
  readonly log: Logger;
  /** Absolute; an engine keeps its files in a folder of its own name. */
  readonly dataDirectory: string;
}

/** What an engine's folder exports for the registry. */
export interface EnginePlugin<Settings extends z.ZodRawShape = z.ZodRawShape> {
  readonly name: string;
  /** Environment variables, made by the helpers of `shared/service/config.ts`. */
  readonly settings: Settings;
  /** Throws SettingsError when an enabled engine lacks what it needs, naming the variable. Constructs only. */
  create(settings: z.infer<z.ZodObject<Settings>>, services: EngineServices): Engine;
}
