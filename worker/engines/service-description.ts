import type { z } from 'zod';
import type { ErrorCode } from '../../shared/errors.ts';
import type { Clock } from '../../shared/wait.ts';
import type { EngineLimits, EngineRequest } from './engine.ts';

/**
 * What is particular to one service of the shape "submit, poll, fetch". Everything else (keys, hosts, waiting,
 * cancelling, errors) is the same for all and stands in `service-engine.ts`.
 */
export interface ServiceDescription {
  /** Equals the folder's name; its variables begin with it. */
  readonly name: string;
  /** As people write it. */
  readonly title: string;
  /** Where the service is reached unless the operator says otherwise. */
  readonly url: string;
  /** The model that is asked for unless the operator says otherwise. */
  readonly model: string;
  /** Domains that may be called with the key, because the service's answers point to them. */
  readonly domains?: readonly string[];
  limits(model: string): EngineLimits;
  /** The headers that carry the key. */
  authorize(key: string): Readonly<Record<string, string>>;
  /** Further fields that a caller may send along, by the service's own names. */
  readonly options?: z.ZodObject;
  /** The one request that makes and costs something. */
  submit(request: EngineRequest, chosen: ServiceChoice): ServiceCall;
  /** What the answer to `submit` means. Throws a ZodError for an answer that is not what the service documents. */
  read(answer: ServiceAnswer, model: string): Step;
  /** What a failure means, where the status alone would mislead. */
  explain?(answer: ServiceAnswer, nowMs: number): Explanation | undefined;
  /** The key's variable, where the service has a name of its own for it; else `<NAME>_API_KEY`. */
  readonly keyVariable?: string;
  /** The variable of an account that stands in the address, where there is one. */
  readonly accountVariable?: string;
  /** Pictures of that model that an account may make free of charge in a day that begins at 00:00 UTC. */
  dailyPictures?(model: string): number | undefined;
}

/** What the operator and the caller chose besides the request. */
export interface ServiceChoice {
  readonly model: string;
  readonly account: string;
  /** The caller's further fields, as `options` parsed them. */
  readonly options: Readonly<Record<string, unknown>>;
}

export interface ServiceCall {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Absolute, or relative to the service's address. */
  readonly url: string;
  /** How messages name the address where a prompt stands in it. */
  readonly shownAs?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  /** Sent as multipart/form-data. */
  readonly form?: Readonly<Record<string, string>>;
}

/** A successful answer; `json` is undefined when the body is none. */
export interface ServiceAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly json: unknown;
  readonly bytes: Buffer;
}

export type ReadAnswer = (answer: ServiceAnswer) => Step;

/** How the work stands after an answer. */
export type Step =
  | { readonly is: 'done'; readonly picture: PictureSource; readonly seed?: number; readonly nsfw?: boolean }
  /** The picture or the prompt is not allowed. A placeholder that came with it is never looked at. */
  | { readonly is: 'refused'; readonly reason: string }
  | { readonly is: 'failed'; readonly reason: string; readonly code?: ErrorCode }
  /** Make this call and read its answer; with `cancel`, what ends the work at the service. */
  | {
      readonly is: 'next';
      readonly call: ServiceCall;
      readonly read: ReadAnswer;
      readonly cancel?: ServiceCall | undefined;
    }
  /** Not done: make the same call again after a pause. */
  | { readonly is: 'waiting'; readonly status: string; readonly fraction?: number | undefined };

export type PictureSource = { readonly bytes: Buffer } | { readonly base64: string } | { readonly url: string };

export interface Explanation {
  readonly code: ErrorCode;
  readonly publicMessage?: string;
  /** How long the service should be left alone. */
  readonly restMs?: number;
}

export const waiting = (status: string, fraction?: number): Step => ({ is: 'waiting', status, fraction });
export const failed = (reason: string): Step => ({ is: 'failed', reason });

export interface ServiceConfig {
  readonly key: string;
  readonly model: string;
  readonly account: string;
  readonly url: string;
  readonly clock: Clock;
}

/** One request to one service. */
export interface ServiceContext {
  readonly service: Pick<ServiceDescription, 'name' | 'title' | 'url' | 'domains' | 'authorize' | 'explain'>;
  readonly config: ServiceConfig;
  readonly request: EngineRequest;
  /** What an error must never show. */
  readonly secrets: readonly string[];
  readonly signal: AbortSignal;
}
