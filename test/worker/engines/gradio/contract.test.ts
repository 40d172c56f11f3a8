import assert from 'node:assert/strict';
import { type EngineFault, engineContract } from '../../../contracts/engine.ts';
import { type Answer, echo } from '../../../stand-ins/http-stand-in.ts';
import { createSubject, type GradioSubject } from './subject.ts';

const answering =
  (answer: Answer, path: RegExp) =>
  ({ standIn }: GradioSubject): void =>
    standIn.interfere((request) => (path.test(request.path) ? answer : undefined));
const set =
  (changes: Partial<GradioSubject['standIn']>) =>
  ({ standIn }: GradioSubject): void =>
    void Object.assign(standIn, changes);

const JOIN = /queue\/join/;
const faults: readonly EngineFault<GradioSubject>[] = [
  {
    name: 'an error that echoes',
    code: 'engine_failed',
    provoke: ({ standIn }) => standIn.interfere((request) => (JOIN.test(request.path) ? echo(request) : undefined)),
  },
  {
    name: 'a spent quota that says when to come back',
    code: 'engine_busy',
    provoke: set({
      failure:
        'You have exceeded your GPU quota (60s requested vs. 56s left). Please retry in 0:06:53 or create a free account.',
    }),
    check: ({ details }) => assert.equal(details.restMs, 413_000),
  },
  { name: 'words of refusal', code: 'prompt_refused', provoke: set({ failure: 'NSFW content detected' }) },
  { name: 'a hidden reason', code: 'engine_failed', provoke: set({ failure: null }) },
  { name: 'a full queue', code: 'engine_busy', provoke: set({ messages: [{ msg: 'queue_full' }] }) },
  { name: 'HTTP 503 at the queue', code: 'engine_busy', provoke: answering({ status: 503 }, JOIN) },
  {
    name: 'HTTP 429 with Retry-After',
    code: 'engine_busy',
    provoke: answering({ status: 429, headers: { 'retry-after': '9' } }, JOIN),
    check: ({ details }) => assert.equal(details.restMs, 9000),
  },
  { name: 'HTTP 401', code: 'engine_unauthorized', provoke: answering({ status: 401 }, JOIN) },
  { name: 'a paused Space', code: 'engine_failed', provoke: set({ stage: 'PAUSED' }) },
  {
    name: 'a Space that is gone',
    code: 'engine_failed',
    provoke: answering({ status: 404 }, /^\/api\/spaces/),
  },
  { name: 'a Space that never wakes', code: 'engine_timeout', endless: true, provoke: set({ stage: 'BUILDING' }) },
  {
    name: 'a picture at another host',
    code: 'engine_changed',
    provoke: set({ fileUrl: () => 'https://files.example/picture.webp' }),
  },
  {
    name: 'no file in the answer',
    code: 'engine_failed',
    provoke: set({ messages: [{ msg: 'process_completed', success: true, output: { data: ['done'] } }] }),
  },
  {
    name: 'a file that is no picture',
    code: 'engine_failed',
    provoke: answering({ body: 'no picture' }, /file=/),
  },
  { name: 'a file that breaks off', code: 'engine_failed', provoke: answering('truncate', /file=/) },
  { name: 'a file that drips', code: 'engine_timeout', endless: true, provoke: answering('drip', /file=/) },
  { name: 'a description that is a page', code: 'engine_failed', provoke: answering({ body: '<html>' }, /info$/) },
  {
    name: 'a message that nobody knows',
    code: 'engine_failed',
    provoke: set({ messages: [{ msg: 'dreaming' }], neverEnds: true }),
  },
  { name: 'a stream that ends early', code: 'engine_failed', provoke: set({ neverEnds: true }) },
  { name: 'a stream that breaks off', code: 'engine_failed', provoke: answering('truncate', /queue\/data/) },
  { name: 'a reset', code: 'engine_failed', provoke: answering('reset', JOIN) },
  { name: 'a slow drip', code: 'engine_timeout', endless: true, provoke: answering('drip', JOIN) },
  { name: 'a stream without an end', code: 'engine_timeout', endless: true, provoke: answering('hang', /queue\/data/) },
];

/** A Space that failed rests; the contract wants the next request to be served, so each test creates a new engine. */
engineContract<GradioSubject>({
  name: 'gradio',
  create: (log) => createSubject({ log, clock: restless() }),
  stall: answering('hang', /queue\/data/),
  underway: ({ standIn }) => standIn.nextRequest(),
  mend: ({ standIn }) => standIn.mend(),
  faults,
});

/** A clock on which an hour passes at every read, so that no Space rests and none is remembered. */
function restless() {
  let now = 0;
  const look = (): number => {
    now += 3_600_000;
    return now;
  };
  return {
    now: look,
    elapsed: look,
    wait: async (_milliseconds: number, signal?: AbortSignal): Promise<void> => {
      await new Promise((resolve) => setImmediate(resolve));
      signal?.throwIfAborted();
    },
  };
}
