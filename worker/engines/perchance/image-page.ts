import { z } from 'zod';
import type { AppError } from '../../../shared/errors.ts';
import { type Clock, withDeadline } from '../../../shared/wait.ts';
import type { DrivenPage } from '../../browser/pages.ts';
import { raceAbort } from '../../browser/pool/race-abort.ts';
import { toExcerpt } from '../../upstream/excerpt.ts';
import { createGuardedFetch } from '../../upstream/guarded-fetch.ts';
import { requirePicture } from '../../upstream/upstream.ts';
import type { EngineContext, EngineImage, EngineRequest } from '../engine.ts';
import { drawIframeId } from './embed.ts';
import { challenged, changed, documentFailure, failed, navigationFailure, rateLimited } from './failures.ts';
import { followEmbed } from './follow.ts';
import { toWholePicture } from './picture.ts';
import { toSeed } from './reply-values.ts';
import { CHALLENGE, LIMITS, MAX_REPLY_BYTES, PICTURE_HOSTS, type Waits } from './site.ts';
import { createJudge } from './verdict.ts';
import { watchEmbed } from './watch.ts';

/**
 * The second way: a generator page of the site, "Image API v1", that takes the request in its address and shows JSON
 * with a permanent link. Five independent programs use it. Any user may publish such a page, so the site promises
 * nothing for it. We take only a link to the site's own pictures from it.
 */

const STEP = 'image page';
const LOOK_EVERY_MS = 100;
/** A frame whose script never ends does not answer. */
const LOOK_TIMEOUT_MS = 1000;

interface ImagePageOptions extends EngineContext {
  readonly imagePageUrl: string;
  readonly embedUrl: string;
  readonly clock: Clock;
  readonly waits: Waits;
}

const resultSchema = z.object({
  id: z.union([z.string(), z.number()]).nullish(),
  ok: z.boolean(),
  url: z.string().nullish(),
  dataUrl: z.string().nullish(),
  seed: z.unknown().optional(),
  code: z.number().nullish(),
  error: z.string().nullish(),
  retryAfter: z.number().nullish(),
});
type ImagePageResult = z.infer<typeof resultSchema>;

/** Makes the picture on a blank page. A page that hangs is abandoned before the job's own deadline. */
export function paintByImagePage(
  page: DrivenPage,
  request: EngineRequest,
  options: ImagePageOptions,
): Promise<EngineImage> {
  const bound = { timeoutMs: options.waits.picture, signal: options.signal, code: 'engine_failed' } as const;
  return withDeadline({ ...bound, what: `perchance: ${STEP}` }, (signal) =>
    raceAbort(paint(page, request, { ...options, signal }), signal),
  );
}

async function paint(page: DrivenPage, request: EngineRequest, options: ImagePageOptions): Promise<EngineImage> {
  const ending = new AbortController();
  const signal = AbortSignal.any([options.signal, ending.signal]);
  // The same embed runs inside the page and asks the same service, so its replies count here as well.
  const follower = followEmbed({ ...options, judge: createJudge() });
  let hasCalled = false;
  const events: typeof follower.events = {
    ...follower.events,
    onCall(endpoint) {
      hasCalled = true;
      follower.events.onCall(endpoint);
    },
  };
  const watch = watchEmbed(page, options.embedUrl, events);
  const gaveUp = follower.end.then(({ error }): never => {
    throw error;
  });
  // The race below hears of it. It may also end before the race begins, or after it.
  gaveUp.catch(() => undefined);
  try {
    const id = drawIframeId();
    options.onProgress({ stage: 'generate', engineStatus: 'starting' });
    await openImagePage(page, toImagePageAddress(options.imagePageUrl, request, id), options);
    const look = readResult(page, id, { ...options, signal, hasCalled: () => hasCalled });
    // If the site gives up first, this promise is no longer awaited.
    look.catch(() => undefined);
    const result = await Promise.race([look, gaveUp]);
    options.onProgress({ stage: 'download' });
    return await toImage(result, request, options);
  } finally {
    ending.abort();
    watch.stop();
    follower.stop();
  }
}

function toImagePageAddress(imagePageUrl: string, request: EngineRequest, id: string): string {
  const url = new URL(imagePageUrl);
  const parameters = {
    prompt: request.prompt,
    negativePrompt: request.negativePrompt,
    resolution: `${request.width}x${request.height}`,
    guidanceScale: String(request.guidanceScale ?? LIMITS.guidanceScale.default),
    seed: String(request.seed),
    format: 'json',
    id,
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}

async function openImagePage(page: DrivenPage, address: string, { waits, signal }: ImagePageOptions): Promise<void> {
  const response = await page
    .goto(address, { waitUntil: 'commit', timeout: waits.document, signal })
    .catch((error: unknown) => {
      if (signal.aborted || page.isClosed()) throw error;
      // The error's message contains the address, and the address contains the prompt.
      throw navigationFailure(STEP, /net::ERR_\w+/.exec(String(error))?.[0] ?? 'no answer');
    });
  const failure = response === null ? undefined : documentFailure(STEP, response.status(), response.headers());
  if (failure !== undefined) throw failure;
}

/** The part of a browser's window that `readPage` uses: it runs there. */
declare const document: { readonly title: string; readonly body: { readonly innerText: string } | null };

/** Runs in each frame: its title, and its text where that may be JSON. */
function readPage(maxLength: number): { readonly title: string; readonly text: string } {
  // biome-ignore lint/performance/useDomNodeTextContent: the text of scripts does not count, only what is shown.
  const text = (document.body?.innerText ?? '').trim();
  return { title: document.title, text: text.startsWith('{') && text.length <= maxLength ? text : '' };
}

interface LookOptions extends ImagePageOptions {
  /** Whether an embed in the page has asked its service for anything. */
  readonly hasCalled: () => boolean;
}

/** Looks into every frame until one shows the result: the site puts a generator's page into a frame of its own. */
async function readResult(page: DrivenPage, id: string, options: LookOptions): Promise<ImagePageResult> {
  const { clock, waits, signal, hasCalled } = options;
  const hopelessAt = clock.elapsed() + 2 * waits.part;
  for (;;) {
    for (const frame of page.frames()) {
      const limit = AbortSignal.any([signal, AbortSignal.timeout(LOOK_TIMEOUT_MS)]);
      // A frame may go while it is read. The next look reads those that are there then.
      const sight = await raceAbort(frame.evaluate(readPage, MAX_REPLY_BYTES), limit).catch(() => undefined);
      signal.throwIfAborted();
      if (sight === undefined) continue;
      const result = parseResult(sight.text, id);
      if (result !== undefined) return result;
      if (CHALLENGE.title.test(sight.title) && isOfSite(frame.url(), options.imagePageUrl)) throw challenged(STEP);
    }
    if (!hasCalled() && clock.elapsed() > hopelessAt)
      throw changed(`${STEP}: neither a result nor a call for a picture`);
    await clock.wait(LOOK_EVERY_MS, signal);
  }
}

function parseResult(text: string, id: string): ImagePageResult | undefined {
  if (text === '') return undefined;
  try {
    const { result: inner, ...outer } = z.looseObject({ result: z.unknown().optional() }).parse(JSON.parse(text));
    const result = resultSchema.parse(inner ?? outer);
    return result.id === undefined || result.id === null || String(result.id) === id ? result : undefined;
  } catch {
    // Other frames may show anything.
    return undefined;
  }
}

async function toImage(
  result: ImagePageResult,
  request: EngineRequest,
  { imagePageUrl, signal }: ImagePageOptions,
): Promise<EngineImage> {
  if (!result.ok) throw toFailure(result, [request.prompt, request.negativePrompt]);
  const seed = toSeed(result.seed);
  const inPage = toWholePicture(result.dataUrl);
  if (inPage !== undefined) return { bytes: inPage, seed };
  const { url } = result;
  if (typeof url !== 'string' || !URL.canParse(url)) throw changed(`${STEP}: a success without a picture`);
  const { protocol, hostname } = new URL(url);
  const isPicture = protocol === 'https:' && PICTURE_HOSTS.includes(hostname);
  if (!isPicture && !isOfSite(url, imagePageUrl)) throw changed(`${STEP}: its picture is at another host, ${hostname}`);
  const fetchPicture = createGuardedFetch({ base: imagePageUrl });
  return { bytes: requirePicture(await fetchPicture(url, { signal }), 'perchance: the picture'), seed };
}

function toFailure({ code, error, retryAfter }: ImagePageResult, secrets: readonly string[]): AppError {
  if (code === 429)
    return rateLimited(
      STEP,
      retryAfter !== null && retryAfter !== undefined && retryAfter > 0 ? retryAfter : undefined,
    );
  const reason = `${STEP}: ${code ?? 'no code'} ${toExcerpt(error ?? '', secrets)}`;
  return code === 400 ? changed(reason) : failed(reason);
}

function isOfSite(address: string, imagePageUrl: string): boolean {
  if (!URL.canParse(address)) return false;
  const [site, other] = [new URL(imagePageUrl), new URL(address)];
  const isHost = other.hostname === site.hostname || other.hostname.endsWith(`.${site.hostname}`);
  return isHost && other.protocol === site.protocol;
}
