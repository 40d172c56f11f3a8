import type { WorkerView } from './dispatch.ts';

/** What is wrong with the workers, in sentences without their names, where none is well; empty as soon as one is. */
export function whyNobodyServes(workers: readonly WorkerView[]): readonly string[] {
  if (workers.length === 0) return ['No worker serves the queue.'];
  if (workers.some(({ problems = [] }) => problems.length === 0)) return [];
  const who = workers.length === 1 ? 'The worker' : 'A worker';
  return [...new Set(workers.map(({ problems = [] }) => `${who} ${problems.join(' and ')}.`))];
}
