import { type Channels, channelNames, readMessage } from '../../../../shared/queue/channels.ts';
import { type Run, type RunEvent, type RunMessage, runMessageSchema, toHistory } from '../../../../shared/queue/run.ts';
import type { Logger } from '../../../../shared/service/log.ts';
import type { Journal, RunListener } from '../journal.ts';

interface Entry {
  readonly listeners: Set<RunListener>;
  readonly subscribed: Promise<() => void>;
  /** As the listeners last heard it. */
  run?: Run | undefined;
  /** Resolves when the messages so far are handled. They are handled in order, although the first one reads the run. */
  handled: Promise<void>;
}

interface SubscriptionsOptions {
  readonly channels: Channels;
  readonly readRun: (runId: string) => Promise<Run | undefined>;
  readonly log: Logger;
}

/**
 * Who listens to which run. A message carries only what changed, and is read once however many listen; after a gap
 * everyone hears how the run stands.
 */
export function createSubscriptions({ channels, readRun, log }: SubscriptionsOptions): Journal['subscribe'] {
  const entries = new Map<string, Entry>();

  function inOrder(entry: Entry, task: () => Promise<void>): void {
    entry.handled = entry.handled
      .then(task)
      .catch((error: unknown) => log.error({ err: error }, 'a message about a run could not be handled'));
  }

  async function sendState(runId: string, entry: Entry): Promise<void> {
    const run = await readRun(runId);
    if (run === undefined) return;
    entry.run = run;
    for (const listener of entry.listeners) listener({ run });
  }

  async function hear(runId: string, entry: Entry, text: string): Promise<void> {
    const message = readMessage(runMessageSchema, text);
    // A neighbour of another version may say something else.
    if (message === undefined) return sendState(runId, entry);
    const { steps, ending, preview } = message;
    const events = entry.run === undefined ? await readEvents(runId, steps) : toEvents(entry.run, steps, ending);
    const last = events.pop();
    if (last === undefined) return;
    entry.run = last.run;
    for (const event of [...events, { ...last, ...(preview && { preview }) }]) {
      for (const listener of entry.listeners) listener(event);
    }
  }

  /** The run was not known before the message, so it is read, and its own history has the steps of the message. */
  async function readEvents(runId: string, [first]: RunMessage['steps']): Promise<RunEvent[]> {
    const run = await readRun(runId);
    return run === undefined ? [] : toHistory(run).filter((event) => event.run.number >= (first?.number ?? 0));
  }

  channels.onGap(() => {
    for (const [runId, entry] of entries) inOrder(entry, () => sendState(runId, entry));
  });

  function open(runId: string): Entry {
    const listener = (text: string): void => inOrder(entry, () => hear(runId, entry, text));
    const subscribed = channels.subscribe(channelNames.run(runId), listener);
    const entry: Entry = { listeners: new Set(), subscribed, handled: Promise.resolve() };
    entries.set(runId, entry);
    return entry;
  }

  return async (runId, listener, known) => {
    const entry = entries.get(runId) ?? open(runId);
    if (known !== undefined) entry.run ??= known;
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

/** The run at each of its new steps; how it ended belongs to the last one. */
function toEvents(before: Run, steps: RunMessage['steps'], ending: RunMessage['ending']): RunEvent[] {
  const news = steps.filter(({ number }) => number > before.number);
  let run = before;
  return news.map((step, index) => {
    run = { ...run, ...step, steps: [...run.steps, step], ...(index === news.length - 1 && ending) };
    return { run };
  });
}
