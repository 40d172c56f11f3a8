import { type Channels, channelNames } from '../../../../shared/queue/channels.ts';
import type { Run } from '../../../../shared/queue/run.ts';
import { parseRunMessage } from '../../../../shared/queue/run-record.ts';
import type { Logger } from '../../../../shared/service/log.ts';
import type { Journal, RunListener } from '../journal.ts';

interface Entry {
  readonly listeners: Set<RunListener>;
  readonly subscribed: Promise<() => void>;
  /** As it was last told. */
  run?: Run;
  /** Messages are told in their order, although the first one has to wait for the run. */
  told: Promise<void>;
}

interface SubscriptionsOptions {
  readonly channels: Channels;
  readonly readRun: (runId: string) => Promise<Run | undefined>;
  readonly log: Logger;
}

/**
 * Who listens to which run. A message carries only what changed, and is read once however many listen; after a gap
 * everyone is told how the run stands.
 */
export function createSubscriptions({ channels, readRun, log }: SubscriptionsOptions): Journal['subscribe'] {
  const entries = new Map<string, Entry>();

  function inOrder(entry: Entry, task: () => Promise<void>): void {
    entry.told = entry.told
      .then(task)
      .catch((error: unknown) => log.error({ err: error }, 'a change of a run could not be told'));
  }

  async function tellHowItStands(runId: string, entry: Entry): Promise<void> {
    const run = await readRun(runId);
    if (run === undefined) return;
    entry.run = run;
    for (const listener of entry.listeners) listener({ run });
  }

  async function hear(runId: string, entry: Entry, text: string): Promise<void> {
    const { step, ending, preview } = parseRunMessage(text);
    const before = entry.run ?? (await readRun(runId));
    if (before === undefined) return;
    const isNews = step.number > before.number;
    entry.run = isNews ? { ...before, ...step, ...ending, steps: [...before.steps, step] } : before;
    for (const listener of entry.listeners) listener({ run: entry.run, ...(preview && { preview }) });
  }

  channels.onGap(() => {
    for (const [runId, entry] of entries) inOrder(entry, () => tellHowItStands(runId, entry));
  });

  function open(runId: string): Entry {
    const listener = (text: string): void => inOrder(entry, () => hear(runId, entry, text));
    const subscribed = channels.subscribe(channelNames.run(runId), listener);
    const entry: Entry = { listeners: new Set(), subscribed, told: Promise.resolve() };
    entries.set(runId, entry);
    return entry;
  }

  return async (runId, listener) => {
    const entry = entries.get(runId) ?? open(runId);
    entry.listeners.add(listener);
    const unsubscribe = await entry.subscribed;
    return () => {
      entry.listeners.delete(listener);
      if (entry.listeners.size > 0 || entries.get(runId) !== entry) return;
      entries.delete(runId);
      unsubscribe();
    };
  };
}
