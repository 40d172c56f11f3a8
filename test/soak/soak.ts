import { setTimeout as delay } from 'node:timers/promises';
import { countBrowserStarts } from '../bench/processes.ts';
import { createRandom } from '../support/random.ts';
import { type Client, createClient, downloadPatiently, follow, type RequestResult } from './client.ts';
import { FAULTS } from './faults.ts';
import { findGrowth, type Holding, type Resources, readResources } from './resources.ts';
import { type System, type SystemOptions, startSystem } from './system.ts';

/**
 * Mixed load over all dialects while faults strike everything around the services. At the end every accepted job has
 * ended, every client has its picture, and the services use no more resources than before.
 */
export interface SoakPlan extends SystemOptions {
  /** Ends at this many requests, or after this time. */
  readonly requests: number;
  readonly milliseconds: number;
  /** Requests under way at a time. */
  readonly clients: number;
  /** The same seed gives the same requests and faults. */
  readonly seed: number;
  /** Names of faults, or their beginnings; none: all of them. */
  readonly faults: readonly string[];
  /** How often each fault strikes at most. The load ends afterwards. */
  readonly rounds: number;
  /** The longest pause between two faults. */
  readonly pauseMs: number;
  /** Pause between the load and the second measurement of resources. */
  readonly restMs: number;
  /** Resources that must not grow. Memory is meaningful only after a long rest. */
  readonly watched: readonly (keyof Holding)[];
  /** Requests before the first fault, enough that every engine and browser page has been used. */
  readonly warmUp: number;
  /** Ends the load early. The report covers the load until then. */
  readonly signal: AbortSignal;
  /** Gets a line of text for each request and fault. */
  onProgress(text: string): void;
}

export interface SoakReport {
  readonly results: readonly RequestResult[];
  /** Number of jobs by status. */
  readonly jobs: Readonly<Record<string, number>>;
  /** Lost jobs, wrong pictures, growth, kills. Empty when all is well. */
  readonly complaints: readonly string[];
  readonly strikes: Readonly<Record<string, number>>;
  readonly before: Resources;
  readonly after: Resources;
  readonly browserStarts: number;
  /** Undefined when memory is not limited. */
  readonly outOfMemoryKills: number | undefined;
  readonly peaksMb: readonly number[];
}

export async function soak(plan: SoakPlan): Promise<SoakReport> {
  const system = await startSystem(plan);
  const starts = countBrowserStarts(system.chromium.directory);
  try {
    const random = createRandom(plan.seed);
    const client = createClient(system.url, random);
    const warmUp = await runClients(client, plan, { first: 1, count: plan.warmUp, signal: plan.signal });
    await delay(plan.restMs);
    const before = await readResources(system);

    const loadEnded = new AbortController();
    const enough = new AbortController();
    const striking = strikeOn(system, plan, loadEnded.signal).finally(() => enough.abort());
    const signal = AbortSignal.any([plan.signal, enough.signal, AbortSignal.timeout(plan.milliseconds)]);
    const results = await runClients(client, plan, { first: plan.warmUp + 1, count: plan.requests, signal });
    loadEnded.abort();
    const strikes = await striking;

    const audit = await auditJobs(client);
    await delay(plan.restMs);
    const after = await readResources(system);
    const all = [...warmUp, ...results];
    const outOfMemoryKills =
      system.limits && system.limits.gateway.outOfMemoryKills() + system.limits.worker.outOfMemoryKills();
    const complaints = [
      ...all.filter(isFault).map(({ number, dialect, why }) => `request ${number} by ${dialect}: ${why}`),
      ...audit.complaints,
      ...findGrowth(before, after, plan.watched),
      ...(outOfMemoryKills ? [`${outOfMemoryKills} processes killed for memory`] : []),
    ];
    const peaksMb = system.limits ? [system.limits.gateway.peakMb(), system.limits.worker.peakMb()] : [];
    return {
      results: all,
      jobs: audit.jobs,
      complaints,
      strikes,
      before,
      after,
      outOfMemoryKills,
      peaksMb,
      browserStarts: starts.stop(),
    };
  } finally {
    starts.stop();
    await system.stop();
  }
}

const isFault = ({ end }: RequestResult): boolean => end === 'failed';

interface Load {
  readonly first: number;
  readonly count: number;
  /** After its abort no request starts. */
  readonly signal: AbortSignal;
}

async function runClients(client: Client, plan: SoakPlan, { first, count, signal }: Load): Promise<RequestResult[]> {
  const results: RequestResult[] = [];
  let next = first;
  const askOneAfterAnother = async (): Promise<void> => {
    while (next < first + count && !signal.aborted) {
      const number = next++;
      const one = await client.askOne(number).catch((error: unknown) => broken(number, error));
      results.push(one);
      plan.onProgress(
        `request ${number} by ${one.dialect}: ${one.end} in ${one.tookMs.toFixed(0)} ms ${one.why ?? ''}`,
      );
    }
  };
  await Promise.all(Array.from({ length: plan.clients }, askOneAfterAnother));
  return results;
}

const broken = (number: number, error: unknown): RequestResult => ({
  number,
  dialect: '?',
  end: 'failed',
  retries: 0,
  tookMs: 0,
  why: String(error),
});

/** Strikes one fault after the other, each equally often, until the rounds or the load end. */
async function strikeOn(system: System, plan: SoakPlan, signal: AbortSignal): Promise<Record<string, number>> {
  const random = createRandom(plan.seed + 1);
  const wanted = FAULTS.filter(
    ({ name }) =>
      (name !== 'redis' || system.redis !== undefined) &&
      (name !== 'clock' || system.clocks !== undefined) &&
      (plan.faults.length === 0 || plan.faults.some((word) => name.startsWith(word))),
  );
  const strikes: Record<string, number> = {};
  for (let round = 0; round < plan.rounds && !signal.aborted; round += 1) {
    for (const fault of wanted) {
      await pause(random.int(0, plan.pauseMs), signal);
      if (signal.aborted) break;
      plan.onProgress(`fault: ${fault.name}`);
      await fault.strike(system, random);
      strikes[fault.name] = (strikes[fault.name] ?? 0) + 1;
    }
    // Without faults, only the load decides how long the soak lasts.
    if (wanted.length === 0) await pause(plan.milliseconds, signal);
  }
  return strikes;
}

/** Ends early when the signal aborts. */
const pause = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  delay(milliseconds, undefined, { signal }).catch(() => undefined);

/** Checks that every accepted job has ended, and that pictures of done jobs can be downloaded. */
async function auditJobs(client: Client): Promise<{ jobs: Record<string, number>; complaints: string[] }> {
  const jobs: Record<string, number> = {};
  const complaints: string[] = [];
  for (const address of client.accepted) {
    try {
      const { status, images } = await follow(address);
      jobs[status] = (jobs[status] ?? 0) + 1;
      if (status === 'done') await downloadPatiently(images?.[0]?.image_url);
    } catch (error) {
      complaints.push(`job ${address.slice(0, 80)}: ${String(error)}`);
    }
  }
  return { jobs, complaints };
}
