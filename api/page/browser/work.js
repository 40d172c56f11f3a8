import { call, followJob, Refusal, toJobPath, toPictureUrl } from './calls.js';
import { forget, keep, recall } from './kept.js';
import { toThumb } from './thumb.js';

/** @import { Item, JobAnswer, Wishes } from './types.d.ts' */

/** The pictures of this browser and the jobs that make them. `startWork` takes a listener for changes. */

/** @type {Map<string, Item>} */
export const items = new Map();
/** Ids of the pictures that are shown large: those of this visit, and those not finished at its start. @type {Set<string>} */
export const shown = new Set();

/** @type {Map<string, AbortController>} */
const following = new Map();

/** A browser has six connections to one host, and the rest of the page needs some. */
const MAX_STREAMS = 3;
let streams = 0;

const LOOK_MS = 3000;
const LONGEST_PAUSE_MS = 15_000;

/** @type {() => void} */
let notify = () => undefined;

/** @param {() => void} onChange */
export async function startWork(onChange) {
  notify = onChange;
  for (const item of await recall()) {
    items.set(item.id, item);
    if (hasEnded(item)) continue;
    shown.add(item.id);
    void follow(item);
  }
  notify();
}

/** @param {Item} item */
export const hasEnded = ({ status }) => status === 'done' || status === 'failed' || status === 'cancelled';

/** @param {Wishes} wishes @param {number} count with consecutive seeds */
export function make(wishes, count) {
  for (let index = 0; index < count; index += 1) {
    const seed = (wishes.seed + index) % 2 ** 32;
    const id = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16)).join('');
    // The newest is shown first, and within a batch the first.
    add({ id, at: Date.now() - index, wishes: { ...wishes, seed }, status: 'new' });
  }
}

/** @param {Item} item */
function add(item) {
  items.set(item.id, item);
  shown.add(item.id);
  notify();
  // Stored before it is sent. After a crash it is sent again with the same key, so that it is not made twice.
  void keep(item).then(() => follow(item));
}

/** A picture that was made by equal parameters before. @param {Wishes} wishes */
export const findMade = (wishes) =>
  [...items.values()].find((item) => item.status === 'done' && toText(item.wishes) === toText(wishes));

/** @param {Wishes} wishes */
const toText = (wishes) => JSON.stringify(Object.entries(wishes).sort());

/** @param {Item} item */
export async function cancel(item) {
  update(item, { status: 'cancelled', error: undefined });
  following.get(item.id)?.abort();
  if (item.job !== undefined) await withdraw(item.job);
}

/** Sends the cancellation again when the connection is lost, because the job would go on. @param {string} job */
async function withdraw(job) {
  for (let pauseMs = 500; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    try {
      await call(job, { method: 'DELETE' });
      return;
    } catch (error) {
      // The gateway has no such job, or it is not ours.
      if (error instanceof Refusal && error.status < 500 && error.status !== 429) return;
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

/** @param {Item} item */
export function remove(item) {
  if (!hasEnded(item)) void cancel(item);
  items.delete(item.id);
  shown.delete(item.id);
  void forget(item.id).then(notify);
}

/** @param {Item} item @param {{ [Key in keyof Item]?: Item[Key] | undefined }} change */
export function update(item, change) {
  Object.assign(item, change);
  notify();
  if (items.has(item.id)) void keep(item).then(notify);
}

/** Follows a job to its end, through lost connections. @param {Item} item */
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

/** A request that was never accepted fails at once, and the person decides. An accepted job is asked for until it answers. */
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
    // It may have ended between two connections.
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
  if (item.status === before) notify();
  else update(item, {});
}

/** Changes an item without storing it. @param {Item} item @param {Partial<Item>} change */
function show(item, change) {
  Object.assign(item, change);
  notify();
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
