import type { Job, JobEvent, Jobs, RequestDraft, SubmitOptions } from '../../api/jobs/job.ts';
import { toContent } from '../../api/jobs/pictures/content.ts';
import { type GenerationRequest, type GenerationResult, MAX_SEED } from '../../shared/contract/generation.ts';
import { AppError } from '../../shared/errors.ts';

/** A job module with scripted answers, so that dialects and HTTP are tested without a worker. */

export interface Submission {
  readonly draft: RequestDraft;
  readonly options: SubmitOptions;
}

export interface FakeJobs extends Jobs {
  readonly submissions: Submission[];
  /** The outcome of the next jobs. By default a done job with `count` pictures. */
  outcome: (request: GenerationRequest) => Partial<Job>;
  /** Events that `follow` yields before the end. */
  events: readonly Partial<JobEvent>[];
  readonly cancelled: string[];
}

const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
export const PICTURE_BYTES = Buffer.from(PIXEL, 'base64');

export const DRAWN_SEED = 123_456;

export function toResult(request: GenerationRequest, overrides: Partial<GenerationResult> = {}): GenerationResult {
  const pictures = Array.from({ length: request.count }, (_, index) => ({
    id: `picture-${index}`,
    ...(request.deliver === 'url' && { url: `/images/picture-${index}.png`, store: 'disk' }),
    deleteToken: 'never-to-be-shown',
    width: request.width ?? 768,
    height: request.height ?? 768,
    seed: (request.seed + index) % (MAX_SEED + 1),
    mediaType: 'image/png' as const,
  }));
  return {
    engine: 'sketch',
    pictures,
    guidanceScale: request.guidanceScale ?? 7,
    warnings: [],
    attempts: [],
    timings: { queue: 1, generate: 20, convert: 3, upload: 2 },
    ...overrides,
  };
}

export function createFakeJobs(): FakeJobs {
  const jobs = new Map<string, Job>();
  const find = (id: string): Job => {
    const job = jobs.get(id);
    if (job === undefined) throw new AppError('not_found', 'no such job', { publicMessage: 'No such job.' });
    return job;
  };
  const fake: FakeJobs = {
    submissions: [],
    cancelled: [],
    events: [],
    outcome: (request) => ({ status: 'done', result: toResult(request), progress: 1, finishedAt: 2000 }),
    submit: async (draft, options) => {
      fake.submissions.push({ draft, options });
      const request = { ...draft, seed: draft.seed ?? DRAWN_SEED, seedGiven: draft.seed !== undefined };
      const id = `job-${fake.submissions.length}`;
      const base: Job = { id, status: 'queued', request, progress: 0, origin: 'made', notes: [], createdAt: 1000 };
      const job = { ...base, ...fake.outcome(request) };
      jobs.set(id, job);
      return job;
    },
    wait: async (id) => find(id),
    find: async (id) => find(id),
    cancel: async (id) => {
      fake.cancelled.push(id);
      return { ...find(id), status: 'cancelled', error: new AppError('cancelled', 'asked for') };
    },
    current: async () => [...jobs.values()].findLast((job) => job.status === 'running' || job.status === 'queued'),
    openPicture: async (job, index) => toContent(PICTURE_BYTES, job.result?.pictures[index]?.mediaType ?? 'image/png'),
    async *follow(id) {
      const job = find(id);
      let previewIndex = 0;
      for (const [index, event] of fake.events.entries()) {
        const counted = event.preview === undefined ? {} : { previewIndex: previewIndex++ };
        yield { number: index + 1, job, ...counted, ...event };
      }
      yield { number: fake.events.length + 1, job };
    },
  };
  return fake;
}
