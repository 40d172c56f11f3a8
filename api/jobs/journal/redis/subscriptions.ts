import { type Channels, channelNames } from '../../../../shared/queue/channels.ts';
import type { Run, RunEvent } from '../../../../shared/queue/run.ts';
import type { Logger } from '../../../../shared/service/log.ts';
import type { Journal, RunListener } from '../journal.ts';

interface Entry {
  readonly listeners: Set<RunListener>;
  readonly subscribed: Promise<() => void>;
}

interface SubscriptionsOptions {
  readonly channels: Channels;
  readonly readRun: (runId: string) => Promise<Run | undefined>;
  readonly log: Logger;
}

/** Who listens to which run. A message is read once, however many listen; after a gap everyone is told how it stands. */
export function createSubscriptions({ channels, readRun, log }: SubscriptionsOptions): Journal['subscribe'] {
  const entries = new Map<string, Entry>();

  const tell = (runId: string, event: RunEvent): void => {
    for (const listener of entries.get(runId)?.listeners ?? []) listener(event);
  };

  function tellHowItStands(runId: string): void {
    readRun(runId).then(
      (run) => run !== undefined && tell(runId, { run }),
      (error: unknown) => log.error({ err: error }, 'a run could not be read'),
    );
  }

  channels.onGap(() => {
    for (const runId of entries.keys()) tellHowItStands(runId);
  });

  function open(runId: string): Entry {
    const hear = (message: string): void => {
      // An empty message says only that something has changed; the others are written by SharedRuns.
      if (message === '') tellHowItStands(runId);
      else tell(runId, JSON.parse(message) as RunEvent);
    };
    const entry = { listeners: new Set<RunListener>(), subscribed: channels.subscribe(channelNames.run(runId), hear) };
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
