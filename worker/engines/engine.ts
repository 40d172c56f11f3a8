import type { z } from 'zod';
import type { ProgressEvent, Shape } from '../../shared/contract/generation.ts';
import type { Logger } from '../../shared/service/log.ts';
import type { Clock } from '../../shared/wait.ts';
import type { BrowserPages } from '../browser/pages.ts';
import type { ProbeUpstream } from '../upstream/probe.ts';

/** What every engine promises; `test/contracts/engine.ts` checks it. An engine knows neither dialects nor stores. */

export interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * A range of numbers that an engine takes. `step` 1 means whole numbers. `default` is used if the request has no value;
 * without it the upstream uses its own.
 */
export interface NumberLimit {
  readonly min: number;
  readonly max: number;
  readonly step?: number | undefined;
  readonly default?: number | undefined;
}

/**
 * What an engine can honour, as data, so that one function (`fit.ts`) fits a request to any engine and warns of what it
 * could not keep. `false` or missing: the engine has no such option.
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
        /** Largest ratio of the longer side to the shorter one. */
        readonly maxRatio?: number | undefined;
      };
  /** The size for each shape, where the request names no pixels. */
  readonly shapes: Readonly<Record<Shape, Size>>;
  /** Most pictures of one call. More are made by several calls. */
  readonly maxCount: number;
  /** Whether the same seed gives the same or a similar picture. */
  readonly seed: boolean;
  readonly negativePrompt: boolean;
  /** Most characters that it reads of a prompt, and of a negative prompt. Missing: all that a request may have. */
  readonly promptCharacters?: number | undefined;
  readonly guidanceScale?: NumberLimit | undefined;
  readonly steps?: NumberLimit | undefined;
  /** Accepted names in lower case. `any`: the name is passed on unchecked. */
  readonly samplers?: readonly string[] | 'any' | undefined;
  readonly schedulers?: readonly string[] | 'any' | undefined;
}

/** A request that was fitted to the engine's limits, so that the engine can honour every value. */
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
  /** Set if the engine has this limit and the request or the limit has a value. */
  readonly guidanceScale?: number | undefined;
  readonly steps?: number | undefined;
  readonly sampler?: string | undefined;
  readonly scheduler?: string | undefined;
  /** Number of previews that are wanted. */
  readonly previews: number;
  /** The request's options for this engine, not yet parsed by its schema. */
  readonly options?: unknown;
  /** The caller's own token for this engine. Never logged, never stored. */
  readonly credential?: string | undefined;
}

export interface EngineContext {
  /** Aborts on cancel and at the deadline. The engine must end within 200 ms then. */
  readonly signal: AbortSignal;
  readonly onProgress: (event: Omit<ProgressEvent, 'engine'>) => void;
}

export interface EngineImage {
  /** A whole PNG, JPEG, WebP or AVIF file as it came. `normalise` checks and converts it. */
  readonly bytes: Uint8Array;
  /** The seed that was used, if the upstream names it. */
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
  /** True if a program draws the pictures by rules, rather than a trained model. */
  readonly isProgrammed?: boolean;
  /** Set if only callers with a token of their own can be served: the message for those without one. */
  readonly needsToken?: string | undefined;
  /**
   * Address of the upstream that gets the prompts. `/status` names its host, and the engine rests from the start while no
   * connection to it can be opened. Missing: nothing leaves the operator's own machines.
   */
  readonly serviceUrl?: string | undefined;
  /**
   * Makes `request.count` pictures or throws an AppError (`engine_*`, `prompt_refused`, `cancelled`).
   * Never returns a placeholder.
   */
  generate(request: EngineRequest, context: EngineContext): Promise<EngineOutput>;
  /** Gets ready before the first request, or finds out what is missing. A failure is only logged. */
  start?(): Promise<void>;
  stop?(): Promise<void>;
  /** Requests left at the upstream, if it names them. */
  quotaRemaining?(): number | undefined;
  /** Epoch milliseconds at which that number is renewed, if it is known. */
  quotaResetsAt?(): number | undefined;
  /** Asks the upstream how it is, without making or spending anything. Missing: it has no free call, or there is none. */
  readonly probe?: ProbeUpstream | undefined;
}

/** What an engine gets from the worker. */
export interface EngineServices {
  readonly pages: BrowserPages;
  readonly clock: Clock;
  readonly log: Logger;
  /** Absolute path. An engine keeps its files there in a folder of its own name. */
  readonly dataDirectory: string;
}

/** What an engine's folder exports for the registry. */
export interface EnginePlugin<Settings extends z.ZodRawShape = z.ZodRawShape> {
  readonly name: string;
  /** Environment variables, made by the helpers of `shared/service/config.ts`. */
  readonly settings: Settings;
  /** Constructs only. Throws SettingsError that names the variable if an enabled engine lacks what it needs. */
  create(settings: z.infer<z.ZodObject<Settings>>, services: EngineServices): Engine;
}
