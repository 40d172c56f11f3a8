import { quantile } from '../bench/report.ts';

const INTERVAL_MS = 1000;
/** Longer than any answer should take; a caller who is not answered at all is counted as such. */
const PATIENCE_MS = 90_000;

export interface Experience {
  readonly asked: number;
  readonly answers: number;
  readonly pictures: number;
  readonly p95Ms: number;
}

/** Asks for a small picture of his own once a second, whatever became of the last one. */
export async function askOnceASecond(url: string, seconds: number, seedFrom: number): Promise<Experience> {
  const times: number[] = [];
  let answers = 0;
  let pictures = 0;
  const ask = async (seed: number): Promise<void> => {
    const startedAt = performance.now();
    try {
      const response = await fetch(`${url}/generate?prompt=an+honest+fox&width=256&height=256&seed=${seed}`, {
        headers: { 'x-forwarded-for': '198.51.100.1' },
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      await response.arrayBuffer();
      answers += 1;
      if (response.status === 200) pictures += 1;
    } catch {
      // Not answered: the counts say so.
    }
    times.push(performance.now() - startedAt);
  };
  const running: Promise<void>[] = [];
  for (let second = 0; second < seconds; second += 1) {
    running.push(ask(seedFrom + second));
    await new Promise((resolve) => setTimeout(resolve, INTERVAL_MS));
  }
  await Promise.all(running);
  return { asked: seconds, answers, pictures, p95Ms: quantile(times, 0.95) };
}
