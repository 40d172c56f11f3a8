import type { ErrorRecord } from '../../../shared/errors.ts';
import type { RgbPicture } from './pipeline/decode-picture.ts';
import type { Painting, PaintJob } from './pipeline/pipeline.ts';

/**
 * Messages between the worker and the engine's child process, passed by structured clone. There is one job at a time.
 */

export interface LoadMessage {
  readonly type: 'load';
  readonly directory: string;
  readonly devices: readonly string[];
  readonly threads?: number | undefined;
}

/** The answers are steps and previews, then `done` or `error`. */
export interface GenerateMessage {
  readonly type: 'generate';
  readonly job: PaintJob;
}

export type ToChild = LoadMessage | GenerateMessage;

export type FromChild =
  | { readonly type: 'loaded'; readonly device: string; readonly notes: readonly string[] }
  | { readonly type: 'step'; readonly fraction: number; readonly status: string }
  | { readonly type: 'preview'; readonly preview: RgbPicture }
  | { readonly type: 'done'; readonly painting: Painting; readonly device: string; readonly notes: readonly string[] }
  | { readonly type: 'error'; readonly error: ErrorRecord };
