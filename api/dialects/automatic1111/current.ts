import type { Route } from '../dialect.ts';
import { LOOKUP_FAILURES } from '../failures.ts';
import { parseFields } from '../fields.ts';
import { encodeProgress } from './progress.ts';
import { empty, progressAnswer, progressQuery } from './schema.ts';

/** Routes about the caller's own running job, because this dialect has no job ids. */

const toCancel = (name: string, summary: string): Route => ({
  method: 'post',
  path: `/sdapi/v1/${name}`,
  documentation: {
    summary,
    failures: [...LOOKUP_FAILURES, 'forbidden'],
    responses: { 200: { description: 'Done, or there was none.', schema: empty } },
  },
  decode: () => ({ do: 'current', cancel: true }),
  encode: () => ({ status: 200, body: {} }),
});

const progress: Route = {
  method: 'get',
  path: '/sdapi/v1/progress',
  documentation: {
    summary: 'How far your own running job is',
    failures: [...LOOKUP_FAILURES, 'forbidden'],
    query: progressQuery,
    responses: { 200: { description: 'Idle: 0 and no job.', schema: progressAnswer } },
  },
  decode: ({ query }) => {
    const { skip_current_image } = parseFields(progressQuery, query);
    return { do: 'current', cancel: false, withoutPreview: skip_current_image };
  },
  encode: encodeProgress,
};

export const current: readonly Route[] = [
  progress,
  toCancel('interrupt', 'Cancel your own running job'),
  toCancel('skip', 'The same as `interrupt`: a job here is one picture of a batch, or the whole of it'),
];
