import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { ProgressEvent } from '../../../../shared/contract/generation.ts';
import { AppError } from '../../../../shared/errors.ts';
import type { Engine, EngineRequest } from '../../../../worker/engines/engine.ts';
import { PICLUMEN_TOKEN } from '../../../stand-ins/piclumen/piclumen-stand-in.ts';
import { WEB_APP_BODY } from '../../../stand-ins/piclumen/web-app-body.ts';
import { answering, CREATE, createSubject, type PiclumenSubject, STATUS } from './subject.ts';

describe('piclumen', () => {
  let subject: PiclumenSubject;
  before(async () => {
    subject = await createSubject();
  });
  after(() => subject.close());

  const request = (changes: Partial<EngineRequest> = {}): EngineRequest => ({
    prompt: 'a red fox',
    negativePrompt: 'blurred',
    seed: 7,
    count: 1,
    width: 1344,
    height: 768,
    shape: 'landscape',
    guidanceScale: 1,
    steps: 6,
    previews: 0,
    ...changes,
  });

  async function run(engine: Engine, changes: Partial<EngineRequest> = {}) {
    const events: Omit<ProgressEvent, 'engine'>[] = [];
    const { signal } = new AbortController();
    const output = await engine.generate(request(changes), { signal, onProgress: (event) => events.push(event) });
    const sent = subject.standIn.requests.findLast(({ path }) => path === CREATE);
    return { ...output, events, sent };
  }

  test('sends the body that the web app sends', async () => {
    const { sent } = await run(subject.engine, { count: 2, options: {} });
    assert.equal(sent?.headers.authorization, PICLUMEN_TOKEN);
    assert.equal(sent.headers.platform, 'Web');
    assert.deepEqual(sent.json, {
      ...WEB_APP_BODY,
      prompt: 'a red fox',
      negative_prompt: 'blurred',
      resolution: { width: 1344, height: 768, batch_size: 2 },
      seed: 7,
    });
  });

  test('accepts every field of the seed document in its own options', async () => {
    const style = { img_url: 'https://images.example/a.png', style: 'characterRefer', weight: 0.9 };
    const options = {
      model_id: 'cb4af9c7-41b0-47d3-944a-221446c7b8bc',
      resolution: { width: 768, height: 1024, batch_size: 1 },
      model_ability: { anime_style_control: null },
      seed: 9_896_923_949,
      steps: 30,
      cfg: 3.5,
      sampler_name: null,
      scheduler: null,
      denoise: 0.4,
      hires_fix_denoise: 0.3,
      hires_scale: 1.5,
      highPixels: true,
      continueCreate: true,
      ponyTags: { score: '9_up' },
      multi_img2img_info: { style_list: [style] },
      img_control_info: { style_list: [style] },
    };
    const { sent, images } = await run(subject.engine, { options });
    assert.deepEqual(sent?.json, { prompt: 'a red fox', negative_prompt: 'blurred', ...options });
    assert.equal(images[0]?.seed, 9_896_923_949);
  });

  test("uses another model's own settings when only the model is named", async () => {
    const { sent } = await run(subject.engine, { options: { model_id: '34ec1b5a-8962-4a93-b047-68cec9691dc2' } });
    assert.partialDeepStrictEqual(sent?.json, {
      ...{ steps: 25, cfg: 4.5, sampler_name: 'dpmpp_2m_sde_gpu', scheduler: 'karras' },
    });
  });

  test("prefers the caller's own token, and says what to do without one", async () => {
    const bare = await createSubject(undefined, { PICLUMEN_TOKEN: '' });
    const error: unknown = await run(bare.engine).catch((thrown: unknown) => thrown);
    assert.ok(error instanceof AppError && error.code === 'engine_unauthorized');
    assert.match(error.publicMessage, /authorization_token.*PICLUMEN_TOKEN/);
    assert.equal(bare.standIn.requests.length, 0);
    await run(bare.engine, { credential: PICLUMEN_TOKEN });
    await assert.rejects(run(bare.engine, { credential: 'two\r\nlines' }), AppError);
    await assert.rejects(run(subject.engine, { credential: 'f'.repeat(40) }), { code: 'engine_unauthorized' });
    await bare.close();
  });

  test("reports the service's status, and a place in the queue as a wait", async () => {
    subject.standIn.looks = [
      { status: 'pending', index: 3 },
      { status: 'pending', index: 1 },
      { status: 'running' },
      { status: 'upscaling' },
    ];
    const { events } = await run(subject.engine);
    subject.standIn.mend();
    assert.deepEqual(events, [
      { stage: 'generate' },
      { stage: 'queue', engineStatus: 'pending' },
      { stage: 'generate', engineStatus: 'running' },
      { stage: 'generate', engineStatus: 'upscaling' },
      { stage: 'download' },
    ]);
  });

  test('flags pictures that the service flags', async () => {
    assert.equal((await run(subject.engine)).images[0]?.nsfw, false);
    subject.standIn.sensitive = 'NSFW';
    assert.equal((await run(subject.engine)).images[0]?.nsfw, true);
    subject.standIn.mend();
  });

  test('sends a request that makes pictures only once, even when the connection is reset', async () => {
    await run(subject.engine);
    answering(CREATE, 'reset')(subject);
    const sentBefore = subject.standIn.requests.filter(({ path }) => path === CREATE).length;
    await assert.rejects(run(subject.engine), { code: 'engine_failed' });
    assert.equal(subject.standIn.requests.filter(({ path }) => path === CREATE).length, sentBefore + 1);
    subject.standIn.mend();
  });

  test('survives one answer that is no JSON and one reset, and pauses on 429 as long as required', async () => {
    answering(STATUS, { body: '<html>' }, 1)(subject);
    await run(subject.engine);
    answering(STATUS, 'reset', 1)(subject);
    await run(subject.engine);
    answering(STATUS, { status: 429, body: '' }, 3)(subject);
    await run(subject.engine);
    assert.equal(subject.waits.filter((ms) => ms === 20_000).length, 3);
    subject.standIn.mend();
  });

  test("reads the older host's single object", async () => {
    subject.standIn.answersObject = true;
    assert.equal((await run(subject.engine)).images.length, 1);
    subject.standIn.mend();
  });
});
