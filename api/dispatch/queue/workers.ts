import { HEARTBEAT_INTERVAL_MS, heartbeatSchema, type WorkerHeartbeat } from '../../../shared/queue/backend.ts';
import { type Channels, channelNames, readMessage } from '../../../shared/queue/channels.ts';
import type { Clock } from '../../../shared/wait.ts';
import type { WorkerView } from '../dispatch.ts';

/** Which workers take from the shared queue, by their heartbeats. */

const MISSED_BEATS = 3;

export async function watchWorkers(channels: Channels, clock: Clock): Promise<() => readonly WorkerView[]> {
  const heard = new Map<string, { readonly beat: WorkerHeartbeat; readonly at: number }>();
  await channels.subscribe(channelNames.workers, (message) => {
    const beat = readMessage(heartbeatSchema, message);
    if (beat === undefined) return;
    if (beat.isStopping) heard.delete(beat.name);
    else heard.set(beat.name, { beat, at: clock.elapsed() });
  });
  await channels.publish(channelNames.hello, '');
  return () => {
    for (const [name, { at }] of heard) {
      if (clock.elapsed() - at > MISSED_BEATS * HEARTBEAT_INTERVAL_MS) heard.delete(name);
    }
    return [...heard.values()].map(({ beat: { isStopping: _, ...worker } }) => ({
      ...worker,
      state: worker.running < worker.concurrency ? 'ready' : 'busy',
    }));
  };
}
