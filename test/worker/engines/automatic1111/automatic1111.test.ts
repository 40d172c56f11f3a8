import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { readSettings, SettingsError } from '../../../../shared/config.ts';
import type { ProgressEvent } from '../../../../shared/contract/generation.ts';
import type { Logger } from '../../../../shared/log.ts';
import { automatic1111 } from '../../../../worker/engines/automatic1111/index.ts';
import type { EngineRequest } from '../../../../worker/engines/engine.ts';
import { type EngineSubject, engineContract } from '../../../contracts/engine.ts';
import { createEngineServices } from '../../../contracts/engine-services.ts';
import { createHurriedClock } from '../../../contracts/hurried-clock.ts';
import {
  AUTOMATIC1111_AUTH,
  type Automatic1111StandIn,
  createAutomatic1111StandIn,
} from '../../../stand-ins/automatic1111/automatic1111-stand-in.ts';
import { echo, type Misbehaviour, type StandInReply } from '../../../stand-ins/http-stand-in.ts';

const TXT2IMG = '/sdapi/v1/txt2img';

interface Automatic1111Subject extends EngineSubject {
  readonly standIn: Automatic1111StandIn;
}

async function createSubject(log?: Logger): Promise<Automatic1111Subject> {
  const standIn = await createAutomatic1111StandIn();
  const settings = readSettings(automatic1111.settings, { AUTOMATIC1111_URL: `${standIn.url}/`, AUTOMATIC1111_AUTH });
  const engine = automatic1111.create(settings, createEngineServices({ clock: createHurriedClock(), log }));
  const secrets = [AUTOMATIC1111_AUTH, 'correct-horse-battery', Buffer.from(AUTOMATIC1111_AUTH).toString('base64')];
  return { engine, standIn, secrets, close: () => standIn.close() };
}

const answering =
  (answer: StandInReply | Misbehaviour) =>
  ({ standIn }: Automatic1111Subject): void =>
    standIn.interfere(({ path }) => (path === TXT2IMG ? answer : undefined));

const blaming = (status: number, detail: string): StandInReply => ({
  status,
  body: {
    error: 'HTTPException',
    detail,
    body: 'a harbour at dusk with red sails, marked',
    errors: AUTOMATIC1111_AUTH,
  },
});

engineContract<Automatic1111Subject>({
  name: 'automatic1111',
  create: createSubject,
  stall: ({ standIn }) => {
    standIn.holds = true;
  },
  underway: ({ standIn }) => standIn.nextRequest(/txt2img/),
  mend: ({ standIn }) => standIn.mend(),
  faults: [
    {
      name: 'an error that echoes the request',
      code: 'engine_failed',
      provoke: ({ standIn }) => standIn.interfere((request) => (request.path === TXT2IMG ? echo(request) : undefined)),
    },
    {
      name: 'HTTP 401',
      code: 'engine_unauthorized',
      provoke: answering(blaming(401, 'Incorrect username or password')),
    },
    { name: 'no API at all', code: 'engine_changed', provoke: answering(blaming(404, 'Not Found')) },
    {
      name: 'a request that it finds invalid',
      code: 'engine_changed',
      provoke: answering(blaming(422, 'value error')),
    },
    { name: 'HTTP 500', code: 'engine_failed', provoke: answering(blaming(500, 'AssertionError')) },
    {
      name: 'a server out of memory',
      code: 'engine_failed',
      provoke: answering({
        status: 500,
        body: { error: 'OutOfMemoryError', detail: '', errors: 'CUDA out of memory' },
      }),
      check: (error) => assert.match(error.publicMessage, /smaller picture/),
    },
    { name: 'HTTP 503', code: 'engine_busy', provoke: answering({ status: 503, body: '' }) },
    { name: 'HTTP 504', code: 'engine_timeout', provoke: answering({ status: 504, body: '<html>' }) },
    { name: 'an unknown HTTP status', code: 'engine_changed', provoke: answering({ status: 418, body: 'teapot' }) },
    {
      name: 'a sampler that it does not have',
      code: 'invalid_request',
      provoke: () => undefined,
      request: { sampler: 'Nonesuch' },
      check: (error) => assert.equal(error.details.field, 'sampler'),
    },
    {
      name: 'options that are not known',
      code: 'invalid_request',
      provoke: () => undefined,
      request: { options: { outdir: '/etc' } },
    },
    {
      name: 'an answer without pictures',
      code: 'engine_changed',
      provoke: answering({ body: { images: [], info: '{}' } }),
    },
    {
      name: 'fewer pictures than asked',
      code: 'engine_failed',
      provoke: answering({ body: { images: ['iVBORw0KGgo='], info: '' } }),
      request: { count: 2 },
    },
    {
      name: 'text in place of a picture',
      code: 'engine_failed',
      provoke: answering({ body: { images: ['bm8gcGljdHVyZQ=='], info: '' } }),
    },
    {
      name: 'the wrong media type',
      code: 'engine_changed',
      provoke: answering({ headers: { 'content-type': 'text/html' }, body: '<html><title>Log in</title>' }),
    },
    { name: 'a connection reset', code: 'engine_failed', provoke: answering('reset') },
    { name: 'a truncated body', code: 'engine_failed', provoke: answering('truncate') },
    { name: 'a slow drip', code: 'engine_timeout', endless: true, provoke: answering('drip') },
    {
      name: 'a redirect',
      code: 'engine_changed',
      provoke: answering({ status: 302, headers: { location: '/login' }, body: '' }),
    },
  ],
});

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

  test('leaves sampler and scheduler to the server when nobody asks', async () => {
    await run().done;
    const { json } = subject.standIn.requests.findLast(({ path }) => path === TXT2IMG) ?? {};
    assert.equal('sampler_name' in (json as object), false);
  });

  test('reports the seeds of info, and none where info is empty', async () => {
    const seedsOf = async () => (await run({ count: 2 }).done).images.map(({ seed }) => seed);
    assert.deepEqual(await seedsOf(), [7, 8]);
    subject.standIn.hidesInfo = true;
    assert.deepEqual(await seedsOf(), [undefined, undefined]);
  });

  test('leaves out the grid that some servers put first', async () => {
    const plain = await run({ count: 2 }).done;
    subject.standIn.sendsGrid = true;
    assert.deepEqual(await run({ count: 2 }).done, plain);
  });

  test('tells how far the job is, with as many previews as wanted', async () => {
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

  test("never shows a stranger's progress or picture as ours", async () => {
    const { standIn } = subject;
    const endStranger = standIn.runStranger();
    const { events, done } = run({ previews: 2 });
    await standIn.nextRequest(/internal/);
    await standIn.nextRequest(/internal/);
    endStranger();
    await done;
    assert.deepEqual(events, [{ stage: 'generate' }, { stage: 'queue' }]);
  });

  test('interrupts a cancelled job that runs, whichever way the server tells that it is ours', async () => {
    const { standIn } = subject;
    for (const tellsCurrentTask of [true, false]) {
      Object.assign(standIn, { holds: true, tellsCurrentTask });
      const interrupt = standIn.nextRequest(/interrupt/);
      const taskId = await cancelOne();
      await interrupt;
      assert.equal(standIn.interrupted.at(-1), taskId);
    }
  });

  test("does not interrupt a stranger's job: it waits until ours has its turn", async () => {
    const { standIn } = subject;
    standIn.holds = true;
    const before = standIn.interrupted.length;
    const endStranger = standIn.runStranger();
    const taskId = await cancelOne();
    for (let look = 0; look < 5; look += 1) await standIn.nextRequest(/internal/);
    assert.equal(standIn.interrupted.length, before);
    const interrupt = standIn.nextRequest(/interrupt/);
    endStranger();
    await interrupt;
    assert.deepEqual(standIn.interrupted.slice(before), [taskId]);
  });

  test('leaves a server alone that cannot tell tasks apart', async () => {
    const { standIn } = subject;
    Object.assign(standIn, { holds: true, tellsCurrentTask: false, hasInternalProgress: false });
    const sent = standIn.requests.filter(({ path }) => path.endsWith('/interrupt')).length;
    const looked = standIn.nextRequest(/internal/);
    await cancelOne();
    await looked;
    await subject.engine.stop?.();
    assert.equal(standIn.requests.filter(({ path }) => path.endsWith('/interrupt')).length, sent);
  });

  test('works with a server that has no progress at all', async () => {
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
