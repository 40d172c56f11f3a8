import assert from 'node:assert/strict';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { SettingsError } from '../../../../shared/service/config.ts';
import type { Clock } from '../../../../shared/wait.ts';
import { generate } from '../../../contracts/engine-checks.ts';
import { createHurriedClock } from '../../../support/hurried-clock.ts';
import { removeDirectory } from '../../../support/remove-directory.ts';
import { type ComfyuiSubject, createSubject } from './subject.ts';

/** A clock on which no pause ends by itself. */
const createStoppedClock = (): Clock => ({
  now: () => 0,
  elapsed: () => 0,
  wait: (_milliseconds, signal) =>
    new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason))),
});

const request = ({ engine }: ComfyuiSubject, changes = {}) => ({
  ...{ prompt: 'a quay', negativePrompt: 'fog', seed: 7, count: 1, shape: 'square' as const, previews: 1 },
  ...{ ...engine.limits.shapes.square, steps: 12, guidanceScale: 5.5, ...changes },
});

type Graph = Record<string, { inputs: Record<string, unknown> }>;
const submitted = ({ standIn }: ComfyuiSubject): Graph =>
  (standIn.requests.find(({ path }) => path === '/prompt')?.json as { prompt: Graph } | undefined)?.prompt ?? {};

async function withWorkflow(workflow: unknown, check: (path: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'easel-workflow-'));
  const path = join(directory, 'workflow.json');
  await writeFile(path, typeof workflow === 'string' ? workflow : JSON.stringify(workflow));
  await check(path);
  await removeDirectory(directory);
}

describe('comfyui', () => {
  test('inserts numbers as numbers and texts as texts, and uses the first checkpoint', async () => {
    const subject = await createSubject();
    await generate(subject.engine, request(subject, { prompt: 'a "quay" with {{seed}}' }));
    const graph = submitted(subject);
    assert.equal(graph['1']?.inputs.ckpt_name, 'dream.safetensors');
    assert.equal(graph['2']?.inputs.text, 'a "quay" with {{seed}}');
    assert.deepEqual([graph['5']?.inputs.seed, graph['5']?.inputs.steps, graph['5']?.inputs.cfg], [7, 12, 5.5]);
    await subject.close();
  });

  test('reports progress and one preview from the WebSocket', async () => {
    const subject = await createSubject();
    const { events } = await generate(subject.engine, request(subject));
    assert.ok(events.some(({ fraction }) => fraction === 0.25));
    const previews = events.flatMap(({ preview }) => (preview === undefined ? [] : [preview]));
    assert.deepEqual(previews, [{ mediaType: 'image/png', base64: Buffer.from('preview').toString('base64') }]);
    await subject.close();
  });

  for (const isQuick of [false, true]) {
    test(`needs no poll beside the WebSocket${isQuick ? ', even if the end comes first' : ''}`, async () => {
      const subject = await createSubject({ clock: createStoppedClock() });
      subject.standIn.isQuick = isQuick;
      const { output, events } = await generate(subject.engine, request(subject));
      assert.equal(output.images.length, 1);
      assert.ok(events.some(({ fraction }) => fraction === 0.25));
      await subject.close();
    });
  }

  test('polls only at its pauses when the history lacks a prompt that has ended', async () => {
    let pauses = 0;
    const { wait, ...times } = createHurriedClock();
    const clock: Clock = {
      ...times,
      wait: async (...pause) => {
        await wait(...pause);
        pauses += 1;
      },
    };
    const subject = await createSubject({ clock });
    subject.standIn.forgets = true;
    const abort = new AbortController();
    const running = generate(subject.engine, request(subject), abort.signal);
    for (let look = 0; look < 5; look += 1) await subject.standIn.nextRequest(/history/);
    abort.abort();
    await assert.rejects(running, { code: 'cancelled' });
    const looks = subject.standIn.requests.filter(({ path }) => path.startsWith('/history')).length;
    assert.ok(looks <= pauses + 1, `${looks} looks in ${pauses} pauses`);
    await subject.engine.stop?.();
    await subject.close();
  });

  test('works without the WebSocket when it is never answered', async () => {
    const subject = await createSubject();
    subject.standIn.hasSocket = 'silent';
    const { output } = await generate(subject.engine, request(subject));
    assert.equal(output.images.length, 1);
    await subject.close();
  });

  test("runs the operator's workflow, whose placeholders decide which parameters it takes", async () => {
    const workflow = {
      a: { class_type: 'Text', inputs: { text: 'photo of {{prompt}}, seed {{seed}}', keep: [1, '{{seed}}'] } },
    };
    await withWorkflow(workflow, async (path) => {
      const subject = await createSubject({ workflow: path });
      const { limits } = subject.engine;
      assert.deepEqual([limits.steps, limits.guidanceScale, limits.negativePrompt], [undefined, undefined, false]);
      const running = generate(subject.engine, request(subject)).catch(() => undefined);
      await subject.standIn.nextRequest(/^\/prompt$/);
      assert.deepEqual(submitted(subject).a?.inputs, { text: 'photo of a quay, seed 7', keep: [1, 7] });
      await running;
      await subject.close();
    });
  });

  for (const [what, workflow, words] of [
    ['is no JSON', 'not json', /expected a JSON file/],
    ['is in the format of the page', { nodes: [], links: [] }, /API format/],
    [
      'has an unknown placeholder',
      { a: { class_type: 'T', inputs: { text: '{{prompt}} {{style}}' } } },
      /placeholder style/,
    ],
    ['has no place for the prompt', { a: { class_type: 'T', inputs: { text: 'x' } } }, /\{\{prompt\}\}/],
  ] as const) {
    test(`refuses at the start a workflow that ${what}`, async () => {
      await withWorkflow(workflow, async (path) => {
        await assert.rejects(createSubject({ workflow: path }), (error: unknown) => {
          assert.ok(error instanceof SettingsError);
          assert.match(error.message, words);
          assert.match(error.message, /^COMFYUI_WORKFLOW: /);
          return true;
        });
      });
    });
  }

  for (const stranger of [undefined, 'somebody-else']) {
    test(`stops its own prompt ${stranger === undefined ? 'while it runs' : 'and never another one'}`, async () => {
      const subject = await createSubject();
      Object.assign(subject.standIn, { neverEnds: true, stranger });
      const abort = new AbortController();
      const looked = subject.standIn.nextRequest(/history/);
      const running = generate(subject.engine, request(subject), abort.signal);
      await looked;
      abort.abort();
      await assert.rejects(running, { code: 'cancelled' });
      await subject.engine.stop?.();
      assert.deepEqual(subject.standIn.interrupted, stranger === undefined ? ['prompt-0'] : []);
      assert.ok(subject.standIn.requests.some(({ text }) => text === '{"delete":["prompt-0"]}'));
      await subject.close();
    });
  }
});
