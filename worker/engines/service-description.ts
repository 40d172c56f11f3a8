import type { z } from 'zod';
import type { ErrorCode } from '../../shared/errors.ts';
import type { Clock } from '../../shared/wait.ts';
import type { Probe } from '../upstream/probe.ts';
import type { EngineLimits, EngineRequest } from './engine.ts';

/**
 * What differs between upstreams that work by "submit, poll, fetch". What they share (keys, hosts, waiting, cancelling,
 * errors) is in `service-engine.ts`.
 */
export interface ServiceDescription {
  /** The folder's name. The plug-in's variables begin with it. */
  readonly name: string;
  /** As people write it. */
  readonly title: string;
  /** Default address. */
  readonly url: string;
  /** Default model. */
  readonly model: string;
  /** Domains that may be called with the key, because the service's answers point to them. */
  readonly domains?: readonly string[];
  limits(model: string): EngineLimits;
  /** The headers that carry the key. */
  authorize(key: string): Readonly<Record<string, string>>;
  /** Further fields that a caller may send, by the upstream's own names. */
  readonly options?: z.ZodObject;
  /** The one request that makes and costs something. */
  submit(request: EngineRequest, chosen: ServiceChoice): ServiceCall;
  /** What the answer to `submit` means. Throws a ZodError for an answer that is not what the service documents. */
  read(answer: ServiceAnswer, model: string): Step;
  /** The meaning of failures whose status alone would mislead. */
  explain?(answer: ServiceAnswer, nowMs: number): Explanation | undefined;
  /** The call that costs nothing and shows whether the key is accepted. Missing: the service has none. */
  readonly probe?: ServiceProbe;
  /** The setting with the key, if the service has its own name for it. Default: `<NAME>_API_KEY`. */
  readonly keyVariable?: string;
  /** The variable of an account, if the address contains one. */
  readonly accountVariable?: string;
  /** Pictures of that model that an account may make free of charge in a day that begins at 00:00 UTC. */
  dailyPictures?(model: string): number | undefined;
}

/** A free GET that asks for the key, such as a list of models or an account. */
export interface ServiceProbe {
  call(chosen: Pick<ServiceChoice, 'model' | 'account'>): Pick<ServiceCall, 'url' | 'headers'>;
  /** The address holds the model, so 404 means that it is not served. */
  readonly namesModel?: boolean;
  /** Whether the answer refuses the key. Default: 401 and 403. */
  isRefused?(answer: ServiceAnswer): boolean;
  /** Reads additional facts from a successful answer. */
  read?(answer: ServiceAnswer, model: string): Pick<Probe, 'model' | 'quota' | 'notes'>;
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
  /** Name of the address for messages, if the address contains a prompt. */
  readonly shownAs?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  /** Sent as multipart/form-data. */
  readonly form?: Readonly<Record<string, string>>;
}

/** A successful answer. `json` is undefined if the body is not JSON. */
export interface ServiceAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly json: unknown;
  readonly bytes: Buffer;
}

export type ReadAnswer = (answer: ServiceAnswer) => Step;

/** The state of the work after an answer. */
export type Step =
  | { readonly is: 'done'; readonly picture: PictureSource; readonly seed?: number; readonly nsfw?: boolean }
  /** The picture or the prompt is refused. A placeholder that comes with it is ignored. */
  | { readonly is: 'refused'; readonly reason: string }
  | { readonly is: 'failed'; readonly reason: string; readonly code?: ErrorCode }
  /** Make this call next and read its answer. `cancel`: the call that ends the work at the upstream. */
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
  /** Secrets that an error must not contain. */
  readonly secrets: readonly string[];
  readonly signal: AbortSignal;
}
