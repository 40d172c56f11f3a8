import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import sharp from 'sharp';
import { createRandom } from '../support/random.ts';
import { download, readParameters } from './ask.ts';
import type { Service } from './service.ts';

/** Submits jobs while the services that make them are killed again and again. */

export interface Cluster {
  readonly gateways: readonly Service[];
  readonly workers: readonly Service[];
}

export interface CrashPlan {
  readonly jobs: number;
  readonly kills: number;
  /** The same seed gives the same instants and victims. */
  readonly seed: number;
  /** An additional fault after this many kills. */
  readonly disaster?: { readonly after: number; readonly strike: () => Promise<void> };
}

/** Pixels. */
const SIDE = 64;
const LONGEST_PAUSE_MS = 1500;

export interface Accepted {
  readonly number: number;
  readonly id: string;
}

/** Submits all jobs in rounds, and kills a service in each round. Returns the accepted jobs. */
export async function handInAndKill({ gateways, workers }: Cluster, plan: CrashPlan): Promise<Accepted[]> {
  const { next: random } = createRandom(plan.seed);
  const pick = (services: readonly Service[]): Service => services[Math.floor(random() * services.length)] as Service;
  const accepted: Accepted[] = [];
  const perRound = plan.jobs / plan.kills;
  for (let round = 0; round < plan.kills; round += 1) {
    const numbers = Array.from({ length: perRound }, (_, index) => round * perRound + index);
    const handedIn = Promise.all(numbers.map((number) => handIn(gateways, number)));
    await delay(random() * LONGEST_PAUSE_MS);
    const victims =
      [[pick(gateways)], [pick(workers)], [pick(gateways), pick(workers)]][Math.floor(random() * 3)] ?? [];
    await Promise.all(victims.map((victim) => victim.kill('SIGKILL')));
    if (plan.disaster?.after === round) await plan.disaster.strike();
    await Promise.all(victims.map((victim) => victim.start()));
    accepted.push(...(await handedIn));
  }
  return accepted;
}

const toPrompt = (number: number): string => `crash test picture ${number}`;
const RETRY_MS = 30;

/** Repeats the request with the same key until it is accepted, as a careful client does. */
async function handIn(gateways: readonly Service[], number: number): Promise<Accepted> {
  const body = JSON.stringify({ prompt: toPrompt(number), seed: number, width: SIDE, height: SIDE });
  for (let attempt = 0; ; attempt += 1) {
    const gateway = gateways[(number + attempt) % gateways.length];
    const response = await reach(`${gateway?.url}/jobs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': `key-${number}` },
      body,
    });
    if (response?.status === 202) return { number, id: (response.body as { job_id: string }).job_id };
    assert.ok(response === undefined || response.status >= 500, `${response?.status} for a job`);
    await delay(RETRY_MS);
  }
}

interface Reply {
  readonly status: number;
  readonly body: unknown;
}

/** Undefined if the service is down, or dies meanwhile. */
async function reach(url: string, init: RequestInit = {}): Promise<Reply | undefined> {
  try {
    const response = await fetch(url, init);
    return { status: response.status, body: await response.json() };
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

interface JobAnswer {
  readonly status: string;
  readonly images?: readonly { readonly image_url: string; readonly seed: number }[];
  readonly code?: string;
  readonly error?: string;
}

export interface Ended {
  readonly done: readonly string[];
  readonly failed: readonly string[];
}

const POLL_MS = 200;

/** Waits for the end of every job. A picture must be the right one, and a failure must have a reason. */
export async function assertAllEnded(gateways: readonly Service[], accepted: readonly Accepted[]): Promise<Ended> {
  const done: string[] = [];
  const failed: string[] = [];
  for (const { number, id } of accepted) {
    const job = await untilEnded(`${gateways[number % gateways.length]?.url}/jobs/${id}`);
    if (job.status === 'done') {
      assert.equal(job.images?.length, 1);
      const address = String(job.images?.[0]?.image_url);
      await assertPicture(address, number);
      done.push(address.replace(/^.*\//, ''));
    } else {
      assert.equal(job.status, 'failed');
      assert.ok(job.code !== undefined && job.error !== undefined, 'a failure has a reason');
      failed.push(`${job.code}: ${job.error}`);
    }
  }
  return { done, failed };
}

/** A crash must not fail a job, because the next process takes it over. */
export function assertAllDone({ done, failed }: Ended, jobs: number): void {
  assert.deepEqual(failed, []);
  assert.equal(new Set(done).size, jobs);
}

/** The queue takes a killed worker's runs back after half a minute. This may happen to a job more than once. */
const PATIENCE_MS = 240_000;

async function untilEnded(address: string): Promise<JobAnswer> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    assert.ok(Date.now() < deadline, 'a job does not end');
    const reply = await reach(address);
    assert.equal(reply?.status, 200, JSON.stringify(reply));
    const job = reply?.body as JobAnswer;
    if (['done', 'failed', 'cancelled'].includes(job.status)) return job;
    await delay(POLL_MS);
  }
}

async function assertPicture(address: string, number: number): Promise<void> {
  const png = await download(address);
  const { format, width, height } = await sharp(png).metadata();
  assert.deepEqual([format, width, height], ['png', SIDE, SIDE]);
  const { Prompt, Seed } = readParameters(png);
  assert.deepEqual([Prompt, Seed], [toPrompt(number), String(number)]);
}
