import type { RequestDraft, SubmitOptions } from '../../../api/jobs/job.ts';

export const draft = (change: Partial<RequestDraft> = {}): RequestDraft => ({
  prompt: 'a lighthouse',
  count: 1,
  strict: false,
  safe: false,
  format: 'png',
  deliver: 'url',
  previews: 0,
  ...change,
});

export const options = (change: Partial<SubmitOptions> = {}): SubmitOptions => ({
  client: { id: 'anna' },
  asynchronous: false,
  requestId: 'request',
  traceparent: '00-0-0-00',
  ...change,
});
