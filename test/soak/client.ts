import { setTimeout as delay } from 'node:timers/promises';
import sharp from 'sharp';
import { download, readParameters } from '../e2e/ask.ts';
import type { Random } from '../support/random.ts';
import { DIALECT_CALLS, type DialectCall, type PictureRequest } from './dialects.ts';

/** A careful client: repeats a call while the answer allows it, and checks what it gets. */

export type End = 'picture' | 'cancelled' | 'left' | 'failed';

export interface RequestResult {
  readonly number: number;
  readonly dialect: string;
  readonly end: End;
  /** How often the call was repeated. */
  readonly retries: number;
  /** Milliseconds until the end of the request. */
  readonly tookMs: number;
  /** The reason, if the end is a failure. */
  readonly why?: string | undefined;
}

export interface Client {
  askOne(number: number): Promise<RequestResult>;
  /** Addresses of all accepted jobs. */
  readonly accepted: ReadonlySet<string>;
}

const PATIENCE_MS = 300_000;
const RETRY_MS = 250;
const POLL_MS = 200;
const LONGEST_STAY_MS = 1500;
const SIDES = [64, 128, 256, 512] as const;
const CANCELS = 0.05;
const LEAVES = 0.08;
/** Share of requests that name an engine. They may fail, because no other engine may serve them. */
const NAMES_ENGINE = 0.4;

const RETRYABLE = /"retryable":true|"statuscode":(429|5\d\d)/;

export function createClient(url: string, random: Random): Client {
  const accepted = new Set<string>();

  function plan(number: number): {
    dialect: DialectCall;
    request: PictureRequest;
    mood: 'waits' | 'cancels' | 'leaves';
  } {
    const dialect = random.pick(DIALECT_CALLS);
    const engine = random.chance(NAMES_ENGINE) ? random.pick(['sketch', 'perchance', 'openai']) : undefined;
    const request = {
      prompt: `soaked picture ${number}`,
      seed: number,
      width: random.pick(SIDES),
      height: random.pick(SIDES),
      engine,
    };
    const draw = random.next();
    const mood = draw < CANCELS ? 'cancels' : draw < CANCELS + LEAVES ? 'leaves' : 'waits';
    return { dialect, request, mood };
  }

  async function askOne(number: number): Promise<RequestResult> {
    const startedAt = performance.now();
    const { dialect, request, mood } = plan(number);
    const end = (end: End, retries: number, why?: string): RequestResult => {
      return { number, dialect: dialect.name, end, retries, why, tookMs: performance.now() - startedAt };
    };
    if (mood === 'leaves') {
      await dialect
        .send(url, request, `key-${number}`, AbortSignal.timeout(random.int(5, LONGEST_STAY_MS)))
        .catch(() => undefined);
      return end('left', 0);
    }
    if (mood === 'cancels') {
      await cancel(request, number);
      return end('cancelled', 0);
    }
    let why = '';
    for (let retries = 0; performance.now() - startedAt < PATIENCE_MS; retries += 1) {
      const reply = await reach(() =>
        dialect.send(url, request, `key-${number}-${retries}`, AbortSignal.timeout(PATIENCE_MS)),
      );
      if (reply?.kind === 'picture') {
        await assertMatches(reply.bytes, request, dialect);
        return end('picture', retries);
      }
      if (reply?.kind === 'accepted') {
        accepted.add(reply.statusUrl);
        const ended = await follow(reply.statusUrl);
        if (ended.status === 'done') {
          await assertMatches(await downloadPatiently(ended.images?.[0]?.image_url), request, dialect);
          return end('picture', retries);
        }
        why = `${ended.status} ${ended.code}: ${ended.error}`;
      } else why = reply === undefined ? 'nobody answered' : `${reply.status} ${reply.text.slice(0, 300)}`;
      const mayAskAgain =
        reply === undefined || reply.kind === 'accepted' || reply.status >= 500 || RETRYABLE.test(reply.text);
      if (!mayAskAgain) return end('failed', retries, why);
      await delay(RETRY_MS);
    }
    return end('failed', 0, `no picture in time; last reason: ${why}`);
  }

  async function cancel(request: PictureRequest, number: number): Promise<void> {
    const jobs = DIALECT_CALLS.find(({ name }) => name === 'jobs') ?? DIALECT_CALLS[0];
    const reply = await reach(() => jobs.send(url, request, `key-${number}`, AbortSignal.timeout(PATIENCE_MS)));
    if (reply?.kind !== 'accepted') return;
    accepted.add(reply.statusUrl);
    await delay(random.int(0, LONGEST_STAY_MS));
    await reach(async () => (await fetch(reply.statusUrl, { method: 'DELETE' })).text());
  }

  return { askOne, accepted };
}

interface JobAnswer {
  readonly status: string;
  readonly images?: readonly { readonly image_url: string }[];
  readonly code?: string;
  readonly error?: string;
}

/** Undefined when the service is away, or dies during the call. */
async function reach<T>(send: () => Promise<T>): Promise<T | undefined> {
  try {
    return await send();
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

const ENDS: readonly string[] = ['done', 'failed', 'cancelled'];

/** Resolves with the job once it has ended. */
export async function follow(statusUrl: string): Promise<JobAnswer> {
  const deadline = performance.now() + PATIENCE_MS;
  let last: JobAnswer | undefined;
  while (performance.now() < deadline) {
    const answer = await reach(async () => {
      const response = await fetch(statusUrl);
      return { status: response.status, body: (await response.json()) as JobAnswer };
    });
    if (answer?.status === 200) last = answer.body;
    else if (answer !== undefined && answer.status < 500)
      throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
    if (last !== undefined && ENDS.includes(last.status)) return last;
    await delay(POLL_MS);
  }
  throw new Error(`a job does not end: ${JSON.stringify(last)}`);
}

/** Repeats the download, because the gateway may be away for a moment. */
export async function downloadPatiently(address: string | undefined): Promise<Buffer> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const bytes = await reach(() => download(address));
    if (bytes !== undefined) return bytes;
    if (performance.now() > deadline) throw new Error(`nobody serves ${address}`);
    await delay(POLL_MS);
  }
}

/** Asserts that the picture is complete and made for this request. Perchance and the data URL's dialect choose the size. */
async function assertMatches(bytes: Buffer, { prompt }: PictureRequest, { name }: DialectCall): Promise<void> {
  const { width, format } = await sharp(bytes).metadata();
  await sharp(bytes).stats();
  if (format !== 'png') return;
  const { Prompt } = readParameters(bytes);
  if (Prompt !== prompt)
    throw new Error(`${name} gave a picture of ${width} pixels for "${Prompt}", not for "${prompt}"`);
}
