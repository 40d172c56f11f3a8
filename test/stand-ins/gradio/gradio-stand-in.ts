import { createHttpStandIn, type HttpStandIn, type StandInReply, type StandInRequest } from '../http-stand-in.ts';
import { pictureOf } from '../picture-of.ts';

export const GRADIO_TOKEN = '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';

export interface Parameter {
  readonly parameter_name: string;
  readonly parameter_has_default?: boolean;
  readonly parameter_default?: unknown;
  readonly type?: unknown;
}

export interface GradioStandIn extends HttpStandIn {
  /** What the hub says of the Space. */
  stage: string;
  /** What the token has left of its GPU time. */
  gpuSeconds: number;
  /** The parameters of the endpoint `/infer`, in order. */
  parameters: readonly Parameter[];
  /** Messages of the queue before the end. */
  messages: readonly unknown[];
  /** How the work fails. Undefined: it ends with a picture. */
  failure: string | null | undefined;
  neverEnds: boolean;
  /** An app of before Gradio's queue over SSE knows only `/call`. */
  hasQueue: boolean;
  /** Makes the picture's address in answers. */
  fileUrl: ((file: string) => string) | undefined;
}

const PARAMETERS: readonly Parameter[] = [
  { parameter_name: 'prompt' },
  { parameter_name: 'negative_prompt', parameter_has_default: true, parameter_default: '' },
  { parameter_name: 'seed', parameter_has_default: true, parameter_default: 0 },
  { parameter_name: 'randomize_seed', parameter_has_default: true, parameter_default: true },
  { parameter_name: 'width', parameter_has_default: true, parameter_default: 1024 },
  { parameter_name: 'height', parameter_has_default: true, parameter_default: 1024 },
  { parameter_name: 'guidance_scale', parameter_has_default: true, parameter_default: 3.5 },
  { parameter_name: 'num_inference_steps', parameter_has_default: true, parameter_default: 4 },
];

const MESSAGES = [
  { msg: 'estimation', rank: 2, queue_size: 3, rank_eta: 8.4 },
  { msg: 'process_starts', eta: 3 },
  { msg: 'progress', progress_data: [{ index: 2, length: 4, unit: 'steps', desc: 'Drawing' }] },
  { msg: 'heartbeat' },
];

const BEHAVIOUR = {
  stage: 'RUNNING',
  gpuSeconds: 180,
  parameters: PARAMETERS,
  messages: MESSAGES,
  failure: undefined,
  neverEnds: false,
  hasQueue: true,
  fileUrl: undefined,
} as const;

const sse = (events: readonly string[]): StandInReply => ({
  headers: { 'content-type': 'text/event-stream' },
  body: events.join(''),
});

/** A hub that knows one Space, and the Space itself: config, info, queue, call, file. */
export async function createGradioStandIn(): Promise<GradioStandIn> {
  const calls = new Map<string, Readonly<Record<string, unknown>>>();

  async function serve({ method, path, query, json, headers }: StandInRequest): Promise<StandInReply> {
    if (path === '/api/spaces/acme/painter') {
      return { body: { id: 'acme/painter', host: standIn.url, runtime: { stage: standIn.stage } } };
    }
    if (headers.authorization !== undefined && headers.authorization !== `Bearer ${GRADIO_TOKEN}`) {
      return { status: 401, body: { detail: 'wrong token' } };
    }
    if (path === '/api/spaces/zero-gpu/quota') {
      return {
        body: { base: 210, current: standIn.gpuSeconds, resetsAt: '2026-11-28T00:00:00.000Z', overquotaUsed: 0 },
      };
    }
    if (path === '/config') {
      return { body: { api_prefix: '/gradio_api', protocol: 'sse_v3', dependencies: [{ id: 4, api_name: 'infer' }] } };
    }
    if (path === '/gradio_api/info') {
      const infer = { parameters: standIn.parameters, returns: [{ component: 'Image' }, { component: 'Slider' }] };
      return { body: { named_endpoints: { '/about': { parameters: [], returns: [] }, '/infer': infer } } };
    }
    if (path === '/gradio_api/queue/join' && standIn.hasQueue) {
      const { data, session_hash } = json as { data: unknown[]; session_hash: string };
      calls.set(session_hash, toParameters(data));
      return { body: { event_id: `event-${calls.size}` } };
    }
    if (path === '/gradio_api/queue/data') return queueStream(String(query.get('session_hash')));
    if (path === '/gradio_api/cancel') return { body: { success: true } };
    if (path === '/gradio_api/call/infer' && method === 'POST') {
      const id = `call-${calls.size}`;
      calls.set(id, toParameters((json as { data: unknown[] }).data));
      return { body: { event_id: id } };
    }
    if (path.startsWith('/gradio_api/call/infer/')) return callStream(path.split('/').at(-1) ?? '');
    if (path.startsWith('/gradio_api/file=/tmp/')) return file(path.slice('/gradio_api/file=/tmp/'.length));
    return { status: 404, body: { detail: 'Not Found' } };
  }

  const toParameters = (data: readonly unknown[]) =>
    Object.fromEntries(standIn.parameters.map(({ parameter_name }, index) => [parameter_name, data[index]]));

  function output(id: string): unknown[] {
    const path = `/tmp/${id}`;
    const url = (standIn.fileUrl ?? ((file) => `${standIn.url}/gradio_api/file=${file}`))(path);
    return [{ path, url, meta: { _type: 'gradio.FileData' } }, calls.get(id)?.seed];
  }

  function queueStream(id: string): StandInReply {
    const end = { msg: 'process_completed', success: standIn.failure === undefined };
    const result = standIn.failure === undefined ? { data: output(id) } : { error: standIn.failure };
    const messages = [...standIn.messages, ...(standIn.neverEnds ? [] : [{ ...end, output: result }])];
    return sse(messages.map((message) => `data: ${JSON.stringify(message)}\n\n`));
  }

  function callStream(id: string): StandInReply {
    const heartbeat = 'event: heartbeat\ndata: null\n\n';
    if (standIn.failure !== undefined)
      return sse([heartbeat, `event: error\ndata: ${JSON.stringify(standIn.failure)}\n\n`]);
    return sse([heartbeat, `event: complete\ndata: ${JSON.stringify(output(id))}\n\n`]);
  }

  async function file(id: string): Promise<StandInReply> {
    const { prompt, seed, width = 1024, height = 1024 } = calls.get(id) ?? {};
    const body = await pictureOf([prompt, seed], { width: Number(width), height: Number(height) }, 'webp');
    return { headers: { 'content-type': 'image/webp' }, body };
  }

  const service = await createHttpStandIn(serve);
  const mendService = service.mend;
  const standIn: GradioStandIn = Object.assign(service, {
    ...BEHAVIOUR,
    mend() {
      Object.assign(standIn, BEHAVIOUR);
      mendService();
    },
  });
  return standIn;
}
