import { type Clock, toAbortError } from '../../../shared/wait.ts';
import type { EngineContext } from '../engine.ts';
import type { ComfyImage } from './schema.ts';
import type { ComfyServer } from './server.ts';
import type { ComfyWatch } from './watch.ts';

const FIRST_PAUSE_MS = 500;
const PAUSE_GROWTH = 1.5;
const LONGEST_PAUSE_MS = 3000;

interface ImageWait {
  readonly server: ComfyServer;
  readonly promptId: string;
  readonly watch: ComfyWatch;
  readonly clock: Clock;
  readonly context: EngineContext;
}

/** Looks at the history until our prompt is in it: when the WebSocket says that it has ended, and after growing pauses. */
export async function waitForImage({ server, promptId, watch, clock, context }: ImageWait): Promise<ComfyImage> {
  const { signal, onProgress } = context;
  let word: Promise<void> | undefined = watch.ended;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * PAUSE_GROWTH, LONGEST_PAUSE_MS)) {
    // The word is believed once. If the history knows nothing then, the further looks keep their pace.
    if (await pauseUnless(word, pauseMs, { clock, signal })) word = undefined;
    const image = await server.findImage(promptId);
    if (image !== undefined) return image;
    if (watch.isRunning()) continue;
    const place = await server.placeOf(promptId);
    const engineStatus = `place ${place} in ComfyUI's queue`;
    onProgress(place === 0 ? { stage: 'generate' } : { stage: 'queue', engineStatus });
  }
}

/** Waits for `word`, but no longer than the pause. Answers whether the word came. Throws if the signal aborts. */
export async function pauseUnless(
  word: Promise<void> | undefined,
  pauseMs: number,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<boolean> {
  const heard = new AbortController();
  const pause = clock.wait(pauseMs, AbortSignal.any([signal, heard.signal])).then(
    () => false,
    () => false,
  );
  const hasCome = await Promise.race([pause, ...(word === undefined ? [] : [word.then(() => true)])]);
  heard.abort();
  if (signal.aborted) throw toAbortError(signal);
  return hasCome;
}
