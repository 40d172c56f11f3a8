import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSource, sourceFiles } from './source-files.ts';

/**
 * The wall clock jumps when it is corrected, so a duration is measured with `Clock.elapsed` or `performance.now()`. These
 * places calculate with the wall clock because one of the two times was stored, or came from another machine.
 */
const MAY_RECKON: Readonly<Record<string, string>> = {
  'api/jobs/accept/lookup.ts': 'the age of a sealed job',
  'api/jobs/journal/redis/journal.ts': 'when stored callbacks are due',
  'api/jobs/journal/rules/life.ts': 'until when a stored result is remembered',
  'api/jobs/journal/sqlite/claim.ts': 'when stored records expire',
  'api/jobs/journal/sqlite/journal.ts': 'when stored callbacks are due, and the age of stored runs',
  'api/jobs/wait/estimates.ts': 'since when a stored run is in its stage',
  'api/jobs/webhooks/webhooks.ts': 'when stored callbacks are due',
  'api/jobs/webhooks/steady-time.ts': 'makes a time that never goes back from both clocks',
  'api/dispatch/queue/sweep.ts': 'the age of stored runs',
  'shared/files/kept-files.ts': 'the age of files',
  'shared/files/make-room.ts': 'the age of files',
  'shared/queue/redis/job-queue.ts': 'until when BullMQ delays a job',
  'shared/queue/redis/runs.ts': 'when stored runs expire',
  'worker/engines/daily-allowance.ts': 'the days of an upstream',
  'worker/intake/productions.ts': 'since when another worker has worked on a stored run',
  'worker/production/shelf.ts': 'the age of files that an earlier process kept',
  'worker/stores/cloudinary/index.ts': "a header's date",
  'worker/stores/imgur/allowance.ts': "a header's time, and what is shown to people",
  'worker/upstream/rate-limit-headers.ts': "a header's date, and what is shown to people",
  'cli/calls.ts': "a header's date",
  'doctor/checks/upstreams.ts': 'the day on which a model ends',
  'doctor/checks/redis.ts': "another machine's clock is compared with this one's",
};

/** The time of the wall clock beside an arithmetic operator. */
const NOW = String.raw`(?:(?<!performance\.)\bnow\(\)|(?<![.\w])now\b(?!\())`;
const RECKONING = new RegExp(String.raw`${NOW}\)?\s*(?:[-+]|[<>]=?)\s|(?:\s[-+]|\s[<>]=?)\s*(?:\w+\.)*${NOW}`);
const isComment = (line: string): boolean => /^\s*(\*|\/\*|\/\/)/.test(line);

const reckons = (file: string): boolean =>
  readSource(file)
    .split('\n')
    .some((line) => !isComment(line) && RECKONING.test(line));

test('durations are measured with a clock that cannot jump', () => {
  const found = sourceFiles.filter((file) => !file.startsWith('api/page/browser/') && reckons(file));
  assert.deepEqual(found.toSorted(), Object.keys(MAY_RECKON).toSorted());
});
