import { createHttpStandIn, type HttpStandIn, type StandInReply, type StandInRequest } from '../http-stand-in.ts';
import { pictureOf } from '../picture-of.ts';

export const OPENAI_KEY = 'sk-stand-in-0123456789abcdef';

/** Which server it imitates. */
export type OpenaiServer = 'openai' | 'localai' | 'sd-server';

interface ImagesBody {
  readonly model?: string;
  readonly prompt: string;
  readonly n: number;
  readonly size: string;
  readonly response_format?: string;
  readonly seed?: number;
}

/** What the server read from a request, to check what a prompt can change. */
export interface Understood {
  readonly prompt: string;
  readonly negativePrompt: string;
  readonly seed: number | undefined;
}

export interface OpenaiStandIn extends HttpStandIn {
  readonly understood: Understood[];
  /** What `GET /v1/models` lists. */
  models: readonly object[];
  /** Fields that it refuses as unknown parameters. */
  refuses: readonly string[];
}

const error = (status: number, code: string, message: string, param: string | null = null): StandInReply => ({
  status,
  body: { error: { message, type: 'invalid_request_error', param, code } },
});

/** `/v1/images/generations` as OpenAI, LocalAI or stable-diffusion.cpp serve it. */
export async function createOpenaiStandIn(server: OpenaiServer): Promise<OpenaiStandIn> {
  const understood: Understood[] = [];
  let random = 0;

  async function generate(body: ImagesBody): Promise<StandInReply> {
    const field = standIn.refuses.find((name) => name in body);
    if (field !== undefined) return error(400, 'unknown_parameter', `Unknown parameter: '${field}'.`, field);
    const meant = READERS[server](body);
    understood.push(meant);
    const [width = 0, height = 0] = body.size.split('x').map(Number);
    const data = await Promise.all(
      Array.from({ length: body.n }, async (_, index) => {
        random += 1;
        const meaning = [meant, index, meant.seed === undefined ? random : ''];
        const bytes = await pictureOf(meaning, { width, height });
        if (server !== 'localai' || body.response_format === 'b64_json') return { b64_json: bytes.toString('base64') };
        files.push(bytes);
        return { url: `${service.url}/generated-images/${files.length - 1}.png` };
      }),
    );
    return { headers: { 'x-ratelimit-remaining-requests': '41' }, body: { created: 1, data } };
  }

  const files: Buffer[] = [];
  function serve({ method, path, headers, json }: StandInRequest): StandInReply | Promise<StandInReply> {
    const file = files[Number(/^\/generated-images\/(\d+)\.png$/.exec(path)?.[1] ?? -1)];
    if (file !== undefined) return { headers: { 'content-type': 'image/png' }, body: file };
    if (server === 'openai' && headers.authorization !== `Bearer ${OPENAI_KEY}`) {
      return error(401, 'invalid_api_key', `Incorrect API key provided: ${headers.authorization}`);
    }
    if (method === 'GET' && path === '/v1/models') return { body: { object: 'list', data: standIn.models } };
    if (method === 'POST' && path === '/v1/images/generations') return generate(json as ImagesBody);
    return error(404, 'not_found', `Invalid URL (${method} ${path})`);
  }

  const service = await createHttpStandIn(serve);
  const mendService = service.mend;
  const standIn: OpenaiStandIn = Object.assign(service, {
    understood,
    models: [],
    refuses: REFUSES[server],
    mend() {
      standIn.refuses = REFUSES[server];
      mendService();
    },
  });
  return standIn;
}

/** GPT image models accept neither field. */
const REFUSES: Readonly<Record<OpenaiServer, readonly string[]>> = {
  openai: ['response_format', 'seed'],
  localai: [],
  'sd-server': [],
};

const READERS: Readonly<Record<OpenaiServer, (body: ImagesBody) => Understood>> = {
  openai: ({ prompt }) => ({ prompt, negativePrompt: '', seed: undefined }),
  /** core/http/endpoints/openai/image.go: text after a bar is the negative prompt. */
  localai({ prompt, seed }) {
    const [positive = '', negative = ''] = prompt.split('|');
    return { prompt: positive, negativePrompt: negative, seed };
  },
  /** The first block counts, and all are removed. Without a seed, the server always uses the same one. */
  'sd-server'({ prompt }) {
    const block = /<sd_cpp_extra_args>(.*?)<\/sd_cpp_extra_args>/;
    const native = JSON.parse(block.exec(prompt)?.[1] ?? '{}') as { seed?: number; negative_prompt?: string };
    const rest = prompt.replace(new RegExp(block, 'g'), '').trim();
    return { prompt: rest, negativePrompt: native.negative_prompt ?? '', seed: native.seed ?? 42 };
  },
};
