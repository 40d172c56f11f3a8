import type { z } from 'zod';
import type { AppError, ErrorCode } from '../../shared/errors.ts';
import type { Job, JobEvent, RequestDraft } from '../jobs/job.ts';

/**
 * What every dialect promises: pure translation, no I/O, no clock, no Express. A route decodes what came into one
 * command of the job module, and encodes what came of it. `test/contracts/dialect.ts` holds it to this.
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
interface JobWish {
  readonly jobId: string;
  /** What `Job.seal` made, where the dialect's addresses carry it. */
  readonly sealed?: string | undefined;
}

/** What an answer's form may depend on. */
export interface Asked extends Pick<DialectInput, 'query' | 'headers'> {
  /** As `ServiceDescription.toPath`. */
  readonly toPath: (path: string) => string;
}

/** What the caller wants done. */
export type Command =
  | {
      readonly do: 'generate';
      readonly draft: RequestDraft;
      /**
       * `wait` for the end within the wait budget, `hold` until the end (a dialect without any other form), `start`
       * and answer at once, or `stream` events until the end.
       */
      readonly answer: 'wait' | 'hold' | 'start' | 'stream';
      /** The encoder needs the pictures themselves. */
      readonly bytes: boolean;
      /** Lead to the picture rather than tell its address. */
      readonly redirect?: boolean | undefined;
      readonly fresh?: boolean | undefined;
      /** Join this caller's own unfinished job of the same words (waiting requests do so anyway). */
      readonly rejoin?: boolean | undefined;
      readonly idempotencyKey?: string | undefined;
      readonly callbackUrl?: string | undefined;
      readonly credentials?: Readonly<Record<string, string>> | undefined;
      /** Save the picture under DATA_DIR and tell its path. */
      readonly saveFile?: boolean | undefined;
      /** Ask the engine that this caller chose by `prefer`, when the draft names none. */
      readonly usesPreference?: boolean | undefined;
      /** Sentences for a person: wishes of this request that were changed or have no effect here. */
      readonly warnings?: readonly string[] | undefined;
      /** What `encode` says again; nobody else reads it. */
      readonly echo?: Readonly<Record<string, string>> | undefined;
    }
  | (JobWish & {
      readonly do: 'find';
      readonly credentials?: Readonly<Record<string, string>> | undefined;
      /** What `encode` says again; nobody else reads it. */
      readonly echo?: Readonly<Record<string, string>> | undefined;
    })
  | (JobWish & { readonly do: 'follow'; readonly after: number })
  | (JobWish & { readonly do: 'cancel' })
  /** The caller's own newest running job: `progress` and `interrupt` of AUTOMATIC1111 know no ids. */
  | {
      readonly do: 'current';
      readonly cancel: boolean;
      /** What `encode` leaves out; nobody else reads it. */
      readonly withoutPreview?: boolean | undefined;
    }
  /** This caller's choice of engine for later requests that name none (`undefined` forgets it). */
  | { readonly do: 'prefer'; readonly engine: string | undefined }
  /** Needs no job: models, options and the like. `details` is handed on to `encode`. */
  | { readonly do: 'describe'; readonly details?: unknown };

/** What came of it. */
export interface Outcome {
  readonly command: Command;
  /** Missing for `describe` and `prefer`, and for `current` when the caller has no running job. */
  readonly job?: Job | undefined;
  /** In the order of `job.result.pictures`, when the command asked for bytes and the job is done. */
  readonly pictures: readonly OutcomePicture[];
  /** Where the saved file is, when the command asked for one. */
  readonly filePath?: string | undefined;
  readonly service: ServiceDescription;
}

/** A finished picture, for `encode`; as the whole `body` of an answer it stands for its bytes. */
export interface OutcomePicture {
  readonly mediaType: string;
  /** Stands for the whole file as base64, anywhere inside JSON. */
  readonly base64: string;
  /** The beginning of the file, where it tells of itself. */
  readonly head: Buffer;
}

/** Facts about this deployment that a dialect may publish. */
export interface ServiceDescription {
  readonly version: string;
  /** Names of the enabled engines as far as known, in order of preference. */
  readonly engines: readonly string[];
  /** What this caller chose by `prefer`. */
  readonly preferredEngine?: string | undefined;
  /** Only holders of a key of this service may ask for pictures. */
  readonly needsKey: boolean;
  /** Makes a path that starts with `/` into an address that the caller can reach. */
  readonly toAbsoluteUrl: (path: string) => string;
  /** The same below the path of PUBLIC_URL, for a header that clients resolve against what they asked. */
  readonly toPath: (path: string) => string;
  /** Epoch milliseconds at the time of the answer. */
  readonly now: number;
}

export interface Encoded {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** A Buffer or a picture of the outcome is sent as it is, anything else as JSON; left out: no body. */
  readonly body?: unknown;
}

/** One server-sent event. */
export interface EncodedEvent {
  readonly event?: string | undefined;
  readonly id?: string | undefined;
  /** Sent as JSON, a string as it is. */
  readonly data: unknown;
}

export interface Route {
  readonly method: 'get' | 'post' | 'delete';
  /** Express 5 path, for instance `/jobs/:id` or `/prompt/*prompt`. */
  readonly path: string;
  /** Of its JSON, where the usual 256 kB are too few. */
  readonly maxBodyBytes?: number | undefined;
  /** Counts against the limit of requests as a picture does, and before its body is read. */
  readonly isCounted?: boolean | undefined;
  /** What stands in the body makes no difference, so it is not read and may be of any type. */
  readonly ignoresBody?: boolean | undefined;
  /** For the OpenAPI document, made from the schemas that `decode` itself uses. */
  readonly documentation: RouteDocumentation;
  /** Throws AppError `invalid_request` with every fault. */
  decode(input: DialectInput): Command;
  encode(outcome: Outcome): Encoded;
  /** For `stream` and `follow`; none: the event is not for this dialect's clients. */
  encodeEvent?(event: JobEvent, outcome: Outcome): EncodedEvent | undefined;
}

export interface RouteDocumentation {
  readonly summary: string;
  readonly description?: string | undefined;
  readonly params?: z.ZodObject | undefined;
  readonly query?: z.ZodObject | undefined;
  readonly body?: z.ZodType | undefined;
  /** A whole body that works as it stands on every deployment. */
  readonly bodyExample?: Readonly<Record<string, unknown>> | undefined;
  /** What it may fail with; left out: whatever making a picture may lead to. */
  readonly failures?: readonly ErrorCode[] | undefined;
  /** Of success, by status: what it means, the schema of its JSON, the media type of what else it may answer. */
  readonly responses: Readonly<
    Record<number, { readonly description: string; readonly schema?: z.ZodType; readonly mediaType?: string }>
  >;
}

export interface Dialect {
  /** Equals its folder's name. */
  readonly name: string;
  /** A sentence for readers of the API's documentation: whose clients it is for. */
  readonly description: string;
  readonly routes: readonly Route[];
  /** Paths that are this dialect's alone: what no route answers there is told in its own shape. */
  readonly prefixes?: readonly string[] | undefined;
  /** The JSON of `encodeError`. */
  readonly errorSchema: z.ZodType;
  /**
   * The error in this dialect's own shape; status and headers such as Retry-After included. `asked` is what failed, for
   * a dialect whose callers choose the form of their answers; left out where no request is at hand.
   */
  encodeError(error: AppError, asked?: Asked): Encoded;
}
