import { download } from '../e2e/ask.ts';

/** One way for each dialect to ask for a picture, and what came of it. */

export interface Wishes {
  readonly prompt: string;
  readonly seed: number;
  readonly width: number;
  readonly height: number;
  /** Left out: the configured order. */
  readonly engine?: string | undefined;
}

export type Reply =
  | { readonly kind: 'picture'; readonly bytes: Buffer }
  /** To be looked at there until it ends. */
  | { readonly kind: 'accepted'; readonly statusUrl: string }
  | { readonly kind: 'failed'; readonly status: number; readonly told: string };

export interface Way {
  readonly name: string;
  ask(url: string, wishes: Wishes, key: string, signal: AbortSignal): Promise<Reply>;
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

/** Reads the picture out of whatever shape the dialect has. */
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
  const told = await response.text();
  if (status === 202) {
    const { status_url } = JSON.parse(told) as Body;
    if (status_url !== undefined) return { kind: 'accepted', statusUrl: status_url };
  }
  if (status !== 200) return { kind: 'failed', status, told };
  const bytes = await readPicture(JSON.parse(told) as Body);
  return bytes === undefined ? { kind: 'failed', status, told } : { kind: 'picture', bytes };
}

function get(path: (wishes: Wishes) => string): Way['ask'] {
  return async (url, wishes, _key, signal) => {
    const { width, height, seed, engine } = wishes;
    const query = new URLSearchParams({ width: String(width), height: String(height), seed: String(seed) });
    if (engine !== undefined) query.set('engine', engine);
    const glue = path(wishes).includes('?') ? '&' : '?';
    return read(await fetch(`${url}${path(wishes)}${glue}${query}`, { signal }));
  };
}

function post(path: string, toBody: (wishes: Wishes) => object): Way['ask'] {
  return async (url, wishes, key, signal) =>
    read(
      await fetch(url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': key },
        body: JSON.stringify({ ...toBody(wishes), ...(wishes.engine !== undefined && { engine: wishes.engine }) }),
        signal,
      }),
    );
}

const inPath = ({ prompt }: Wishes): string => encodeURIComponent(prompt);

export const WAYS: readonly [Way, ...Way[]] = [
  { name: 'generate', ask: get(({ prompt }) => `/generate?prompt=${encodeURIComponent(prompt)}`) },
  { name: 'generate image', ask: get((wishes) => `/generate?output=image&prompt=${inPath(wishes)}`) },
  { name: 'generate redirect', ask: get((wishes) => `/generate?output=redirect&prompt=${inPath(wishes)}`) },
  { name: 'jobs', ask: post('/jobs', (wishes) => ({ ...wishes })) },
  {
    name: 'openai url',
    ask: post('/v1/images/generations', ({ prompt, width, height, seed }) => ({
      ...{ prompt, size: `${width}x${height}`, seed, response_format: 'url' },
    })),
  },
  {
    name: 'openai base64',
    ask: post('/v1/images/generations', ({ prompt, width, height, seed }) => ({
      ...{ prompt, size: `${width}x${height}`, seed, response_format: 'b64_json' },
    })),
  },
  { name: 'automatic1111', ask: post('/sdapi/v1/txt2img', (wishes) => ({ ...wishes, steps: 4 })) },
  { name: 'pollinations', ask: get((wishes) => `/prompt/${inPath(wishes)}`) },
  { name: 'stable-diffusion', ask: post('/generate', (wishes) => ({ ...wishes, steps: 4 })) },
  { name: 'image-data', ask: post('/image/generate', (wishes) => ({ ...wishes })) },
  { name: 'data-url', ask: post('/api/generate-image', ({ prompt }) => ({ prompt })) },
  { name: 'piclumen', ask: askPiclumen },
];

const CHECK_MS = 300;

/** Starts, then asks how it stands. The dialect has no way to say which picture it wants again, so neither have we. */
async function askPiclumen(
  url: string,
  { prompt, seed, width, height, engine }: Wishes,
  _key: string,
  signal: AbortSignal,
): Promise<Reply> {
  const body = { prompt, seed, resolution: { width, height, batch_size: 1 }, engine };
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, signal };
  const started = await fetch(`${url}/generate-image`, { ...init, body: JSON.stringify(body) });
  const told = await started.text();
  if (!started.ok) return { kind: 'failed', status: started.status, told };
  const { mark_id } = JSON.parse(told) as { readonly mark_id: string };
  for (;;) {
    const checked = await fetch(`${url}/check-image?mark_id=${encodeURIComponent(mark_id)}`, init);
    if (checked.status !== 202) return read(checked);
    await checked.arrayBuffer();
    await new Promise((resolve) => setTimeout(resolve, CHECK_MS));
  }
}
