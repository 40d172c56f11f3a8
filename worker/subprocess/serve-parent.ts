import { writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';

export interface ServeOptions {
  /** For the kernel: if memory runs out, the highest is killed first (proc(5), oom_score_adj). The worker has 0. */
  readonly memoryScore: number;
  /** As of `nice`, for this thread and those that it starts from now on. Default: that of the worker. */
  readonly niceness?: number;
}

/** Runs in a subprocess: hands each message of the worker to `onMessage`, and ends when the worker has ended. */
export function serveParent<Question>(
  onMessage: (question: Question) => void,
  { memoryScore, niceness }: ServeOptions,
): void {
  if (process.platform === 'linux') writeFileSync('/proc/self/oom_score_adj', String(memoryScore));
  if (niceness !== undefined) setPriority(0, niceness);
  // A terminal and some supervisors signal every process. The worker ends its jobs first, and this process after them.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
  process.on('message', onMessage);
  // The channel closes when the worker ends, for whatever reason.
  process.on('disconnect', () => process.exit(0));
}
