import type { Run, RunEvent } from '../../../shared/queue/run.ts';

/** The events of an ended run as they rest in the journal: only what differs between them. */

const CHANGING = [
  'number',
  'status',
  'stage',
  'stageAt',
  'fraction',
  'engine',
  'engineStatus',
  'queuePosition',
  'startedAt',
] as const;

export function packHistory(events: readonly RunEvent[]): string {
  const entries = events.map(({ run }) => Object.fromEntries(CHANGING.map((name) => [name, run[name]])));
  return JSON.stringify(entries);
}

export function unpackHistory(run: Run, packed: string): readonly RunEvent[] {
  // Written by packHistory.
  const entries = JSON.parse(packed) as Pick<Run, (typeof CHANGING)[number]>[];
  const { result: _result, error: _error, finishedAt: _finishedAt, ...common } = run;
  const before = entries.filter((entry) => entry.number < run.number);
  return [...before.map((entry) => ({ run: { ...without(common), ...entry } })), { run }];
}

function without(run: Omit<Run, 'result' | 'error' | 'finishedAt'>) {
  return { ...run, stage: undefined, fraction: undefined, engine: undefined, engineStatus: undefined };
}
