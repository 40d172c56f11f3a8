/** @import { JobAnswer } from './types.d.ts' */

const KEY = 'easel-key';

/** The gateway's address, with a slash at its end. */
export const base = new URL(document.body.dataset.base ?? '/', location.href).href;

export const readKey = () => localStorage.getItem(KEY) ?? '';

/** @param {string} key */
export const keepKey = (key) => (key === '' ? localStorage.removeItem(KEY) : localStorage.setItem(KEY, key));

/** An error answer of the gateway. */
export class Refusal extends Error {
  /** @param {number} status @param {{ code?: string, error?: string }} answer @param {number} retryAfter seconds */
  constructor(status, { code = 'internal', error = `HTTP ${status}` }, retryAfter) {
    super(error);
    this.status = status;
    this.code = code;
    this.retryAfter = retryAfter;
  }
}

/**
 * Throws a `Refusal`, or fetch's own error if no answer came.
 * @param {string} path below the base
 * @param {RequestInit} [init]
 */
export async function call(path, init = {}) {
  const key = readKey();
  const headers = { ...init.headers, ...(key !== '' && { 'X-API-Key': key }) };
  const response = await fetch(new URL(path, base), { ...init, headers });
  if (response.ok) return response;
  const answer = await response.json().catch(() => ({}));
  throw new Refusal(response.status, answer, Number(response.headers.get('retry-after') ?? 0));
}

/** The part of an absolute address below the base, because the page may be reached by another name. @param {string} url */
export function toJobPath(url) {
  const { pathname, search } = new URL(url);
  return pathname.slice(pathname.lastIndexOf('/jobs/') + 1) + search;
}

/** A picture of the gateway's disk is fetched from the host that the page came from. @param {string} url */
export function toPictureUrl(url) {
  const { pathname } = new URL(url, base);
  const at = pathname.lastIndexOf('/images/');
  const isOwn = at >= 0 && pathname.slice(0, at + 1) === new URL(base).pathname;
  return isOwn ? new URL(pathname.slice(at + 1), base).href : url;
}

/**
 * Every event of a job, until the job or the connection ends.
 * @param {string} job @param {number} after @param {AbortSignal} signal
 * @returns {AsyncGenerator<{ id: number, job: JobAnswer }>}
 */
export async function* followJob(job, after, signal) {
  const headers = after > 0 ? { 'Last-Event-ID': String(after) } : {};
  const response = await call(job.replace(/(\?|$)/, '/events$1'), { headers, signal, cache: 'no-store' });
  if (response.body === null) return;
  let text = '';
  for await (const piece of response.body.pipeThrough(new TextDecoderStream())) {
    text += piece;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const event = text.slice(0, end);
      text = text.slice(end + 2);
      const data = /^data: (.*)$/m.exec(event)?.[1];
      if (data !== undefined) yield { id: Number(/^id: (.*)$/m.exec(event)?.[1] ?? 0), job: JSON.parse(data) };
    }
  }
}
