import { z } from 'zod';
import { createHttpStandIn, type HttpStandIn, type StandInReply, type StandInRequest } from '../http-stand-in.ts';
import { pictureOf } from '../picture-of.ts';

export const HUGGING_FACE_KEY = 'hf_StandInStandInStandInStandInStand';
export const HUGGING_FACE_MODEL = 'black-forest-labs/FLUX.1-schnell';
/** The provider's own name of the model, which differs from the hub's. */
const PROVIDER_ID = 'acme/flux-schnell';

export interface HuggingfaceStandIn extends HttpStandIn {
  /** Statuses of the queue before the work is done. With `neverEnds` the last one stays for ever. */
  looks: readonly string[];
  neverEnds: boolean;
}

const parametersSchema = z.object({ prompt: z.string(), seed: z.number(), width: z.number(), height: z.number() });

type Body = Record<string, unknown>;
const LOOKS = ['IN_QUEUE', 'IN_PROGRESS'];

/** The router with its providers, and the hub that knows the providers' names for a model. */
export async function createHuggingfaceStandIn(): Promise<HuggingfaceStandIn> {
  const files: Buffer[] = [];
  const tasks: { readonly url: string; looked: number }[] = [];

  function paint(parameters: unknown, format: 'png' | 'jpeg'): Promise<Buffer> {
    const { prompt, seed, width, height } = parametersSchema.parse(parameters);
    return pictureOf([prompt, seed], { width, height }, format);
  }

  async function host(parameters: unknown): Promise<string> {
    files.push(await paint(parameters, 'png'));
    return `${service.url}/files/${files.length - 1}.png`;
  }

  async function enqueue(parameters: unknown): Promise<number> {
    tasks.push({ url: await host(parameters), looked: 0 });
    return tasks.length - 1;
  }

  /** The queue's word for a task, and its picture once it is done. */
  function look(index: number, done: string): { status: string; url: string | undefined } {
    const task = tasks[index];
    const at = standIn.neverEnds ? Math.min(task?.looked ?? 0, standIn.looks.length - 1) : (task?.looked ?? 0);
    if (task !== undefined) task.looked += 1;
    const status = standIn.looks[at];
    return status === undefined ? { status: done, url: task?.url } : { status, url: undefined };
  }

  const routes: [RegExp, (body: Body, index: number) => Promise<StandInReply> | StandInReply][] = [
    [
      /^\/hf-inference\/models\/black-forest-labs\/FLUX\.1-schnell$/,
      async ({ inputs, parameters }) => ({
        headers: { 'content-type': 'image/jpeg', ratelimit: '"inference";r=99;t=300' },
        body: await paint({ ...Object(parameters), prompt: String(inputs) }, 'jpeg'),
      }),
    ],
    [
      /^\/together\/v1\/images\/generations$/,
      async (body) => ({
        body: { data: [{ b64_json: (await paint(body, 'png')).toString('base64') }] },
      }),
    ],
    [
      /^\/nscale\/v1\/images\/generations$/,
      async (body) => {
        const [width = 0, height = 0] = String(body.size).split('x').map(Number);
        const picture = await paint({ ...body, width, height }, 'png');
        return { body: { data: [{ b64_json: picture.toString('base64') }] } };
      },
    ],
    [
      /^\/replicate\/v1\/models\/acme\/flux-schnell\/predictions$/,
      async ({ input }) => ({ status: 201, body: { status: 'succeeded', output: [await host(input)] } }),
    ],
    [
      /^\/fal-ai\/acme\/flux-schnell$/,
      async (body) => {
        const index = await enqueue({ ...body, ...Object(body.image_size) });
        const response_url = `https://queue.fal.example/acme/flux-schnell/requests/${index}`;
        return { body: { request_id: String(index), status: 'IN_QUEUE', response_url } };
      },
    ],
    [
      /^\/fal-ai\/acme\/flux-schnell\/requests\/(\d+)\/status$/,
      (_body, index) => ({ body: { status: look(index, 'COMPLETED').status } }),
    ],
    [
      /^\/fal-ai\/acme\/flux-schnell\/requests\/(\d+)$/,
      (_body, index) => ({ body: { images: [{ url: tasks[index]?.url }] } }),
    ],
    [
      /^\/wavespeed\/api\/v3\/acme\/flux-schnell$/,
      async (body) => {
        const index = await enqueue(body);
        return {
          body: {
            data: {
              status: 'created',
              urls: { get: `https://api.wavespeed.example/api/v3/predictions/${index}/result` },
            },
          },
        };
      },
    ],
    [
      /^\/wavespeed\/api\/v3\/predictions\/(\d+)\/result$/,
      (_body, index) => {
        const { status, url } = look(index, 'completed');
        return { body: { data: { status, outputs: url === undefined ? [] : [url] } } };
      },
    ],
  ];

  function serve({ path, headers, json }: StandInRequest): Promise<StandInReply> | StandInReply {
    const file = files[Number(/^\/files\/(\d+)\.png$/.exec(path)?.[1] ?? -1)];
    if (file !== undefined) return { headers: { 'content-type': 'image/png' }, body: file };
    if (path === `/api/models/${HUGGING_FACE_MODEL}`) return mapping();
    if (headers.authorization !== `Bearer ${HUGGING_FACE_KEY}`) {
      return { status: 401, body: { error: `Invalid credentials in Authorization header ${headers.authorization}` } };
    }
    if (path === '/api/whoami-v2') return { body: { type: 'user', name: 'stand-in' } };
    for (const [pattern, answer] of routes) {
      const match = pattern.exec(path);
      if (match !== null) return answer((json ?? {}) as Body, Number(match[1] ?? 0));
    }
    return { status: 404, body: { error: 'Not Found' } };
  }

  const service = await createHttpStandIn(serve);
  const mendService = service.mend;
  const standIn: HuggingfaceStandIn = Object.assign(service, {
    looks: LOOKS,
    neverEnds: false,
    mend() {
      Object.assign(standIn, { looks: LOOKS, neverEnds: false });
      mendService();
    },
  });
  return standIn;
}

function mapping(): StandInReply {
  const at = { status: 'live', providerId: PROVIDER_ID, task: 'text-to-image' };
  const providers = { 'fal-ai': at, nscale: at, replicate: at, together: at, wavespeed: at };
  return { body: { id: HUGGING_FACE_MODEL, inferenceProviderMapping: providers } };
}
