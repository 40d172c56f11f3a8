import type { z } from 'zod';
import type { AppError, ErrorCode } from '../../shared/errors.ts';
import type { Job, JobEvent, RequestDraft } from '../jobs/job.ts';

/**
 * What every dialect promises: pure translation without I/O, clock or Express. A route decodes a request into one
 * command, and encodes the outcome of that command. `test/contracts/dialect.ts` checks it.
 */

/** The parsed request, before any value is converted. A repeated query parameter is an array. */
export interface DialectInput {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: unknown;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>;
}

/** Which job is meant. */
interface JobReference {
  readonly jobId: string;
  /** The job's `seal`, if the dialect's addresses carry it. */
  readonly sealed?: string | undefined;
}

/** The parts of a request that decide the form of an error answer. */
export interface FailedRequest extends Pick<DialectInput, 'query' | 'headers'> {
  /** The same as `ServiceDescription.toPath`. */
  readonly toPath: (path: string) => string;
}

/** What the caller wants done. */
export type Command =
  | {
      readonly do: 'generate';
      readonly draft: RequestDraft;
      /**
       * `wait`: answer at the end of the job, or of the wait budget. `hold`: answer at the end of the job, however long
       * it takes. `start`: answer at once. `stream`: send events until the end of the job.
       */
      readonly answer: 'wait' | 'hold' | 'start' | 'stream';
      /** The encoder needs the pictures themselves. */
      readonly bytes: boolean;
      /** Redirect to the picture instead of answering with its address. */
      readonly redirect?: boolean | undefined;
      readonly fresh?: boolean | undefined;
      /** Join this caller's own unfinished job of an equal request. With `wait` and `hold` this always happens. */
      readonly rejoin?: boolean | undefined;
      readonly idempotencyKey?: string | undefined;
      readonly callbackUrl?: string | undefined;
      readonly credentials?: Readonly<Record<string, string>> | undefined;
      /** Save the picture under DATA_DIR and answer with its path. */
      readonly saveFile?: boolean | undefined;
      /** Ask the engine that this caller chose by `prefer`, if the draft names none. */
      readonly usesPreference?: boolean | undefined;
      /** Sentences for a person about parameters that were changed or have no effect here. */
      readonly warnings?: readonly string[] | undefined;
      /** Values that only `encode` reads, to repeat them in the answer. */
      readonly echo?: Readonly<Record<string, string>> | undefined;
    }
  | (JobReference & {
      readonly do: 'find';
      readonly credentials?: Readonly<Record<string, string>> | undefined;
      /** The encoder needs this one of the pictures itself, counted from 0, unless a store has it. */
      readonly picture?: number | undefined;
      /** Values that only `encode` reads, to repeat them in the answer. */
      readonly echo?: Readonly<Record<string, string>> | undefined;
    })
  | (JobReference & { readonly do: 'follow'; readonly after: number })
  | (JobReference & {
      readonly do: 'cancel';
      /** A page of another site may not do this: browsers send its forms without asking this service first. */
      readonly byForm?: boolean | undefined;
      /** Values that only `encode` reads, to repeat them in the answer. */
      readonly echo?: Readonly<Record<string, string>> | undefined;
    })
  /** The caller's own newest running job: `progress` and `interrupt` of AUTOMATIC1111 know no ids. */
  | {
      readonly do: 'current';
      readonly cancel: boolean;
      /** A value that only `encode` reads, to know what to omit. */
      readonly withoutPreview?: boolean | undefined;
    }
  /** This caller's choice of engine for later requests that name none (`undefined` forgets it). */
  | { readonly do: 'prefer'; readonly engine: string | undefined }
  /** Needs no job, for instance a list of models. `encode` gets `details`. */
  | { readonly do: 'describe'; readonly details?: unknown };

/** The result of a command. */
export interface Outcome {
  readonly command: Command;
  /** Missing for `describe` and `prefer`, and for `current` when the caller has no running job. */
  readonly job?: Job | undefined;
  /** In the order of `job.result.pictures`, or the one that `find` asks for. Empty unless bytes are wanted and the job is done. */
  readonly pictures: readonly OutcomePicture[];
  /** Path of the saved file, if the command asked for one. */
  readonly filePath?: string | undefined;
  readonly service: ServiceDescription;
}

/** A finished picture, for `encode`. As the whole `body` of an answer, it stands for its bytes. */
export interface OutcomePicture {
  readonly mediaType: string;
  /** A mark that is replaced by the whole file as base64, anywhere inside JSON. */
  readonly base64: string;
  /** The beginning of the file, which holds the settings that made it. */
  readonly head: Buffer;
}

/** Facts about this deployment that a dialect may publish. */
export interface ServiceDescription {
  readonly version: string;
  /** Names of the enabled engines that are known, in order of preference. A function, since few answers name them. */
  readonly engines: () => readonly string[];
  /** The engine that this caller chose by `prefer`. */
  readonly preferredEngine?: string | undefined;
  /** Whether asking for pictures needs a key of this service. */
  readonly needsKey: boolean;
  /** Makes a path that starts with `/` into an address that the caller can reach. */
  readonly toAbsoluteUrl: (path: string) => string;
  /** Puts the path below that of PUBLIC_URL, for a header that clients resolve against the address they asked. */
  readonly toPath: (path: string) => string;
  /** Epoch milliseconds at the time of the answer. */
  readonly now: number;
}

export interface Encoded {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** A Buffer or a picture of the outcome is sent as it is, anything else as JSON. Missing: no body. */
  readonly body?: unknown;
}

/** One server-sent event. */
export interface EncodedEvent {
  readonly event?: string | undefined;
  readonly id?: string | undefined;
  /** A string is sent as it is, anything else as JSON. */
  readonly data: unknown;
}

export interface Route {
  readonly method: 'get' | 'post' | 'delete';
  /** Express 5 path, for instance `/jobs/:id` or `/prompt/*prompt`. */
  readonly path: string;
  /** Limit of the JSON body, if the usual 256 kB are too few. */
  readonly maxBodyBytes?: number | undefined;
  /** Counts against the rate limit like a picture, before the body is read. */
  readonly isCounted?: boolean | undefined;
  /** The body makes no difference, so it is not read and may be of any type. */
  readonly ignoresBody?: boolean | undefined;
  /** For the OpenAPI document. It uses the schemas of `decode`. */
  readonly documentation: RouteDocumentation;
  /** Throws AppError `invalid_request` with every fault. */
  decode(input: DialectInput): Command;
  encode(outcome: Outcome): Encoded;
  /** For `stream` and `follow`. Undefined if this dialect's clients get no such event. */
  encodeEvent?(event: JobEvent, outcome: Outcome): EncodedEvent | undefined;
}

export interface RouteDocumentation {
  readonly summary: string;
  readonly description?: string | undefined;
  readonly params?: z.ZodObject | undefined;
  readonly query?: z.ZodObject | undefined;
  readonly body?: z.ZodType | undefined;
  /** A whole body that works on every deployment. */
  readonly bodyExample?: Readonly<Record<string, unknown>> | undefined;
  /** The codes of its errors. Default: all that making a picture may lead to. */
  readonly failures?: readonly ErrorCode[] | undefined;
  /** Answers of success by status: the meaning, the schema of the JSON, and the media type of any other answer. */
  readonly responses: Readonly<
    Record<number, { readonly description: string; readonly schema?: z.ZodType; readonly mediaType?: string }>
  >;
}

export interface Dialect {
  /** Equals its folder's name. */
  readonly name: string;
  /** A sentence for the API's documentation that says whose clients the dialect is for. */
  readonly description: string;
  readonly routes: readonly Route[];
  /** Paths that belong to this dialect alone. An unknown address below them gets an error of its shape. */
  readonly prefixes?: readonly string[] | undefined;
  /** The JSON of `encodeError`. */
  readonly errorSchema: z.ZodType;
  /**
   * The error in this dialect's own shape, with its status and with headers such as Retry-After. `request` is the failed
   * request, for a dialect whose callers choose the form of their answers. It is missing if there is no request.
   */
  encodeError(error: AppError, request?: FailedRequest): Encoded;
}
