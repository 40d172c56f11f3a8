/** A refusal in one of the shapes that were seen at the real service. */
export type Failure = {
  httpStatus: number;
  headers?: Record<string, string>;
  /** Text is sent as HTML, everything else as JSON. */
  body: unknown;
  /** Values of the rate headers. */
  clientRemaining?: number;
};

export type Behaviour = {
  /** How an upload is refused. */
  failure: Failure | null;
  /** Number of uploads that fail so. Later ones succeed. */
  times: number;
  /** How long an upload takes before it is answered; `Infinity` hangs. The picture is stored at once. */
  uploadMs: number;
  /** `before`: the connection is reset and nothing is stored. `mid_reply`: stored, and the reply is cut off. */
  reset: 'none' | 'before' | 'mid_reply';
  /** Success without the link to the picture. */
  omitsLink: boolean;
  /** How the picture's own address answers. */
  media: 'bytes' | 'rate_limited' | 'forbidden' | 'removed';
};

export const normalBehaviour: Behaviour = {
  failure: null,
  times: Number.POSITIVE_INFINITY,
  uploadMs: 0,
  reset: 'none',
  omitsLink: false,
  media: 'bytes',
};

const UPLOAD = { request: '/3/image', method: 'POST' };

/** The classic envelope; the status inside may differ from the HTTP status. */
export function failure(httpStatus: number, error: unknown, more: Record<string, unknown> = {}): Failure {
  return { httpStatus, body: { data: { error, ...more }, success: false, status: httpStatus } };
}

export function imgurException(code: number, message: string): Record<string, unknown> {
  return { code, message, type: 'ImgurException', exception: [] };
}

const OVER_CAPACITY = 'Imgur is temporarily over capacity. Please try again later.';
const TOO_FAST = imgurException(429, 'You are uploading too fast. Please wait 59 more minutes.');
const JSON_API_429 = {
  errors: [
    {
      id: 'legacy-api-7c9d8f6b5-x2x2x/stand-in',
      code: '429',
      status: 'Too Many Requests',
      detail: 'Too Many Requests',
    },
  ],
};
const NO_COUNTRY =
  'We\'re really sorry, but anonymous uploading in your country has been disabled. Please <a href="//imgur.com/register">register</a>.';
const VARNISH_503 = `<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE html><html><head><title>503 client read error</title></head>
<body><h1>Error 503 client read error</h1><p>Error 54113</p><p>Varnish cache server</p></body></html>`;

/** One line for each known way in which an upload ends. */
export const modes = {
  ok: {},
  daily429: { failure: failure(429, 'Daily client requests exceeded', UPLOAD) },
  jsonapi429: { failure: { httpStatus: 429, body: JSON_API_429, clientRemaining: 0 } },
  toofast400: { failure: failure(400, TOO_FAST, UPLOAD) },
  toofast429: { failure: { ...failure(400, TOO_FAST, UPLOAD), httpStatus: 429 } },
  over403: { failure: failure(403, OVER_CAPACITY) },
  over429: { failure: failure(429, OVER_CAPACITY) },
  over500: { failure: failure(500, OVER_CAPACITY) },
  over1203: {
    failure: {
      httpStatus: 500,
      body: {
        data: { error: 'Imgur is over capacity. Please try again.', ...UPLOAD },
        success: false,
        status: 1203,
      },
    },
  },
  forbidden400: {
    failure: {
      ...failure(400, 'These actions are forbidden.'),
      headers: { Server: 'cat factory 1.0', 'Retry-After': '0', 'CDN-Error': 'yes' },
    },
  },
  country400: { failure: failure(400, NO_COUNTRY, UPLOAD) },
  invalid_client: { failure: failure(403, 'Invalid client_id', UPLOAD) },
  file_type400: { failure: failure(400, imgurException(1003, 'File type invalid (1)'), UPLOAD) },
  html503: { failure: { httpStatus: 503, body: VARNISH_503 } },
  datastring500: { failure: { httpStatus: 500, body: { data: 'An error occurred', success: false, status: 500 } } },
  datafalse: { failure: { httpStatus: 500, body: { data: false, success: false, status: 500 } } },
  slow: { uploadMs: 5_000 },
  hang: { uploadMs: Number.POSITIVE_INFINITY },
  reset: { reset: 'mid_reply' },
  reset_before: { reset: 'before' },
  success_without_link: { omitsLink: true },
  media_429: { media: 'rate_limited' },
  media_403: { media: 'forbidden' },
  media_removed: { media: 'removed' },
} as const satisfies Record<string, Partial<Behaviour>>;

export type ImgurMode = keyof typeof modes;
