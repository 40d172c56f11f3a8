import { setTimeout as delay } from 'node:timers/promises';
import sharp from 'sharp';
import { download, readParameters } from '../e2e/ask.ts';
import type { Random } from '../support/random.ts';
import { WAYS, type Way, type Wishes } from './dialects.ts';

/** A careful client: asks again for as long as it is told to, and looks at what it gets. */

export type End = 'picture' | 'cancelled' | 'left' | 'failed';

export interface FailedRequest {
  readonly number: number;
  readonly way: string;
  readonly end: End;
  /** How often it had to ask again. */
  readonly retries: number;
  /** Milliseconds until the end. */
  readonly tookMs: number;
  /** Where the end is a failure. */
  readonly why?: string | undefined;
}

export interface Client {
  askOne(number: number): Promise<FailedRequest>;
  /** Addresses of every job that was accepted. */
  readonly accepted: ReadonlySet<string>;
}

const PATIENCE_MS = 300_000;
const RETRY_MS = 250;
const LOOK_MS = 200;
const LONGEST_STAY_MS = 1500;
const SIDES = [64, 128, 256, 512] as const;
const CANCELS = 0.05;
const LEAVES = 0.08;
/** Asks for an engine by its name, which may then fail: there is no other. */
const NAMES_ENGINE = 0.4;

const RETRYABLE = /"retryable":true|"statuscode":(429|5\d\d)/;

export function createClient(url: string, random: Random): Client {
  const accepted = new Set<string>();

  function plan(number: number): { way: Way; wishes: Wishes; mood: 'waits' | 'cancels' | 'leaves' } {
    const way = random.pick(WAYS);
    const engine = random.chance(NAMES_ENGINE) ? random.pick(['sketch', 'perchance', 'openai']) : undefined;
    const wishes = {
      prompt: `soaked picture ${number}`,
      seed: number,
      width: random.pick(SIDES),
      height: random.pick(SIDES),
      engine,
    };
    const draw = random.next();
    const mood = draw < CANCELS ? 'cancels' : draw < CANCELS + LEAVES ? 'leaves' : 'waits';
    return { way, wishes, mood };
  }

  async function askOne(number: number): Promise<FailedRequest> {
    const startedAt = performance.now();
    const { way, wishes, mood } = plan(number);
    const end = (end: End, retries: number, why?: string): FailedRequest => {
      return { number, way: way.name, end, retries, why, tookMs: performance.now() - startedAt };
    };
    if (mood === 'leaves') {
      await way
        .ask(url, wishes, `key-${number}`, AbortSignal.timeout(random.int(5, LONGEST_STAY_MS)))
        .catch(() => undefined);
      return end('left', 0);
    }
    if (mood === 'cancels') {
      await cancel(wishes, number);
      return end('cancelled', 0);
    }
    let why = '';
    for (let retries = 0; performance.now() - startedAt < PATIENCE_MS; retries += 1) {
      const reply = await reach(() =>
        way.ask(url, wishes, `key-${number}-${retries}`, AbortSignal.timeout(PATIENCE_MS)),
      );
      if (reply?.kind === 'picture') {
        await assertWished(reply.bytes, wishes, way);
        return end('picture', retries);
      }
      if (reply?.kind === 'accepted') {
        accepted.add(reply.statusUrl);
        const ended = await follow(reply.statusUrl);
        if (ended.status === 'done') {
          await assertWished(await downloadPatiently(ended.images?.[0]?.image_url), wishes, way);
          return end('picture', retries);
        }
        why = `${ended.status} ${ended.code}: ${ended.error}`;
      } else why = reply === undefined ? 'nobody answered' : `${reply.status} ${reply.told.slice(0, 300)}`;
      const mayAskAgain =
        reply === undefined || reply.kind === 'accepted' || reply.status >= 500 || RETRYABLE.test(reply.told);
      if (!mayAskAgain) return end('failed', retries, why);
      await delay(RETRY_MS);
    }
    return end('failed', 0, `out of patience; at last ${why}`);
  }

  async function cancel(wishes: Wishes, number: number): Promise<void> {
    const jobs = WAYS.find(({ name }) => name === 'jobs') ?? WAYS[0];
    const reply = await reach(() => jobs.ask(url, wishes, `key-${number}`, AbortSignal.timeout(PATIENCE_MS)));
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

/** Undefined when the service is away, or goes away meanwhile. */
async function reach<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

const ENDS: readonly string[] = ['done', 'failed', 'cancelled'];

/** The job, once it has ended. */
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
    await delay(LOOK_MS);
  }
  throw new Error(`a job does not come to its end: ${JSON.stringify(last)}`);
}

/** The gateway may be away for a moment. */
export async function downloadPatiently(address: string | undefined): Promise<Buffer> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const bytes = await reach(() => download(address));
    if (bytes !== undefined) return bytes;
    if (performance.now() > deadline) throw new Error(`nobody serves ${address}`);
    await delay(LOOK_MS);
  }
}

/** A whole picture, made for these words. Perchance and the data URL's dialect have sizes of their own. */
async function assertWished(bytes: Buffer, { prompt }: Wishes, { name }: Way): Promise<void> {
  const { width, format } = await sharp(bytes).metadata();
  await sharp(bytes).stats();
  if (format !== 'png') return;
  const { Prompt } = readParameters(bytes);
  if (Prompt !== prompt)
    throw new Error(`${name} gave a picture of ${width} pixels for "${Prompt}", not for "${prompt}"`);
}
