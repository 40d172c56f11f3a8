import type { ErrorCode } from '../../../shared/errors.ts';

/**
 * Everything that Easel knows about the site, and the only place that knows it. When the site changes, this is what an
 * operator compares with it. Sources: the published source of the site's own `text-to-image-plugin`, and what several
 * public clients agree on.
 */

/** Selectors, best first. Any of them is enough. */
export const SELECTORS = {
  /** On the outer page: the frame that the generator runs in. */
  generatorFrame: ['iframe#outputIframeEl', '#output iframe'],
  /** On the generator page: one of these says that it is the page we know. */
  generator: ['textarea[data-name="description"]', '#generateButtonEl', '#outputAreaEl'],
  /** On the embed page, from its start. */
  embed: ['#waitingEl', '#outputEl', '#resultImgEl', '#cfTurnstileCtn'],
  /** On the embed page, when the picture is there. */
  result: ['#resultImgEl[src^="data:image/"]'],
} as const;

/**
 * How the plugin adds an iframe for a caller that awaits the picture: out of sight but inside the viewport, since
 * Chromium slows frames outside it down.
 */
export const EMBED_IFRAME = {
  className: 'text-to-image-plugin-image-iframe',
  style: 'opacity:0; pointer-events:none; position:fixed; top:0; left:0;',
} as const;

/** Names of the messages between the embed and the page that holds it. */
export const MESSAGES = { ready: 'readyForData', origin: 'originNotify', finished: 'finished' } as const;

const SMALL_SQUARE = { width: 512, height: 512 };
const PORTRAIT = { width: 512, height: 768 };
const LANDSCAPE = { width: 768, height: 512 };
const SQUARE = { width: 768, height: 768 };

/** The plugin refuses every other resolution, and a guidance scale that is not whole, under 1 or over 30. */
export const LIMITS = {
  sizes: [PORTRAIT, LANDSCAPE, SQUARE, SMALL_SQUARE],
  shapes: { portrait: PORTRAIT, landscape: LANDSCAPE, square: SQUARE },
  maxCount: 1,
  seed: true,
  negativePrompt: true,
  /** The real limit is unknown. Longer prompts have not been seen to work. */
  promptCharacters: 2000,
  guidanceScale: { min: 1, max: 30, step: 1, default: 7 },
} as const;

/** Where the site keeps uploaded pictures for good; the image page links to them. */
export const PICTURE_HOSTS: readonly string[] = ['user.uploads.dev', 'user-uploads.perchance.org'];

/** What marks Cloudflare's challenge: this header, or HTTP 403 with a page, or only the page's title. */
export const CHALLENGE = { header: 'cf-mitigated', title: /(Just a moment|Attention Required)/i } as const;

/** Part of its address, wherever it is served from. */
export const VERIFICATION_SCRIPT = '/turnstile/';

export interface StatusMeaning {
  /**
   * `verify`: the site asks for a verification, which has its own bound; `verified`: it is over. `done`: the picture
   * is made. `wait`: the page deals with it by itself (it waits, repeats, verifies again), `times` times in a job at
   * most. `fail`: it never will.
   */
  readonly kind: 'verify' | 'verified' | 'done' | 'wait' | 'fail';
  readonly times?: number;
  /** Its length is unknown, so only the job's deadline ends it, and not the page's silence. */
  readonly isOpenEnded?: boolean;
  /** The error code for our caller if it ends the job. */
  readonly code: ErrorCode;
  /**
   * Whether a repetition needs a new request id. Otherwise it keeps its id, so that it does not queue behind itself.
   */
  readonly newRequestId?: boolean;
}

const VERIFIED: StatusMeaning = { kind: 'verified', code: 'engine_failed' };
/** If the site rejects its key again and again, the verification does not hold, and a person has to look. */
const NOT_VERIFIED: StatusMeaning = { kind: 'wait', times: 1, code: 'engine_challenge' };
const IN_LINE: StatusMeaning = { kind: 'wait', times: 20, code: 'engine_busy' };
const RATE_LIMITED: StatusMeaning = { kind: 'fail', code: 'engine_busy' };
const NOT_UNDERSTOOD: StatusMeaning = { kind: 'fail', code: 'engine_changed' };
const AD_CODE: StatusMeaning = { kind: 'wait', times: 1, code: 'engine_changed' };
/** The client's own word for a failed fetch; the page tries again after 4 to 6 seconds. */
const NO_ANSWER: StatusMeaning = { kind: 'wait', times: 3, code: 'engine_failed' };
/** A page instead of JSON. The site's own client treats it as a failed fetch. */
const NOT_JSON: StatusMeaning = { ...NO_ANSWER, code: 'engine_changed' };

/** Statuses that we derive: the reply has none, or its word alone does not decide. */
export const DERIVED = {
  noAnswer: 'fetch_failure',
  rateLimited: 'too_many_requests',
  notJson: 'not_json',
  retryableFailure: 'gen_failure type 1',
  tokenRefused: 'failed_verification after token',
} as const;

const COMMON = {
  [DERIVED.noAnswer]: NO_ANSWER,
  [DERIVED.rateLimited]: RATE_LIMITED,
  [DERIVED.notJson]: NOT_JSON,
};

const VERIFY_USER: Readonly<Record<string, StatusMeaning>> = {
  ...COMMON,
  success: VERIFIED,
  already_verified: VERIFIED,
  /** Without a token it only asks for one. */
  failed_verification: { kind: 'verify', code: 'engine_challenge' },
  [DERIVED.tokenRefused]: NOT_VERIFIED,
  invalid_browser_id: NOT_VERIFIED,
};

const GENERATE: Readonly<Record<string, StatusMeaning>> = {
  ...COMMON,
  success: { kind: 'done', code: 'engine_failed' },
  invalid_key: NOT_VERIFIED,
  invalid_user_key: NOT_VERIFIED,
  failed_verification: NOT_VERIFIED,
  invalid_browser_id: NOT_VERIFIED,
  invalid_ad_access_code: AD_CODE,
  invalid_access_code: AD_CODE,
  waiting_for_prev_request_to_finish: IN_LINE,
  queued: IN_LINE,
  queue: IN_LINE,
  waiting: IN_LINE,
  pending: IN_LINE,
  network_busy: { kind: 'wait', times: 10, code: 'engine_busy' },
  [DERIVED.retryableFailure]: { kind: 'wait', times: 3, code: 'engine_failed' },
  gen_failure: { kind: 'fail', code: 'engine_failed' },
  stale_request: { kind: 'wait', times: 2, code: 'engine_failed', newRequestId: true },
  invalid_data: NOT_UNDERSTOOD,
  invalid_parameter: NOT_UNDERSTOOD,
  client_update_required: NOT_UNDERSTOOD,
  not_logged_in: { kind: 'fail', code: 'engine_unauthorized' },
};

/** The calls that decide. In all others only a challenge and a rate limit matter. */
export const STATUSES: Readonly<Record<string, Readonly<Record<string, StatusMeaning>>>> = {
  verifyUser: VERIFY_USER,
  generate: GENERATE,
};

/** An unknown status may mean `wait`, so the job's deadline decides. */
export const UNKNOWN_STATUS: StatusMeaning = {
  kind: 'wait',
  times: Number.POSITIVE_INFINITY,
  isOpenEnded: true,
  code: 'engine_failed',
};

/** Form of an unknown status. A sentence or a long text is no status. */
export const STATUS_WORD = /^\w[\w -]{0,63}$/;

/** The service's pictures have about 0.1 MB, as PNG 2 MB. */
export const MAX_PICTURE_BYTES = 8 * 1024 * 1024;
/** A reply may hold a picture, as base64. */
export const MAX_REPLY_BYTES = 12 * 1024 * 1024;

/** The page makes these calls only after it has given up. */
export const BEACONS: Readonly<Record<string, 'verification' | 'download'>> = {
  turnstileClientFail: 'verification',
  imageDownloadClientFail: 'download',
};

/** Chromium's words for a site that cannot be reached at all, so that a second try is a waste of the caller's time. */
export const UNREACHABLE =
  /ERR_(NAME_NOT_RESOLVED|CONNECTION_REFUSED|CONNECTION_TIMED_OUT|ADDRESS_UNREACHABLE|INTERNET_DISCONNECTED|TUNNEL_CONNECTION_FAILED|PROXY_CONNECTION_FAILED|CERT_\w+)/;

/** How long the site is left alone after a refusal, in milliseconds. */
export const RESTS_MS = {
  /** A public analysis saw a challenge after 6 or 7 quick calls from one address. Further calls make it worse. */
  challenge: 15 * 60_000,
  rateLimited: 60_000,
  unreachable: 60_000,
} as const;

/** How often a job adds a new embed after the page gave up, or after a picture that is not whole. */
export const NEW_EMBEDS = 2;

/** Milliseconds. */
export interface Waits {
  /** For opening a connection. It is short, because another engine may serve the job. */
  readonly connect: number;
  /** For the first byte of the outer page. */
  readonly document: number;
  /** For a known part of a page to appear, including the loading of the page. */
  readonly part: number;
  /** For the verification, from the moment that the site asks for it. A check that passes by itself takes 1 to 5 s. */
  readonly verification: number;
  /** Without any call of the page, until it is taken to have given up. Its own longest pause is 6 s. */
  readonly silence: number;
  /** From the service's success to the picture; the page tries three times with pauses of 2 s. */
  readonly download: number;
  /** After the picture appeared in the page. Then it is taken from there, because its message did not come. */
  readonly message: number;
  /** Before another embed, doubled for each. */
  readonly pause: number;
  /** For the whole picture on an open page: less than a job has, so that another engine may still serve. */
  readonly picture: number;
}

export const WAITS: Waits = {
  connect: 2_000,
  document: 20_000,
  part: 20_000,
  verification: 30_000,
  silence: 12_000,
  download: 20_000,
  message: 1_000,
  pause: 1_000,
  picture: 150_000,
};

/** An older page is not used, because the site's scripts and its advertisement code (10 minutes) are outdated then. */
export const PAGE_MAX_AGE_MS = 10 * 60_000;
