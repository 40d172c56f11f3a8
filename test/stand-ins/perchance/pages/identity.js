import { config } from './config.js';

const BROWSER_ID_KEY = 'generation-v2-browser';
const USER_KEY = /^[0-9a-f]{64}$/;
/** Images have one thread a visitor: one image at a time. */
export const THREAD = 0;

export function browserId() {
  const known = localStorage.getItem(BROWSER_ID_KEY);
  if (known && /^[0-9a-f]{32}$/.test(known)) return known;
  const made = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0'));
  localStorage.setItem(BROWSER_ID_KEY, made.join(''));
  return made.join('');
}

const keyOf = (name) => `generation-v2:${browserId()}:${name}-${THREAD}`;

export function storedUserKey() {
  const userKey = localStorage.getItem(keyOf('userKey'));
  return userKey && USER_KEY.test(userKey) ? userKey : null;
}

export function rememberUserKey(userKey) {
  localStorage.setItem(keyOf('userKey'), userKey);
  localStorage.setItem(keyOf('recentlyVerified'), String(Date.now()));
  localStorage.setItem('lastThreadUsed', String(THREAD));
}

export function forgetUserKey() {
  localStorage.removeItem(keyOf('userKey'));
  localStorage.removeItem(keyOf('recentlyVerified'));
}

export function renewBrowserId() {
  forgetUserKey();
  localStorage.removeItem(BROWSER_ID_KEY);
}

/** The key, where it was verified so lately that it need not be asked about. */
export function recentlyVerifiedUserKey() {
  const verifiedAt = Number(localStorage.getItem(keyOf('recentlyVerified')));
  return Date.now() - verifiedAt < config.timings.recentlyVerifiedMs ? storedUserKey() : null;
}
