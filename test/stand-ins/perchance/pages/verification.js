import { callApi, Failure } from './call-api.js';
import { config, pause } from './config.js';
import { browserId, recentlyVerifiedUserKey, rememberUserKey, renewBrowserId, THREAD } from './identity.js';
import { turnstileToken } from './turnstile-check.js';

const LOCK_KEY = 'anotherEmbedIsVerifying_lastActiveTime';
const LOCK_LIFETIME_MS = 2_000;
const LOCK_POLL_MS = 50;

/** A user key: the remembered one, or the one that the service gives, after a Turnstile check where it wants one. */
export async function verifyUser() {
  await untilNoOtherEmbedVerifies();
  const known = recentlyVerifiedUserKey();
  if (known) return known;

  localStorage.setItem('lastVerificationStartTime', String(Date.now()));
  const touchLock = () => localStorage.setItem(LOCK_KEY, String(Date.now()));
  touchLock();
  const lock = setInterval(touchLock, LOCK_LIFETIME_MS / 4);
  try {
    const userKey = await requestUserKey();
    rememberUserKey(userKey);
    return userKey;
  } finally {
    clearInterval(lock);
    localStorage.setItem(LOCK_KEY, '0');
  }
}

async function requestUserKey() {
  let token;
  let hasRenewedIdentity = false;
  for (;;) {
    const query = { browserId: browserId(), thread: THREAD };
    const reply = await callApi('verifyUser', token ? { ...query, token } : query);
    token = undefined;
    switch (reply.status) {
      case 'success':
      case 'already_verified':
        return reply.userKey;
      case 'failed_verification':
        token = await turnstileToken();
        break;
      case 'invalid_browser_id':
        if (hasRenewedIdentity) throw new Failure('invalid_browser_id');
        hasRenewedIdentity = true;
        renewBrowserId();
        break;
      case 'too_many_requests':
        await pause(config.timings.tooManyRequestsMs);
        break;
      case 'fetch_failure':
        await pause(config.timings.fetchFailureMs);
        break;
      default:
        throw new Failure(reply.status);
    }
  }
}

/** Several embeds of one page share the key, so that a visitor passes one check for all of them. */
async function untilNoOtherEmbedVerifies() {
  const isOtherActive = () => Date.now() - Number(localStorage.getItem(LOCK_KEY)) < LOCK_LIFETIME_MS;
  while (isOtherActive() && !recentlyVerifiedUserKey()) await pause(LOCK_POLL_MS);
}
