import type { WorkerView } from './dispatch.ts';

/** Sentences, without names, about what is wrong with the workers. Empty if at least one worker is healthy. */
export function whyNobodyServes(workers: readonly WorkerView[]): readonly string[] {
  if (workers.length === 0) return ['No worker serves the queue.'];
  if (workers.some(({ problems = [] }) => problems.length === 0)) return [];
  const who = workers.length === 1 ? 'The worker' : 'A worker';
  return [...new Set(workers.map(({ problems = [] }) => `${who} ${problems.join(' and ')}.`))];
}
