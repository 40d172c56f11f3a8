import assert from 'node:assert/strict';
import { type EngineFault, engineContract } from '../../../contracts/engine.ts';
import { type Answer, echo } from '../../../stand-ins/http-stand-in.ts';
import { type ComfyuiSubject, createSubject } from './subject.ts';

const answering =
  (answer: Answer, path = /^\/prompt$/) =>
  ({ standIn }: ComfyuiSubject): void =>
    standIn.interfere((request) => (path.test(request.path) ? answer : undefined));
const set =
  (changes: Partial<ComfyuiSubject['standIn']>) =>
  ({ standIn }: ComfyuiSubject): void =>
    void Object.assign(standIn, changes);
const REFUSED = {
  error: { type: 'prompt_outputs_failed_validation', message: 'Prompt outputs failed validation' },
  node_errors: {
    '1': { class_type: 'CheckpointLoaderSimple', errors: [{ message: 'Value not in list', details: 'ckpt' }] },
  },
};

/** The call for the place in the queue, which is made only for a prompt that does not run. */
function answerQueueByPage(subject: ComfyuiSubject): void {
  set({ stranger: 'somebody-else' })(subject);
  answering({ body: '<html>' }, /queue/)(subject);
}

const faults: readonly EngineFault<ComfyuiSubject>[] = [
  { name: 'an error that echoes', code: 'engine_failed', provoke: ({ standIn }) => standIn.interfere(echo) },
  {
    name: 'a workflow that it refuses',
    code: 'engine_changed',
    provoke: answering({ status: 400, body: REFUSED }),
    check: (error) => {
      assert.match(error.message, /node 1 \(CheckpointLoaderSimple\): Value not in list/);
      assert.match(error.publicMessage, /COMFYUI_WORKFLOW/);
    },
  },
  { name: 'a failed execution', code: 'engine_failed', provoke: set({ failure: 'CUDA out of memory' }) },
  { name: 'no checkpoint', code: 'engine_failed', provoke: set({ hasCheckpoint: false }) },
  { name: 'HTTP 503', code: 'engine_busy', provoke: answering({ status: 503 }) },
  { name: 'an answer of another shape', code: 'engine_changed', provoke: answering({ body: { ok: true } }) },
  { name: 'a page in place of the history', code: 'engine_changed', provoke: answering({ body: '<html>' }, /history/) },
  { name: 'a picture that is none', code: 'engine_failed', provoke: answering({ body: 'no picture' }, /view/) },
  { name: 'a picture that breaks off', code: 'engine_failed', provoke: answering('truncate', /view/) },
  { name: 'a picture that drips', code: 'engine_timeout', endless: true, provoke: answering('drip', /view/) },
  { name: 'a page in place of the queue', code: 'engine_changed', provoke: answerQueueByPage },
  { name: 'HTTP 429', code: 'engine_busy', provoke: answering({ status: 429 }) },
  { name: 'a reset', code: 'engine_failed', provoke: answering('reset') },
  { name: 'a slow drip', code: 'engine_timeout', endless: true, provoke: answering('drip') },
  { name: 'work without an end', code: 'engine_timeout', endless: true, provoke: set({ neverEnds: true }) },
];

for (const hasSocket of [true, false]) {
  engineContract<ComfyuiSubject>({
    name: 'comfyui',
    variant: hasSocket ? 'with its WebSocket' : 'by polling alone',
    create: async (log) => {
      const subject = await createSubject({ log });
      const { mend } = subject.standIn;
      const keepSocket = (): void => void Object.assign(subject.standIn, { hasSocket });
      keepSocket();
      subject.standIn.mend = () => {
        mend();
        keepSocket();
      };
      return subject;
    },
    stall: set({ neverEnds: true }),
    underway: ({ standIn }) => standIn.nextRequest(/^\/(prompt|object_info)/),
    mend: ({ standIn }) => standIn.mend(),
    faults,
  });
}
