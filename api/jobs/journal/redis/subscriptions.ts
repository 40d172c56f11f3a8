import { type Channels, channelNames, readMessage } from '../../../../shared/queue/channels.ts';
import { type Run, type RunEvent, type RunMessage, runMessageSchema, withStep } from '../../../../shared/queue/run.ts';
import type { Logger } from '../../../../shared/service/log.ts';
import type { Journal, RunListener } from '../journal.ts';

interface Entry {
  readonly listeners: Set<RunListener>;
  readonly subscribed: Promise<() => void>;
  /** The state that the listeners last got. */
  run: Run;
  /** Resolves when the present messages are handled. They are handled in order, although some have to read the run. */
  handled: Promise<void>;
}

interface SubscriptionsOptions {
  readonly channels: Channels;
  readonly readRun: (runId: string) => Promise<Run | undefined>;
  readonly log: Logger;
}

/**
 * Listeners by run. A message contains only the change, and is read once for all listeners. After a gap every listener gets
 * the present state of the run.
 */
export function createSubscriptions({ channels, readRun, log }: SubscriptionsOptions): Journal['subscribe'] {
  const entries = new Map<string, Entry>();

  function inOrder(entry: Entry, task: () => Promise<void>): void {
    entry.handled = entry.handled
      .then(task)
      .catch((error: unknown) => log.error({ err: error }, 'a message about a run could not be handled'));
  }

  async function sendState(entry: Entry): Promise<void> {
    const run = await readRun(entry.run.id);
    if (run === undefined) return;
    entry.run = run;
    for (const listener of entry.listeners) listener({ run });
  }

  async function handleMessage(entry: Entry, text: string): Promise<void> {
    const message = readMessage(runMessageSchema, text);
    // Another version may send unknown messages.
    if (message === undefined) return sendState(entry);
    const { steps, ending, preview } = message;
    const events = toEvents(entry.run, steps, ending);
    const last = events.pop();
    if (last === undefined) return;
    entry.run = last.run;
    for (const event of [...events, { ...last, ...(preview && { preview }) }]) {
      for (const listener of entry.listeners) listener(event);
    }
  }

  channels.onGap(() => {
    for (const entry of entries.values()) inOrder(entry, () => sendState(entry));
  });

  function open(run: Run): Entry {
    const listener = (text: string): void => inOrder(entry, () => handleMessage(entry, text));
    const subscribed = channels.subscribe(channelNames.run(run.id), listener);
    const entry: Entry = { listeners: new Set(), subscribed, run, handled: Promise.resolve() };
    entries.set(run.id, entry);
    return entry;
  }

  return async (run, listener) => {
    const entry = entries.get(run.id) ?? open(run);
    entry.listeners.add(listener);
    const unsubscribe = await entry.subscribed;
    return () => {
      entry.listeners.delete(listener);
      if (entry.listeners.size > 0 || entries.get(run.id) !== entry) return;
      entries.delete(run.id);
      unsubscribe();
    };
  };
}

/** The run at each of its new steps. The last one includes the run's end. */
function toEvents(before: Run, steps: RunMessage['steps'], ending: RunMessage['ending']): RunEvent[] {
  const news = steps.filter(({ number }) => number > before.number);
  let run = before;
  return news.map((step, index) => {
    run = { ...withStep(run, step), ...(index === news.length - 1 && ending) };
    return { run };
  });
}
