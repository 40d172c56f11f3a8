import assert from 'node:assert/strict';
import sharp from 'sharp';
import { readPngTexts } from '../../api/dialects/automatic1111/picture-text/png-text.ts';
import { readInfotext } from '../../shared/picture/infotext.ts';
import { fingerprintOf, readFingerprint } from '../stand-ins/perchance/fingerprint.ts';

/** Calls the service over HTTP, without knowledge of its code. */

/** The parameters of `GET /generate`. */
export interface PictureRequest {
  readonly prompt: string;
  readonly negative_prompt?: string;
  readonly seed?: number;
  readonly guidance_scale?: number;
  readonly shape?: 'portrait' | 'landscape' | 'square';
  readonly engine?: string;
  readonly output?: 'json' | 'image' | 'redirect';
  readonly format?: 'png' | 'jpeg' | 'webp' | 'avif';
}

export interface AnswerBody {
  readonly success: boolean;
  readonly image_url?: string;
  readonly seed?: number;
  readonly engine?: string;
  readonly width?: number;
  readonly height?: number;
  readonly job_id?: string;
  readonly warnings?: readonly string[];
  readonly cached?: boolean;
  readonly store?: string;
  readonly nsfw?: boolean;
  readonly status_url?: string;
  readonly error?: string;
  readonly code?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: AnswerBody;
  readonly text: string;
  readonly tookMs: number;
}

export function toAddress(url: string, request: PictureRequest): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(request)) query.set(name, String(value));
  return `${url}/generate?${query}`;
}

/** `GET /generate`, answered as JSON. */
export async function ask(url: string, request: PictureRequest, init: RequestInit = {}): Promise<Answer> {
  const startedAt = performance.now();
  const response = await fetch(toAddress(url, request), init);
  const text = await response.text();
  const tookMs = performance.now() - startedAt;
  return { status: response.status, headers: response.headers, body: JSON.parse(text), text, tookMs };
}

/** The same, but made again even if an equal picture is remembered. */
export const askAfresh = (url: string, request: PictureRequest): Promise<Answer> =>
  ask(url, request, { headers: { 'cache-control': 'no-cache' } });

/** The answer of a request that must be served. */
export async function askServed(url: string, request: PictureRequest, init: RequestInit = {}): Promise<Answer> {
  const answer = await ask(url, request, init);
  assert.equal(answer.status, 200, answer.text);
  return answer;
}

/** The state of the worker as the gateway knows it. */
export async function readWorkerState(url: string): Promise<unknown> {
  const health = (await (await fetch(`${url}/health`)).json()) as { readonly worker?: unknown };
  return health.worker;
}

/** Milliseconds by stage. */
export function readServerTiming(headers: Headers): Record<string, number> {
  const entries = (headers.get('server-timing') ?? '').matchAll(/([\w-]+);dur=(\d+)/g);
  return Object.fromEntries([...entries].map(([, stage = '', duration]) => [stage, Number(duration)]));
}

export async function download(address: string | undefined): Promise<Buffer> {
  const response = await fetch(String(address));
  assert.equal(response.status, 200, address);
  return Buffer.from(await response.arrayBuffer());
}

const SIZES = {
  portrait: { width: 512, height: 768 },
  landscape: { width: 768, height: 512 },
  square: { width: 768, height: 768 },
} as const;

/** Asserts that these bytes are the whole picture that the stand-in of Perchance paints for this request, in that format. */
export async function assertPaintedFor(
  bytes: Buffer,
  request: PictureRequest & { readonly seed: number },
): Promise<void> {
  const { width, height } = SIZES[request.shape ?? 'square'];
  const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
  assert.equal(data.length, width * height * info.channels);
  const { format } = await sharp(bytes).metadata();
  const names = { png: 'png', jpeg: 'jpeg', webp: 'webp', avif: 'heif' };
  assert.equal(format, names[request.format ?? 'png']);
  const expected = fingerprintOf({
    prompt: request.prompt,
    negativePrompt: request.negative_prompt ?? '',
    seed: request.seed,
    guidanceScale: request.guidance_scale ?? 7,
    resolution: `${width}x${height}`,
  });
  assert.equal(await readFingerprint(bytes), expected);
}

/** The settings as other tools read them from the file. */
export const readParameters = (png: Buffer): Record<string, string> => readInfotext(readPngTexts(png).parameters ?? '');
