import { quantile } from '../bench/report.ts';

const INTERVAL_MS = 1000;
/** Longer than any answer should take. A caller without an answer counts as status 0. */
const PATIENCE_MS = 90_000;

export interface Experience {
  readonly asked: number;
  readonly answers: number;
  readonly pictures: number;
  readonly medianMs: number;
  readonly p95Ms: number;
  /** Mean milliseconds of the pictures by stage of `Server-Timing`. */
  readonly stages: ReadonlyMap<string, number>;
  /** Number of answers by status; 0 means no answer. */
  readonly statuses: ReadonlyMap<number, number>;
}

/** Callers before the attack, each with its own address, who ask for a new small picture when they have got the last one. */
export async function useForAWhile(url: string, { callers, pictures }: { callers: number; pictures: number }) {
  const use = async (caller: number): Promise<void> => {
    const headers = { 'x-forwarded-for': `192.0.2.${caller}` };
    for (let picture = 0; picture < pictures; picture += 1) {
      const query = `prompt=early+fox+${caller}&width=256&height=256&seed=${picture}`;
      const response = await fetch(`${url}/generate?${query}`, { headers });
      await response.arrayBuffer();
      if (!response.ok) throw new Error(`status ${response.status} before the attack`);
    }
  };
  await Promise.all(Array.from({ length: callers }, (_, caller) => use(caller)));
}

/** Asks for a new small picture once a second, without waiting for the last one. */
export async function askOnceASecond(url: string, seconds: number, seedFrom: number): Promise<Experience> {
  const times: number[] = [];
  const statuses = new Map<number, number>();
  const sums = new Map<string, number>();
  const count = (status: number): void => void statuses.set(status, (statuses.get(status) ?? 0) + 1);
  const ask = async (seed: number): Promise<void> => {
    const startedAt = performance.now();
    try {
      const response = await fetch(`${url}/generate?prompt=an+honest+fox&width=256&height=256&seed=${seed}`, {
        headers: { 'x-forwarded-for': '198.51.100.1' },
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      await response.arrayBuffer();
      count(response.status);
      if (response.status === 200) addStages(sums, response.headers.get('server-timing') ?? '');
    } catch {
      count(0);
    }
    times.push(performance.now() - startedAt);
  };
  const running: Promise<void>[] = [];
  for (let second = 0; second < seconds; second += 1) {
    running.push(ask(seedFrom + second));
    await new Promise((resolve) => setTimeout(resolve, INTERVAL_MS));
  }
  await Promise.all(running);
  const pictures = statuses.get(200) ?? 0;
  return {
    asked: seconds,
    answers: seconds - (statuses.get(0) ?? 0),
    pictures,
    medianMs: quantile(times, 0.5),
    p95Ms: quantile(times, 0.95),
    stages: new Map([...sums].map(([stage, sum]) => [stage, sum / pictures])),
    statuses,
  };
}

function addStages(sums: Map<string, number>, timing: string): void {
  for (const [, stage = '', milliseconds] of timing.matchAll(/(\w+);dur=(\d+)/g)) {
    sums.set(stage, (sums.get(stage) ?? 0) + Number(milliseconds));
  }
}
