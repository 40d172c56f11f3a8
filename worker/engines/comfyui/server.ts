import type { AxiosInstance } from 'axios';
import type { z } from 'zod';
import { AppError } from '../../../shared/errors.ts';
import { toExcerpt } from '../../upstream/excerpt.ts';
import {
  callUpstream,
  isSuccess,
  ONLY_ONCE,
  readJson,
  toUpstreamError,
  type UpstreamReply,
} from '../../upstream/upstream.ts';
import {
  acceptedSchema,
  type ComfyImage,
  checkpointsSchema,
  type HistoryEntry,
  historySchema,
  queueSchema,
  refusedSchema,
} from './schema.ts';
import type { Graph } from './workflow.ts';

const CALL_TIMEOUT_MS = 30_000;
const CANCEL_TIMEOUT_MS = 5000;

interface ComfyServerOptions {
  readonly client: AxiosInstance;
  readonly secrets: readonly string[];
  readonly signal: AbortSignal;
  readonly now: () => number;
}

/** The calls of one request; each throws an AppError. */
export interface ComfyServer {
  firstCheckpoint(): Promise<string>;
  /** Resolves with the prompt's id. */
  submit(graph: Graph, clientId: string): Promise<string>;
  /** The picture of a prompt that has ended. Undefined before. */
  findImage(promptId: string): Promise<ComfyImage | undefined>;
  /** Place in the queue. 0: it runs. */
  placeOf(promptId: string): Promise<number>;
  view(image: ComfyImage): Promise<Buffer>;
  /** Removes our own prompt from the queue, and stops it if it runs. Never throws. */
  cancel(promptId: string): Promise<void>;
}

export function createComfyServer({ client, secrets, signal, now }: ComfyServerOptions): ComfyServer {
  async function get<T>(path: string, schema: z.ZodType<T>, by: AbortSignal = signal): Promise<T> {
    const reply = await callUpstream(client, { url: path, signal: by, timeout: CALL_TIMEOUT_MS });
    if (!isSuccess(reply)) throw toUpstreamError(reply, { secrets, now: now() });
    return parse(reply, schema);
  }

  function parse<T>(reply: UpstreamReply, schema: z.ZodType<T>): T {
    const parsed = schema.safeParse(readJson(reply));
    if (parsed.success) return parsed.data;
    throw toUpstreamError(reply, { secrets, now: now(), code: 'engine_changed' });
  }

  const post = (path: string, data: unknown, by: AbortSignal): Promise<UpstreamReply> =>
    callUpstream(client, { ...ONLY_ONCE, method: 'POST', url: path, data, signal: by });

  /** The error that names the faulty nodes of the operator's workflow. */
  function toRefusal(reply: UpstreamReply): AppError {
    const { error, node_errors } = refusedSchema.safeParse(readJson(reply)).data ?? { node_errors: {} };
    const nodes = Object.entries(node_errors).map(([id, { class_type, errors }]) => {
      const reasons = errors.map(({ message, details }) => `${message} ${details}`.trim()).join(', ');
      return `node ${id} (${class_type ?? 'unknown'}): ${reasons}`;
    });
    const message = typeof error === 'string' ? error : (error?.message ?? 'no reason');
    const reason = toExcerpt([message, ...nodes].join('; '), secrets);
    return new AppError('engine_changed', `ComfyUI refused the workflow: ${reason}`, {
      publicMessage: 'ComfyUI refuses the workflow: check COMFYUI_WORKFLOW and the models that it names.',
    });
  }

  function toImage({ outputs, status }: HistoryEntry): ComfyImage {
    if (status?.status_str === 'error') {
      const message = status.messages.find(([event]) => event === 'execution_error')?.[1];
      const reason = (message as { exception_message?: unknown } | undefined)?.exception_message ?? 'interrupted';
      throw new AppError('engine_failed', `ComfyUI: ${toExcerpt(String(reason), secrets)}`);
    }
    const images = Object.values(outputs).flatMap((output) => output.images);
    const image = images.find(({ type }) => type === 'output') ?? images[0];
    if (image === undefined) throw new AppError('engine_failed', 'ComfyUI: the workflow ended without a picture');
    return image;
  }

  return {
    firstCheckpoint: async () => {
      const { CheckpointLoaderSimple } = await get('/object_info/CheckpointLoaderSimple', checkpointsSchema);
      const [first] = CheckpointLoaderSimple.input.required.ckpt_name[0];
      if (first !== undefined) return first;
      throw new AppError('engine_failed', 'ComfyUI has no checkpoint', {
        publicMessage: 'ComfyUI has no checkpoint: put one into its models, or set COMFYUI_WORKFLOW.',
      });
    },
    submit: async (graph, clientId) => {
      const reply = await post('/prompt', { prompt: graph, client_id: clientId }, signal);
      if (reply.status === 400) throw toRefusal(reply);
      if (!isSuccess(reply)) throw toUpstreamError(reply, { secrets, now: now() });
      return parse(reply, acceptedSchema).prompt_id;
    },
    findImage: async (promptId) => {
      const entry = (await get(`/history/${encodeURIComponent(promptId)}`, historySchema))[promptId];
      return entry === undefined ? undefined : toImage(entry);
    },
    placeOf: async (promptId) => {
      const { queue_pending } = await get('/queue', queueSchema);
      const before = queue_pending.toSorted(([a], [b]) => a - b).findIndex(([, id]) => id === promptId);
      return before + 1;
    },
    view: async ({ filename, subfolder, type }) => {
      const query = new URLSearchParams({ filename, subfolder, type });
      const reply = await callUpstream(client, { url: `/view?${query}`, signal, timeout: CALL_TIMEOUT_MS });
      if (!isSuccess(reply)) throw toUpstreamError(reply, { secrets, now: now() });
      return reply.body;
    },
    cancel: async (promptId) => {
      const by = AbortSignal.timeout(CANCEL_TIMEOUT_MS);
      try {
        await post('/queue', { delete: [promptId] }, by);
        const { queue_running } = await get('/queue', queueSchema, by);
        // Older servers ignore the id and stop whichever prompt runs, so they are asked only if it is ours.
        if (queue_running.some(([, id]) => id === promptId)) await post('/interrupt', { prompt_id: promptId }, by);
      } catch {
        // The caller has left, so no error is reported. The work then ends by itself.
      }
    },
  };
}
