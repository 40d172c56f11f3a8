import { download } from '../e2e/ask.ts';

/** One call for a picture in each dialect, and its outcome. */

export interface PictureRequest {
  readonly prompt: string;
  readonly seed: number;
  readonly width: number;
  readonly height: number;
  /** Undefined: the configured order. */
  readonly engine?: string | undefined;
}

export type Reply =
  | { readonly kind: 'picture'; readonly bytes: Buffer }
  /** The job can be followed at this address. */
  | { readonly kind: 'accepted'; readonly statusUrl: string }
  | { readonly kind: 'failed'; readonly status: number; readonly text: string };

export interface DialectCall {
  readonly name: string;
  send(url: string, request: PictureRequest, key: string, signal: AbortSignal): Promise<Reply>;
}

const fromBase64 = (text: string): Buffer => Buffer.from(text.replace(/^data:[^,]*,/, ''), 'base64');

interface Body {
  readonly image_url?: string;
  readonly status_url?: string;
  readonly images?: readonly string[];
  readonly image?: string;
  readonly image_data?: string;
  readonly imageUrl?: string;
  readonly data?: readonly { readonly b64_json?: string; readonly url?: string }[];
}

/** Reads the picture from the body of any dialect. */
async function readPicture(body: Body): Promise<Buffer | undefined> {
  const [first] = body.data ?? [];
  const address = body.image_url ?? first?.url;
  if (address !== undefined) return download(address);
  const base64 = body.images?.[0] ?? body.image ?? body.image_data ?? body.imageUrl ?? first?.b64_json;
  return base64 === undefined ? undefined : fromBase64(base64);
}

async function read(response: Response): Promise<Reply> {
  const { status } = response;
  const isPicture = response.headers.get('content-type')?.startsWith('image/');
  if (status === 200 && isPicture) return { kind: 'picture', bytes: Buffer.from(await response.arrayBuffer()) };
  const text = await response.text();
  if (status === 202) {
    const { status_url } = JSON.parse(text) as Body;
    if (status_url !== undefined) return { kind: 'accepted', statusUrl: status_url };
  }
  if (status !== 200) return { kind: 'failed', status, text };
  const bytes = await readPicture(JSON.parse(text) as Body);
  return bytes === undefined ? { kind: 'failed', status, text } : { kind: 'picture', bytes };
}

function get(path: (request: PictureRequest) => string): DialectCall['send'] {
  return async (url, request, _key, signal) => {
    const { width, height, seed, engine } = request;
    const query = new URLSearchParams({ width: String(width), height: String(height), seed: String(seed) });
    if (engine !== undefined) query.set('engine', engine);
    const glue = path(request).includes('?') ? '&' : '?';
    return read(await fetch(`${url}${path(request)}${glue}${query}`, { signal }));
  };
}

function post(path: string, toBody: (request: PictureRequest) => object): DialectCall['send'] {
  return async (url, request, key, signal) =>
    read(
      await fetch(url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': key },
        body: JSON.stringify({ ...toBody(request), ...(request.engine !== undefined && { engine: request.engine }) }),
        signal,
      }),
    );
}

const inPath = ({ prompt }: PictureRequest): string => encodeURIComponent(prompt);

export const DIALECT_CALLS: readonly [DialectCall, ...DialectCall[]] = [
  { name: 'generate', send: get(({ prompt }) => `/generate?prompt=${encodeURIComponent(prompt)}`) },
  { name: 'generate image', send: get((request) => `/generate?output=image&prompt=${inPath(request)}`) },
  { name: 'generate redirect', send: get((request) => `/generate?output=redirect&prompt=${inPath(request)}`) },
  { name: 'jobs', send: post('/jobs', (request) => ({ ...request })) },
  {
    name: 'openai url',
    send: post('/v1/images/generations', ({ prompt, width, height, seed }) => ({
      ...{ prompt, size: `${width}x${height}`, seed, response_format: 'url' },
    })),
  },
  {
    name: 'openai base64',
    send: post('/v1/images/generations', ({ prompt, width, height, seed }) => ({
      ...{ prompt, size: `${width}x${height}`, seed, response_format: 'b64_json' },
    })),
  },
  { name: 'automatic1111', send: post('/sdapi/v1/txt2img', (request) => ({ ...request, steps: 4 })) },
  { name: 'pollinations', send: get((request) => `/prompt/${inPath(request)}`) },
  { name: 'stable-diffusion', send: post('/generate', (request) => ({ ...request, steps: 4 })) },
  { name: 'image-data', send: post('/image/generate', (request) => ({ ...request })) },
  { name: 'data-url', send: post('/api/generate-image', ({ prompt }) => ({ prompt })) },
  { name: 'piclumen', send: sendToPiclumen },
];

const CHECK_MS = 300;

/** Starts a picture, then polls. This dialect has no idempotency key, so none is sent. */
async function sendToPiclumen(
  url: string,
  { prompt, seed, width, height, engine }: PictureRequest,
  _key: string,
  signal: AbortSignal,
): Promise<Reply> {
  const body = { prompt, seed, resolution: { width, height, batch_size: 1 }, engine };
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, signal };
  const started = await fetch(`${url}/generate-image`, { ...init, body: JSON.stringify(body) });
  const text = await started.text();
  if (!started.ok) return { kind: 'failed', status: started.status, text };
  const { mark_id } = JSON.parse(text) as { readonly mark_id: string };
  for (;;) {
    const checked = await fetch(`${url}/check-image?mark_id=${encodeURIComponent(mark_id)}`, init);
    if (checked.status !== 202) return read(checked);
    await checked.arrayBuffer();
    await new Promise((resolve) => setTimeout(resolve, CHECK_MS));
  }
}
