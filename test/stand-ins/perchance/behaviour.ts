import type { PictureFormat } from './picture.ts';

/** The answer to a request for a page. `refused` resets every connection to that page's whole origin. */
export type DocumentAnswer = 'page' | 'challenge' | 'hang' | 'not_found' | 'error' | 'refused';

/** How `POST /generate` answers instead of making a picture. */
export type Refusal =
  | { kind: 'status'; httpStatus: number; body: { status: string } & Record<string, unknown> }
  | { kind: 'html' }
  | { kind: 'reset' };

/** Everything that can differ between modes. A mode is a patch to `normalBehaviour`. */
export type Behaviour = {
  outer: DocumentAnswer;
  generator: DocumentAnswer;
  embed: DocumentAnswer;
  /** The page "Image API v1". */
  imagePage: DocumentAnswer;
  /** What the image page says instead of a picture. `silent`: nothing. */
  imageFailure: { code: number; error: string; retryAfter?: number } | 'silent' | null;
  /** A wrong address of the picture that the image page sends. */
  imageUrl: string | null;
  /** Pages whose markup has none of the known names. */
  redesigned: readonly ('outer' | 'generator' | 'embed')[];
  /** Early 2025 or 2026: counts 3/6/9 or 2/4/6/8/16/32; negative prompt in an input or in a textarea. */
  dom: 'v1' | 'v2';
  /** A dialog covers the generator until its box is ticked and its button pressed. */
  termsDialog: boolean;
  /** How many clicks on the button do nothing on a newly loaded generator page. */
  lostClicks: number;

  api: 'json' | 'challenge';
  /** `silent`: the widget never answers. `blocked`: its script does not load. */
  turnstile: 'token' | 'error' | 'silent' | 'blocked';
  /** The status that `verifyUser` answers, for the first `times` calls. */
  verifyRefusal: string | null;
  /** What `generate` answers, for the first `times` calls. */
  refusal: Refusal | null;
  /** How often a refusal is given; `Infinity` for always. */
  times: number;
  /** How long a generation takes; `Infinity` hangs. */
  generateMs: number;

  format: PictureFormat;
  delivery: 'download' | 'data_url';
  download: 'bytes' | 'forbidden' | 'missing' | 'truncated' | 'html' | 'hang';
  maybeNsfw: boolean;
  /** What the embed page does to the browser that shows it, before it makes a picture as always. */
  attack: Attack | null;
  /** Other addresses that an attack tries to reach: `host:port`. */
  targets: readonly string[];
};

export type Attack =
  | 'large_result'
  | 'huge_result'
  | 'huge_storage'
  | 'huge_database'
  | 'windows'
  | 'buffers'
  | 'endless_loop'
  | 'wild_seed'
  | 'inward';

export const normalBehaviour: Behaviour = {
  outer: 'page',
  generator: 'page',
  embed: 'page',
  imagePage: 'page',
  imageFailure: null,
  imageUrl: null,
  redesigned: [],
  dom: 'v2',
  termsDialog: false,
  lostClicks: 0,
  api: 'json',
  turnstile: 'token',
  verifyRefusal: null,
  refusal: null,
  times: 1,
  generateMs: 50,
  format: 'jpeg',
  delivery: 'download',
  download: 'bytes',
  maybeNsfw: false,
  attack: null,
  targets: [],
};
