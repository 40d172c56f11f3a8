import type { z } from 'zod';
import type { MediaType } from '../../shared/picture/media-type.ts';
import type { Clock } from '../../shared/wait.ts';
import type { ProbeUpstream } from '../upstream/probe.ts';

/** What every store promises; `test/contracts/store.ts` checks it. */

export interface PictureToStore {
  /** Made by Easel, safe as a file name, and the same for a repeated upload of the same picture. */
  readonly id: string;
  readonly bytes: Buffer;
  readonly mediaType: MediaType;
  /** A local file with exactly these bytes that is never written again, if there is one. */
  readonly path?: string | undefined;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

export interface StoredPicture {
  /** Absolute, or starting with `/` when the gateway serves it. */
  readonly url: string;
  /** A secret that lets its holder remove the picture. Kept for the operator, never given to a client. */
  readonly deleteToken?: string | undefined;
  /** The media type at the host, if the host has converted the picture. */
  readonly mediaType?: MediaType | undefined;
  /** Epoch milliseconds. */
  readonly expiresAt?: number | undefined;
}

export interface Store {
  /** Equals its folder's name. */
  readonly name: string;
  /** Formats that the host takes. Any other picture is offered as PNG. */
  readonly accepts: readonly MediaType[];
  /** Most bytes of one picture, if the host has a limit. */
  readonly maxBytes?: number | undefined;
  /**
   * Uploads once, or throws an AppError `store_failed` (with `restMs` if the host says how long to leave it alone).
   * Never repeats an upload whose outcome is unknown.
   */
  put(picture: PictureToStore, context: { readonly signal: AbortSignal }): Promise<StoredPicture>;
  /** Removes a hosted copy. Throws if the host refuses. Missing: the host cannot remove. */
  remove?(
    stored: { readonly id: string; readonly url: string; readonly deleteToken?: string | undefined },
    context: { readonly signal: AbortSignal },
  ): Promise<void>;
  /** Uploads left at the host, if it says so. */
  quotaRemaining?(): number | undefined;
  /** Epoch milliseconds at which that number is renewed, if it is known. */
  quotaResetsAt?(): number | undefined;
  /** Address of the host. Missing: the pictures stay on this machine. */
  readonly hostUrl?: string | undefined;
  /** Asks the host how it is, without uploading or spending anything. Missing: it has no free call, or there is none. */
  readonly probe?: ProbeUpstream | undefined;
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
  /** Constructs only. Throws SettingsError that names the variable if an enabled store lacks what it needs. */
  create(settings: z.infer<z.ZodObject<Settings>>, services: StoreServices): Store;
}
