import { randomUUID } from 'node:crypto';
import type { AxiosInstance } from 'axios';
import { createHttpClient } from '../../../shared/net/http.ts';
import { text, url } from '../../../shared/service/config.ts';
import { type Clock, toAbortError } from '../../../shared/wait.ts';
import { requireSettings } from '../../upstream/required-settings.ts';
import { requirePicture } from '../../upstream/upstream.ts';
import { createCancellations } from '../cancellations.ts';
import type { Engine, EngineContext, EngineLimits, EngineOutput, EnginePlugin, EngineRequest } from '../engine.ts';
import { MEGAPIXEL_LIMITS } from '../service-sizes.ts';
import { createComfyServer } from './server.ts';
import { pauseUnless, waitForImage } from './wait-for-image.ts';
import { watchComfy } from './watch.ts';
import { BUILT_IN, fillIn, type Graph, placeholdersOf, readWorkflow } from './workflow.ts';

const settings = {
  COMFYUI_URL: url('Where the comfyui engine reaches ComfyUI, for instance http://127.0.0.1:8188'),
  COMFYUI_WORKFLOW: text(
    'A workflow in API format with {{prompt}}, {{negative}}, {{seed}}, {{width}}, {{height}}, {{steps}}, {{cfg}}; unset: a simple one on the first checkpoint',
    { format: "a file's path" },
  ),
};

/** A proxy may leave the request for a WebSocket without an answer. */
const SOCKET_WAIT_MS = 2000;
const MAX_REPLY_BYTES = 64 * 1024 * 1024;

interface ComfyConfig {
  readonly url: string;
  readonly graph: Graph;
  readonly clock: Clock;
}

/** ComfyUI: submits a graph, follows its progress, fetches the picture that it saved. https://docs.comfy.org */
function createComfyui({ url: baseUrl, graph, clock }: ComfyConfig): Engine {
  const client: AxiosInstance = createHttpClient({ baseURL: baseUrl, maxContentLength: MAX_REPLY_BYTES });
  const cancellations = createCancellations();
  const placeholders = placeholdersOf(graph);

  async function generate(request: EngineRequest, context: EngineContext): Promise<EngineOutput> {
    const { signal, onProgress } = context;
    const secrets = [request.prompt, request.negativePrompt];
    const server = createComfyServer({ client, secrets, signal, now: clock.now });
    const clientId = randomUUID();
    onProgress({ stage: 'queue' });
    const socketUrl = `${baseUrl.replace(/^http/, 'ws')}/ws?clientId=${clientId}`;
    const watch = watchComfy({ url: socketUrl, previews: request.previews, onProgress });
    let promptId: string | undefined;
    let isEnded = false;
    try {
      const checkpoint = placeholders.has('checkpoint') ? await server.firstCheckpoint() : '';
      await pauseUnless(watch.ready, SOCKET_WAIT_MS, { clock, signal });
      promptId = await server.submit(fillIn(graph, request, checkpoint), clientId);
      watch.follow(promptId);
      const image = await waitForImage({ server, promptId, watch, clock, context });
      isEnded = true;
      onProgress({ stage: 'download' });
      return { images: [{ bytes: requirePicture(await server.view(image), 'ComfyUI: the picture') }], warnings: [] };
    } catch (error) {
      throw signal.aborted ? toAbortError(signal) : error;
    } finally {
      watch.stop();
      if (promptId !== undefined && !isEnded) cancellations.add(server.cancel(promptId));
    }
  }

  return {
    name: 'comfyui',
    limits: limitsOf(placeholders),
    generate,
    probe: async ({ signal }) => {
      const server = createComfyServer({ client, secrets: [], signal, now: clock.now });
      // A workflow that names its checkpoint is believed: ComfyUI says at the first picture what it lacks.
      if (!placeholders.has('checkpoint')) await server.placeOf('');
      const notes = placeholders.has('checkpoint') ? [`its first checkpoint is ${await server.firstCheckpoint()}`] : [];
      return { authorized: 'unasked', notes };
    },
    stop: cancellations.untilEnded,
  };
}

/** A request can only set fields that the workflow has placeholders for. */
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
