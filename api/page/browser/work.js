import { call, followJob, Refusal, toJobPath, toPictureUrl } from './calls.js';
import { forget, keep, recall } from './kept.js';
import { toThumb } from './thumb.js';

/** @import { Item, JobAnswer, Wishes } from './types.d.ts' */

/** The pictures of this browser and the jobs that make them. Whoever shows them is told of every change. */

/** @type {Map<string, Item>} */
export const items = new Map();
/** Those that stand large on the page: of this visit, or not finished when it began. @type {Set<string>} */
export const shown = new Set();

/** @type {Map<string, AbortController>} */
const following = new Map();

/** A browser has six connections to one host: the rest of the page needs some. */
const MAX_STREAMS = 3;
let streams = 0;

const LOOK_MS = 3000;
const LONGEST_PAUSE_MS = 15_000;

/** @type {() => void} */
let tell = () => undefined;

/** @param {() => void} onChange */
export async function startWork(onChange) {
  tell = onChange;
  for (const item of await recall()) {
    items.set(item.id, item);
    if (hasEnded(item)) continue;
    shown.add(item.id);
    void follow(item);
  }
  tell();
}

/** @param {Item} item */
export const hasEnded = ({ status }) => status === 'done' || status === 'failed' || status === 'cancelled';

/** @param {Wishes} wishes @param {number} count with consecutive seeds */
export function make(wishes, count) {
  for (let index = 0; index < count; index += 1) {
    const seed = (wishes.seed + index) % 2 ** 32;
    const id = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16)).join('');
    add({ id, at: Date.now() + index, wishes: { ...wishes, seed }, status: 'new' });
  }
}

/** @param {Item} item */
function add(item) {
  items.set(item.id, item);
  shown.add(item.id);
  tell();
  // Kept before it is sent: after a crash it is sent again by the same key, and not made twice.
  void keep(item).then(() => follow(item));
}

/** The one that was made by just these wishes already. @param {Wishes} wishes */
export const findMade = (wishes) =>
  [...items.values()].find((item) => item.status === 'done' && toText(item.wishes) === toText(wishes));

/** @param {Wishes} wishes */
const toText = (wishes) => JSON.stringify(Object.entries(wishes).sort());

/** @param {Item} item */
export async function cancel(item) {
  update(item, { status: 'cancelled', error: undefined });
  following.get(item.id)?.abort();
  if (item.job !== undefined) await call(item.job, { method: 'DELETE' }).catch(() => undefined);
}

/** @param {Item} item */
export function remove(item) {
  if (!hasEnded(item)) void cancel(item);
  items.delete(item.id);
  shown.delete(item.id);
  void forget(item.id).then(tell);
}

/** @param {Item} item @param {{ [Key in keyof Item]?: Item[Key] | undefined }} change */
export function update(item, change) {
  Object.assign(item, change);
  tell();
  if (items.has(item.id)) void keep(item).then(tell);
}

/** Until it has ended, whatever happens to the connection. @param {Item} item */
async function follow(item) {
  const controller = new AbortController();
  following.set(item.id, controller);
  let pauseMs = 500;
  let last = 0;
  while (!hasEnded(item) && items.has(item.id)) {
    try {
      await send(item, controller.signal);
      last = await look(item, last, controller.signal);
      pauseMs = 500;
    } catch (error) {
      if (controller.signal.aborted) break;
      if (error instanceof Refusal && isFinal(error, item)) fail(item, error);
      else if (!(error instanceof Refusal)) show(item, { isOffline: true });
      pauseMs = error instanceof Refusal && error.retryAfter > 0 ? error.retryAfter * 1000 : pauseMs * 2;
    }
    if (!hasEnded(item)) await pause(Math.min(pauseMs, LONGEST_PAUSE_MS), controller.signal);
  }
  following.delete(item.id);
}

/** What was never accepted fails at once, so that the person decides; what was is asked for until it answers. */
const isFinal = (/** @type {Refusal} */ { status }, /** @type {Item} */ { job }) =>
  job === undefined || (status >= 400 && status < 500 && status !== 429);

/** @param {Item} item @param {Refusal} refusal */
const fail = (item, { code, message }) => update(item, { status: 'failed', error: { code, message } });

/** @param {Item} item @param {AbortSignal} signal */
async function send(item, signal) {
  if (item.job !== undefined) return;
  const response = await call('jobs', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Idempotency-Key': item.id },
    body: JSON.stringify({ ...item.wishes, previews: 2 }),
    signal,
  });
  /** @type {JobAnswer} */
  const job = await response.json();
  item.job = toJobPath(job.status_url);
  take(item, job);
}

/** @param {Item} item @param {number} last @param {AbortSignal} signal */
async function look(item, last, signal) {
  if (item.job === undefined || hasEnded(item)) return last;
  if (streams >= MAX_STREAMS) {
    take(item, await (await call(item.job, { signal })).json());
    if (!hasEnded(item)) await pause(LOOK_MS, signal);
    return last;
  }
  streams += 1;
  try {
    for await (const { id, job } of followJob(item.job, last, signal)) {
      last = id || last;
      take(item, job);
    }
    // It may have ended while nobody listened.
    if (!hasEnded(item)) take(item, await (await call(item.job, { signal })).json());
  } finally {
    streams -= 1;
  }
  return last;
}

/** @param {Item} item @param {JobAnswer} job */
function take(item, job) {
  if (item.status === 'cancelled') return;
  const before = item.status;
  const image = job.images?.[0];
  Object.assign(item, {
    ...{ status: job.status, stage: job.stage, progress: job.progress, isOffline: false },
    ...{ place: job.queue_position, eta: job.eta_seconds, engine: job.engine ?? item.engine },
    ...(job.preview !== undefined && { preview: job.preview }),
  });
  if (job.status === 'done' && image?.image_url !== undefined) {
    Object.assign(item, { width: image.width, height: image.height, warnings: job.warnings, preview: undefined });
    item.url = toPictureUrl(image.image_url);
    item.seconds = (Date.parse(job.finished_at ?? '') - Date.parse(job.created_at ?? '')) / 1000;
    void toThumb(item.url).then((thumb) => thumb && update(item, { thumb }));
  }
  if (job.status === 'failed') item.error = { code: job.code ?? 'internal', message: job.error ?? '' };
  if (item.status === before) tell();
  else update(item, {});
}

/** Changes what is only for the moment. @param {Item} item @param {Partial<Item>} change */
function show(item, change) {
  Object.assign(item, change);
  tell();
}

/** @param {number} milliseconds @param {AbortSignal} signal @returns {Promise<void>} */
function pause(milliseconds, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
