import { AppError } from '../../shared/errors.ts';
import { isEnded, toPictureIdName } from '../../shared/queue/run.ts';
import type { WorkerState } from '../dispatch/dispatch.ts';
import { bringCredentials, lookUp } from './accept/lookup.ts';
import { submit } from './accept/submit.ts';
import type { JobContext } from './context.ts';
import type { Asker, Job, JobModule } from './job.ts';
import { createCallers } from './wait/callers.ts';
import { follow } from './wait/follow.ts';
import { toJob } from './wait/job-view.ts';

/** The one use case of all dialects, on any journal and dispatch. */
export function createJobModule(context: JobContext, close: () => Promise<void>): JobModule {
  const { journal, dispatch, pictures } = context;
  const callers = createCallers(context);

  async function find(id: string, asker: Asker = {}): Promise<Job> {
    const record = await lookUp(id, context, asker);
    await bringCredentials(record, asker.credentials, context);
    const { request, status, received } = record.run;
    if (status === 'done' && !request.seedGiven && !received) await journal.markReceived(record.run.id);
    return toJob(record, context);
  }

  async function cancel(id: string, asker?: Asker): Promise<Job> {
    const record = await lookUp(id, context, asker);
    if (isEnded(record.run.status) || record.ticket.released) return toJob(record, context);
    await callers.release(record.ticket.key);
    return toJob((await journal.find(record.ticket.key)) ?? record, context);
  }

  async function removePicture(id: string): Promise<void> {
    const run = (await journal.recall(toPictureIdName(id))) ?? (await journal.find(context.ids.read(id).key))?.run;
    if (run?.result === undefined) throw new AppError('not_found', 'no finished picture of that id');
    const signal = AbortSignal.timeout(REMOVAL_TIMEOUT_MS);
    const wanted = run.result.pictures.filter((picture) => picture.id === id);
    for (const picture of wanted.length > 0 ? wanted : run.result.pictures) {
      const { id: pictureId, store, url, deleteToken } = picture;
      if (store !== undefined && url !== undefined)
        await dispatch.remove({ store, pictureId, url, deleteToken }, signal);
      await pictures.drop(picture);
    }
    await journal.forget(run.id);
  }

  return {
    submit: async (draft, options) => {
      const { record, job } = await submit(draft, options, context);
      if (!options.asynchronous) callers.expect(record);
      return job;
    },
    wait: callers.wait,
    find,
    follow: (id, options) => follow(id, options, context, callers),
    cancel,
    current: async (client) => {
      const record = await journal.newest(client.id);
      return record && { ...(await toJob(record, context)), preview: callers.preview(record.run.id) };
    },
    openPicture: async (job, index, signal) => {
      const picture = job.result?.pictures[index];
      if (picture === undefined) throw new AppError('internal', `the job has no picture number ${index}`);
      return pictures.open(picture, signal);
    },
    removePicture,
    collectImage: async (name) => {
      const run = await journal.recall(toPictureIdName(name.replace(/\.\w+$/, '')));
      return run !== undefined && pictures.areThere(run);
    },
    status: () => {
      const workers = dispatch.workers();
      return { worker: bestOf(workers.map(({ state }) => state)), workers, waiting: dispatch.waiting() };
    },
    notReady: dispatch.look,
    stop: async ({ graceMs }) => {
      await dispatch.stop(graceMs);
      // Runs of a shared queue may still end. Runs of this gateway already had their grace period above.
      await callers.dismiss(context.isShared ? graceMs : 0);
      await close();
    },
  };
}

const REMOVAL_TIMEOUT_MS = 60_000;

const BEST_FIRST: readonly WorkerState[] = ['ready', 'busy', 'starting', 'waking', 'asleep', 'unreachable'];

const bestOf = (states: readonly WorkerState[]): WorkerState =>
  BEST_FIRST.find((state) => states.includes(state)) ?? 'unreachable';
