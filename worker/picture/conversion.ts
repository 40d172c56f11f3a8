import type { Metadata } from '../../shared/contract/generation.ts';
import type { ErrorRecord } from '../../shared/errors.ts';
import type { InfotextOrigin } from '../../shared/picture/infotext.ts';
import type { Format } from '../../shared/picture/media-type.ts';

/** How a picture was made, as it is written into the file. */
export interface PictureOrigin extends Omit<InfotextOrigin, 'width' | 'height'> {
  /** A trained model made it, or a program that was written by hand. */
  readonly isTrained: boolean;
  readonly metadata: Metadata;
}

/** Every picture is a PNG before it is encoded. */
export type EncodedFormat = Exclude<Format, 'png'>;

/** One piece of work of the image library. It and its answer can be passed to another process by structured clone. */
export type Conversion =
  /** An engine's file becomes a PNG with words about its origin. */
  | { readonly kind: 'normalise'; readonly bytes: Uint8Array; readonly origin: PictureOrigin }
  /** Such a PNG, given by its bytes or by the path of its file, becomes a file of another format. */
  | { readonly kind: 'encode'; readonly png: Buffer | string; readonly format: EncodedFormat };

export interface ConvertedPicture {
  readonly bytes: Buffer;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

/** What the converting process answers. */
export type ConversionAnswer =
  | { readonly type: 'done'; readonly picture: ConvertedPicture }
  | { readonly type: 'error'; readonly error: ErrorRecord };
