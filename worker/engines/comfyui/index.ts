import { randomUUID } from 'node:crypto';
import type { AxiosInstance } from 'axios';
import { createHttpClient } from '../../../shared/net/http.ts';
import { text, url } from '../../../shared/service/config.ts';
import { type Clock, toAbortError } from '../../../shared/wait.ts';
import { requireSettings } from '../../upstream/required-settings.ts';
import { requirePicture } from '../../upstream/upstream.ts';
import type { Engine, EngineContext, EngineLimits, EngineOutput, EnginePlugin, EngineRequest } from '../engine.ts';
import { MEGAPIXEL_LIMITS } from '../service-sizes.ts';
import { type ComfyServer, createComfyServer } from './server.ts';
import { type ComfyWatch, watchComfy } from './watch.ts';
import { BUILT_IN, fillIn, type Graph, placeholdersOf, readWorkflow } from './workflow.ts';

const settings = {
  COMFYUI_URL: url('Where the comfyui engine reaches ComfyUI, for instance http://127.0.0.1:8188'),
  COMFYUI_WORKFLOW: text(
    'A workflow in API format with {{prompt}}, {{negative}}, {{seed}}, {{width}}, {{height}}, {{steps}}, {{cfg}}; unset: a simple one on the first checkpoint',
    { format: "a file's path" },
  ),
};

const FIRST_PAUSE_MS = 500;
const PAUSE_GROWTH = 1.5;
const LONGEST_PAUSE_MS = 3000;
const MAX_REPLY_BYTES = 64 * 1024 * 1024;

interface ComfyConfig {
  readonly url: string;
  readonly graph: Graph;
  readonly clock: Clock;
}

/** ComfyUI: hands it a graph, hears how far it is, fetches what it saved. https://docs.comfy.org */
function createComfyui({ url: baseUrl, graph, clock }: ComfyConfig): Engine {
  const client: AxiosInstance = createHttpClient({ baseURL: baseUrl, maxContentLength: MAX_REPLY_BYTES });
  const cancelling = new Set<Promise<void>>();
  const placeholders = placeholdersOf(graph);

  async function generate(request: EngineRequest, context: EngineContext): Promise<EngineOutput> {
    const { signal, onProgress } = context;
    const secrets = [request.prompt, request.negativePrompt];
    const server = createComfyServer({ client, secrets, signal, now: clock.now });
    const clientId = randomUUID();
    onProgress({ stage: 'queue' });
    const checkpoint = placeholders.has('checkpoint') ? await server.firstCheckpoint() : '';
    const socketUrl = `${baseUrl.replace(/^http/, 'ws')}/ws?clientId=${clientId}`;
    const watch = watchComfy({ url: socketUrl, previews: request.previews, onProgress });
    let promptId: string | undefined;
    let isEnded = false;
    try {
      promptId = await server.submit(fillIn(graph, request, checkpoint), clientId);
      watch.follow(promptId);
      const image = await waitForImage(server, promptId, watch, context);
      isEnded = true;
      onProgress({ stage: 'download' });
      return { images: [{ bytes: requirePicture(await server.view(image), 'ComfyUI: the picture') }], warnings: [] };
    } catch (error) {
      throw signal.aborted ? toAbortError(signal) : error;
    } finally {
      watch.stop();
      if (promptId !== undefined && !isEnded) tell(server.cancel(promptId));
    }
  }

  async function waitForImage(server: ComfyServer, promptId: string, watch: ComfyWatch, context: EngineContext) {
    const { signal, onProgress } = context;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * PAUSE_GROWTH, LONGEST_PAUSE_MS)) {
      // Whichever comes first: the word of the WebSocket, or the time to look for ourselves.
      const looked = new AbortController();
      const pause = clock.wait(pauseMs, AbortSignal.any([signal, looked.signal])).catch(() => undefined);
      await Promise.race([pause, watch.ended]);
      looked.abort();
      if (signal.aborted) throw toAbortError(signal);
      const image = await server.finished(promptId);
      if (image !== undefined) return image;
      if (watch.isRunning()) continue;
      const place = await server.placeOf(promptId);
      onProgress({
        ...(place === 0
          ? { stage: 'generate' }
          : { stage: 'queue', engineStatus: `place ${place} in ComfyUI's queue` }),
      });
    }
  }

  /** The caller does not wait for it; a stop of the worker does. */
  function tell(cancelled: Promise<void>): void {
    cancelling.add(cancelled);
    void cancelled.finally(() => cancelling.delete(cancelled));
  }

  return {
    name: 'comfyui',
    limits: limitsOf(placeholders),
    generate,
    stop: async () => {
      await Promise.all(cancelling);
    },
  };
}

/** A request can only set what the workflow has a placeholder for. */
function limitsOf(placeholders: ReadonlySet<string>): EngineLimits {
  const square = { width: 1024, height: 1024 };
  const hasSize = placeholders.has('width') && placeholders.has('height');
  return {
    ...MEGAPIXEL_LIMITS,
    ...(hasSize ? { sizes: { multipleOf: 8, min: 256, max: 2048 } } : {}),
    ...(!hasSize && { sizes: [square], shapes: { square, portrait: square, landscape: square } }),
    seed: placeholders.has('seed'),
    negativePrompt: placeholders.has('negative'),
    ...(placeholders.has('steps') && { steps: { min: 1, max: 100, step: 1, default: 20 } }),
    ...(placeholders.has('cfg') && { guidanceScale: { min: 0, max: 30, default: 7 } }),
  };
}

export const comfyui: EnginePlugin<typeof settings> = {
  name: 'comfyui',
  settings,
  create: (given, { clock }) => {
    const { COMFYUI_URL } = requireSettings('comfyui', given, ['COMFYUI_URL']);
    const graph = given.COMFYUI_WORKFLOW === undefined ? BUILT_IN : readWorkflow(given.COMFYUI_WORKFLOW);
    return createComfyui({ url: COMFYUI_URL, graph, clock });
  },
};
