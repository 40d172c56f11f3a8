import type { z } from 'zod';
import type { MediaType } from '../../shared/picture/media-type.ts';
import type { Clock } from '../../shared/wait.ts';

/** What every store promises; `test/contracts/store.ts` holds it to this. */

export interface FinishedPicture {
  /** Of our own making, safe as a file name; the same for a repeated upload of the same picture. */
  readonly id: string;
  readonly bytes: Buffer;
  readonly mediaType: MediaType;
  /** A file of this machine that holds exactly these bytes and is never written to again, where there is one. */
  readonly path?: string | undefined;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

export interface StoredPicture {
  /** Absolute, or starting with `/` when the gateway serves it. */
  readonly url: string;
  /** A bearer secret; kept for the operator, never given to a client. */
  readonly deleteToken?: string | undefined;
  /** What the host made of it, when that is not what it was given. */
  readonly mediaType?: MediaType | undefined;
  /** Epoch milliseconds. */
  readonly expiresAt?: number | undefined;
}

export interface Store {
  /** Equals its folder's name. */
  readonly name: string;
  /** Formats that the host takes; another one is offered to it as PNG. */
  readonly accepts: readonly MediaType[];
  /** Bytes of one picture, when the host has a limit. */
  readonly maxBytes?: number | undefined;
  /**
   * Uploads once, or throws an AppError `store_failed` (with `restMs` when the host says how long to leave it alone).
   * Never repeats an upload whose outcome is unknown.
   */
  put(picture: FinishedPicture, context: { readonly signal: AbortSignal }): Promise<StoredPicture>;
  /** Removes a hosted copy; throws when the host refuses. Left out: the host cannot. */
  remove?(
    stored: { readonly id: string; readonly url: string; readonly deleteToken?: string | undefined },
    context: { readonly signal: AbortSignal },
  ): Promise<void>;
  /** Uploads left at the host, if it says so. */
  quotaRemaining?(): number | undefined;
}

export interface StoreServices {
  readonly clock: Clock;
  /** Absolute. */
  readonly dataDirectory: string;
}

/** What a store's folder exports for the registry. */
export interface StorePlugin<Settings extends z.ZodRawShape = z.ZodRawShape> {
  readonly name: string;
  /** Environment variables, made by the helpers of `shared/service/config.ts`. */
  readonly settings: Settings;
  /** Throws SettingsError when an enabled store lacks what it needs, naming the variable. Constructs only. */
  create(settings: z.infer<z.ZodObject<Settings>>, services: StoreServices): Store;
}
