import type { AxiosInstance } from 'axios';
import { createHttpClient } from '../../../shared/net/http.ts';
import { MAX_ANSWER_BYTES } from '../../upstream/answer-limits.ts';
import { callUpstream, isSuccess, ONLY_ONCE, readJson, type UpstreamReply } from '../../upstream/upstream.ts';
import { progressSchema, taskSchema } from './schema.ts';

/** Ten pictures of 4 megapixels as base64. */

/** State of our task. `hidden`: the server cannot distinguish tasks. `unseen`: it can, but does not know this one. */
export interface TaskLook {
  readonly state: 'running' | 'queued' | 'done' | 'unseen' | 'hidden';
  /** 0 to 1. */
  readonly fraction?: number;
  /** Such as `step 3 of 20`. */
  readonly step?: string | undefined;
  /** Base64 of the picture so far. */
  readonly preview?: string | undefined;
}

export interface Automatic1111Server {
  txt2img(body: unknown, signal: AbortSignal): Promise<UpstreamReply>;
  lookAt(taskId: string, options: { signal: AbortSignal; withPreview: boolean }): Promise<TaskLook>;
  /** The models that it can load. */
  models(signal: AbortSignal): Promise<UpstreamReply>;
  /** Stops whichever job runs, because the API names no task. */
  interrupt(signal: AbortSignal): Promise<void>;
}

/** The routes of one server. `authorization` is the whole header, if the server wants one. */
export function createServer({
  url,
  authorization,
}: {
  url: string;
  authorization: string | undefined;
}): Automatic1111Server {
  const client: AxiosInstance = createHttpClient({
    baseURL: url,
    maxContentLength: MAX_ANSWER_BYTES,
    headers: authorization === undefined ? {} : { authorization },
    /** No byte may come for minutes while a picture is made, so the job's signal is the only deadline. */
    timeout: 0,
  });

  const post = (path: string, data: unknown, signal: AbortSignal): Promise<UpstreamReply> =>
    callUpstream(client, { method: 'POST', url: path, data, signal });

  /** `/sdapi/v1/progress` reports any job, so its progress is ours only if the server says that our task runs. */
  async function lookAt(taskId: string, options: { signal: AbortSignal; withPreview: boolean }): Promise<TaskLook> {
    const params = { skip_current_image: !options.withPreview };
    const { signal } = options;
    const reply = await callUpstream(client, { url: '/sdapi/v1/progress', params, signal });
    const seen = isSuccess(reply) ? progressSchema.safeParse(readJson(reply)).data : undefined;
    if (seen === undefined) return { state: 'hidden' };
    const state = seen.current_task === taskId ? 'running' : await readState(taskId, signal);
    if (state !== 'running') return { state };
    const { sampling_step: step, sampling_steps: steps } = seen.state ?? {};
    return {
      state,
      fraction: Math.min(1, Math.max(0, seen.progress)),
      step: typeof step === 'number' && typeof steps === 'number' ? `step ${step} of ${steps}` : undefined,
      preview: seen.current_image ?? undefined,
    };
  }

  async function readState(taskId: string, signal: AbortSignal): Promise<TaskLook['state']> {
    const reply = await post('/internal/progress', { id_task: taskId }, signal);
    const task = isSuccess(reply) ? taskSchema.safeParse(readJson(reply)).data : undefined;
    if (task === undefined) return 'hidden';
    if (task.active) return 'running';
    if (task.queued) return 'queued';
    return task.completed ? 'done' : 'unseen';
  }

  return {
    txt2img: (data, signal) =>
      callUpstream(client, { ...ONLY_ONCE, method: 'POST', url: '/sdapi/v1/txt2img', data, signal }),
    lookAt,
    models: (signal) => callUpstream(client, { url: '/sdapi/v1/sd-models', signal }),
    async interrupt(signal) {
      await post('/sdapi/v1/interrupt', {}, signal);
    },
  };
}
