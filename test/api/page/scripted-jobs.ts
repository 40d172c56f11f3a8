import type { Job, JobEvent } from '../../../api/jobs/job.ts';
import { isEnded } from '../../../shared/queue/run.ts';
import { type FakeJobs, toResult } from '../fake-jobs.ts';

/** Jobs whose states a test sets. Callers who follow them get an event for each state. */
export interface ScriptedJobs {
  /** Ids of the jobs, in the order in which they were accepted. */
  readonly ids: string[];
  /** Sets a new state and sends its event. */
  update(id: string | undefined, change: Partial<Job>, preview?: JobEvent['preview']): void;
  end(id: string | undefined): void;
  /** Cuts every event stream, as a proxy may do. */
  cut(): void;
}

export function scriptJobs(fake: FakeJobs): ScriptedJobs {
  const states = new Map<string, Job>();
  const events = new Map<string, Partial<JobEvent>[]>();
  const byKey = new Map<string, string>();
  let changed = Promise.withResolvers<'update' | 'cut'>();
  const wake = (why: 'update' | 'cut'): void => {
    const { resolve } = changed;
    changed = Promise.withResolvers();
    resolve(why);
  };
  const { submit } = fake;
  fake.outcome = () => ({ status: 'queued' });
  fake.submit = async (draft, options) => {
    const { idempotencyKey } = options;
    const known = idempotencyKey === undefined ? undefined : states.get(byKey.get(idempotencyKey) ?? '');
    const job = await submit(draft, options);
    if (known !== undefined) return known;
    if (idempotencyKey !== undefined) byKey.set(idempotencyKey, job.id);
    states.set(job.id, job);
    events.set(job.id, []);
    return job;
  };
  const find = fake.find;
  fake.find = async (id) => states.get(id) ?? find(id);
  fake.follow = async function* (id, { after, signal }) {
    const jobEvents = events.get(id) ?? [];
    const left = new Promise<'cut'>((resolve) => signal.addEventListener('abort', () => resolve('cut')));
    for (let number = after; ; ) {
      for (; number < jobEvents.length; number += 1) {
        const job = jobEvents[number]?.job ?? (await fake.find(id));
        yield { ...jobEvents[number], number: number + 1, job };
        if (isEnded(job.status)) return;
      }
      if ((await Promise.race([changed.promise, left])) === 'cut') return;
    }
  };
  const update: ScriptedJobs['update'] = (id = '', change, preview) => {
    const before = states.get(id);
    if (before === undefined) throw new Error(`no job ${id} was accepted`);
    const job = { ...before, ...change };
    states.set(id, job);
    const previews = events.get(id)?.filter((event) => event.preview !== undefined).length;
    events.get(id)?.push({ job, ...(preview !== undefined && { preview, previewIndex: previews }) });
    wake('update');
  };
  return {
    get ids() {
      return [...states.keys()];
    },
    update,
    end(id = '') {
      const job = states.get(id);
      if (job !== undefined)
        update(id, { status: 'done', result: toResult(job.request), progress: 1, finishedAt: 2000 });
    },
    cut: () => wake('cut'),
  };
}
