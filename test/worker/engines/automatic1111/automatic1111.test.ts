import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import type { ProgressEvent } from '../../../../shared/contract/generation.ts';
import { readSettings, SettingsError } from '../../../../shared/service/config.ts';
import { automatic1111 } from '../../../../worker/engines/automatic1111/index.ts';
import type { EngineRequest } from '../../../../worker/engines/engine.ts';
import { createEngineServices } from '../../../contracts/engine-services.ts';
import { type Automatic1111Subject, answering, createSubject, TXT2IMG } from './subject.ts';

describe('automatic1111', () => {
  let subject: Automatic1111Subject;
  before(async () => {
    subject = await createSubject();
  });
  afterEach(() => subject.standIn.mend());
  after(async () => {
    await subject.engine.stop?.();
    await subject.close();
  });

  const REQUEST: EngineRequest = {
    prompt: 'a red fox',
    negativePrompt: 'blurred',
    seed: 7,
    count: 1,
    width: 512,
    height: 768,
    shape: 'portrait',
    guidanceScale: 6.5,
    steps: 22,
    previews: 0,
  };

  function run(changes: Partial<EngineRequest> = {}, signal = new AbortController().signal) {
    const events: Omit<ProgressEvent, 'engine'>[] = [];
    const done = subject.engine.generate(
      { ...REQUEST, ...changes },
      { signal, onProgress: (event) => events.push(event) },
    );
    return { events, done };
  }

  /** Starts a request that is held, and cancels it once the server has it. */
  async function cancelOne(): Promise<string> {
    const abort = new AbortController();
    const reached = subject.standIn.nextRequest(/txt2img/);
    const { done } = run({}, abort.signal);
    const { json } = await reached;
    abort.abort();
    await assert.rejects(done, { code: 'cancelled' });
    return (json as { force_task_id: string }).force_task_id;
  }

  test('maps every option to the name of the API', async () => {
    const options = {
      enable_hr: true,
      hr_scale: 2,
      override_settings: { sd_model_checkpoint: 'dream', CLIP_stop_at_last_layers: 2 },
    };
    await run({ count: 2, sampler: 'DPM++ 2M', scheduler: 'karras', options }).done;
    const { json } = subject.standIn.requests.findLast(({ path }) => path === TXT2IMG) ?? {};
    const { force_task_id: taskId, ...body } = json as { force_task_id: string };
    assert.match(taskId, /^task\(easel-[0-9a-f-]{36}\)$/);
    assert.deepEqual(body, {
      prompt: 'a red fox',
      negative_prompt: 'blurred',
      seed: 7,
      steps: 22,
      cfg_scale: 6.5,
      width: 512,
      height: 768,
      batch_size: 2,
      n_iter: 1,
      sampler_name: 'DPM++ 2M',
      scheduler: 'karras',
      send_images: true,
      save_images: false,
      ...options,
    });
  });

  test('leaves sampler and scheduler to the server when the request names none', async () => {
    await run().done;
    const { json } = subject.standIn.requests.findLast(({ path }) => path === TXT2IMG) ?? {};
    assert.equal('sampler_name' in (json as object), false);
  });

  test('reports the seeds of info, and none when info is empty', async () => {
    const seedsOf = async () => (await run({ count: 2 }).done).images.map(({ seed }) => seed);
    assert.deepEqual(await seedsOf(), [7, 8]);
    subject.standIn.hidesInfo = true;
    assert.deepEqual(await seedsOf(), [undefined, undefined]);
  });

  test('drops the grid that some servers put first', async () => {
    const plain = await run({ count: 2 }).done;
    subject.standIn.sendsGrid = true;
    assert.deepEqual(await run({ count: 2 }).done, plain);
  });

  test('reports the progress of the job, with as many previews as wanted', async () => {
    const { standIn } = subject;
    standIn.holds = true;
    standIn.progress = 0.4;
    const { events, done } = run({ previews: 2 });
    await standIn.nextRequest(/progress/);
    await standIn.nextRequest(/progress/);
    standIn.progress = 0.9;
    await standIn.nextRequest(/progress/);
    await standIn.nextRequest(/progress/);
    standIn.finish();
    await done;
    assert.deepEqual(
      events.map(({ stage, fraction, engineStatus, preview }) => [stage, fraction, engineStatus, preview?.mediaType]),
      [
        ['generate', undefined, undefined, undefined],
        ['generate', 0.4, 'step 5 of 10', 'image/png'],
        ['generate', 0.9, 'step 5 of 10', 'image/png'],
      ],
    );
  });

  test("never shows progress or a picture of another client's job", async () => {
    const { standIn } = subject;
    const stopStranger = standIn.runStranger();
    const { events, done } = run({ previews: 2 });
    await standIn.nextRequest(/internal/);
    await standIn.nextRequest(/internal/);
    stopStranger();
    await done;
    assert.deepEqual(events, [{ stage: 'generate' }, { stage: 'queue' }]);
  });

  test('interrupts a cancelled job that runs, however the server shows that it is ours', async () => {
    const { standIn } = subject;
    for (const namesCurrentTask of [true, false]) {
      Object.assign(standIn, { holds: true, namesCurrentTask });
      const interrupt = standIn.nextRequest(/interrupt/);
      const taskId = await cancelOne();
      await interrupt;
      assert.equal(standIn.interrupted.at(-1), taskId);
    }
  });

  test("does not interrupt another client's job, but waits until ours runs", async () => {
    const { standIn } = subject;
    standIn.holds = true;
    const before = standIn.interrupted.length;
    const stopStranger = standIn.runStranger();
    const taskId = await cancelOne();
    for (let look = 0; look < 5; look += 1) await standIn.nextRequest(/internal/);
    assert.equal(standIn.interrupted.length, before);
    const interrupt = standIn.nextRequest(/interrupt/);
    stopStranger();
    await interrupt;
    assert.deepEqual(standIn.interrupted.slice(before), [taskId]);
  });

  test('never interrupts a server that cannot distinguish tasks', async () => {
    const { standIn } = subject;
    Object.assign(standIn, { holds: true, namesCurrentTask: false, hasInternalProgress: false });
    const sent = standIn.requests.filter(({ path }) => path.endsWith('/interrupt')).length;
    const looked = standIn.nextRequest(/internal/);
    await cancelOne();
    await looked;
    await subject.engine.stop?.();
    assert.equal(standIn.requests.filter(({ path }) => path.endsWith('/interrupt')).length, sent);
  });

  test('works with a server that reports no progress', async () => {
    subject.standIn.hasProgress = false;
    const { events, done } = run();
    await done;
    assert.deepEqual(events, [{ stage: 'generate' }]);
  });

  test('sends a request that makes pictures only once, even when the connection is reset', async () => {
    await run().done;
    answering('reset')(subject);
    const sentBefore = subject.standIn.requests.filter(({ path }) => path === TXT2IMG).length;
    await assert.rejects(run().done, { code: 'engine_failed' });
    assert.equal(subject.standIn.requests.filter(({ path }) => path === TXT2IMG).length, sentBefore + 1);
  });

  test('names the setting that is missing or malformed', () => {
    const services = createEngineServices({});
    const create = (environment: Record<string, string>) =>
      automatic1111.create(readSettings(automatic1111.settings, environment), services);
    assert.throws(
      () => create({}),
      (error) => error instanceof SettingsError && /AUTOMATIC1111_URL/.test(error.message),
    );
    assert.throws(
      () => create({ AUTOMATIC1111_URL: 'http://127.0.0.1:7860', AUTOMATIC1111_AUTH: 'no-colon' }),
      (error) =>
        error instanceof SettingsError && /AUTOMATIC1111_AUTH/.test(error.message) && !/no-colon/.test(error.message),
    );
  });
});
