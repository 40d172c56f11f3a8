import type { Behaviour, Refusal } from './behaviour.ts';

const ALWAYS = Number.POSITIVE_INFINITY;

function refuse(status: string, more: Record<string, unknown> = {}): { refusal: Refusal } {
  return { refusal: { kind: 'status', httpStatus: 200, body: { status, ...more } } };
}

/** One line for each known way in which the service answers or breaks. */
export const modes = {
  ok: {},
  slow: { generateMs: 5_000 },
  hang: { generateMs: ALWAYS },

  cf403_document: { outer: 'challenge', generator: 'challenge', embed: 'challenge' },
  cf403_embed: { embed: 'challenge' },
  cf403_api: { api: 'challenge' },
  turnstile_fail: { turnstile: 'error' },
  turnstile_silent: { turnstile: 'silent' },
  turnstile_blocked: { turnstile: 'blocked' },

  verify_invalid_browser_id: { verifyRefusal: 'invalid_browser_id' },
  verify_too_many_requests: { verifyRefusal: 'too_many_requests', times: ALWAYS },

  key_expired: refuse('invalid_key'),
  key_always_expired: { ...refuse('invalid_key'), times: ALWAYS },
  invalid_user_key: refuse('invalid_user_key'),
  failed_verification: refuse('failed_verification', { reason: 'token_required' }),
  invalid_browser_id: refuse('invalid_browser_id'),
  ad_code: refuse('invalid_ad_access_code'),
  ad_code_old_name: refuse('invalid_access_code'),
  busy: { ...refuse('waiting_for_prev_request_to_finish'), times: 2 },
  busy_203: {
    refusal: { kind: 'status', httpStatus: 203, body: { status: 'waiting_for_prev_request_to_finish' } },
    times: 2,
  },
  queued: { ...refuse('queued'), times: 2 },
  network_busy: { ...refuse('network_busy'), times: 2 },
  network_always_busy: { ...refuse('network_busy'), times: ALWAYS },
  gen_failure: { ...refuse('gen_failure', { type: 1 }), times: 2 },
  gen_failure_always: { ...refuse('gen_failure', { type: 1 }), times: ALWAYS },
  gen_failure_permanent: { ...refuse('gen_failure'), times: ALWAYS },
  stale: refuse('stale_request'),
  rate_429: {
    refusal: { kind: 'status', httpStatus: 429, body: { status: 'too_many_requests' } },
    times: ALWAYS,
  },
  rate_200: { ...refuse('too_many_requests'), times: ALWAYS },
  client_update: { ...refuse('client_update_required'), times: ALWAYS },
  invalid_data: { ...refuse('invalid_data'), times: ALWAYS },
  invalid_parameter: { ...refuse('invalid_parameter'), times: ALWAYS },
  not_logged_in: { ...refuse('not_logged_in'), times: ALWAYS },
  unknown_status: { ...refuse('moon_phase_unsuitable'), times: ALWAYS },
  nonjson: { refusal: { kind: 'html' }, times: ALWAYS },
  connection_reset: { refusal: { kind: 'reset' }, times: ALWAYS },

  download_403: { download: 'forbidden' },
  download_404: { download: 'missing' },
  download_truncated: { download: 'truncated' },
  download_html: { download: 'html' },
  download_hang: { download: 'hang' },
  webp: { format: 'webp' },
  dataurl: { delivery: 'data_url' },
  nsfw: { maybeNsfw: true },

  dom_v1: { dom: 'v1' },
  dom_v2: { dom: 'v2' },
  terms_dialog: { termsDialog: true },
  lost_click: { lostClicks: 1 },
  redesigned: { redesigned: ['outer', 'generator', 'embed'] },
  redesigned_outer: { redesigned: ['outer'] },
  redesigned_generator: { redesigned: ['generator'] },
  redesigned_embed: { redesigned: ['embed'] },

  embed_hang: { embed: 'hang' },
  embed_404: { embed: 'not_found' },
  embed_refused: { embed: 'refused' },
  generator_hang: { generator: 'hang' },
  image_page_challenge: { imagePage: 'challenge' },
  image_page_404: { imagePage: 'not_found' },
  image_page_silent: { imageFailure: 'silent' },
  image_page_rate: { imageFailure: { code: 429, error: 'slow down', retryAfter: 40 } },
  image_page_invalid: { imageFailure: { code: 400, error: 'bad request' } },
  image_page_failure: { imageFailure: { code: 500, error: 'no picture' } },
  image_page_elsewhere: { imageUrl: 'https://pictures.invalid/1.jpeg' },

  site_hang: { outer: 'hang', generator: 'hang', embed: 'hang' },
  site_error: { outer: 'error', generator: 'error', embed: 'error' },
  site_refused: { outer: 'refused', generator: 'refused', embed: 'refused' },
} as const satisfies Record<string, Partial<Behaviour>>;

export type PerchanceMode = keyof typeof modes;
