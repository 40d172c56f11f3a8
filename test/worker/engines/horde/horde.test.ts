import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { generate } from '../../../contracts/engine-checks.ts';
import { failure } from '../../../stand-ins/horde/horde-stand-in.ts';
import { createSubject, type HordeSubject } from './subject.ts';

const request = ({ engine }: HordeSubject, size = engine.limits.shapes.square) => ({
  ...{ prompt: 'a quay', negativePrompt: 'fog', seed: 7, count: 1, shape: 'square' as const, previews: 0 },
  ...{ ...size, steps: 25, guidanceScale: 7 },
});

const submitted = ({ standIn }: HordeSubject) =>
  standIn.requests.find(({ path }) => path === '/generate/async')?.json as {
    prompt: string;
    models: string[];
    nsfw: boolean;
    censor_nsfw: boolean;
    params: { width: number; height: number; steps: number; seed: string };
  };

describe('horde', () => {
  test('asks for the first wanted model that a worker of the Horde serves', async () => {
    const subject = await createSubject();
    await generate(subject.engine, request(subject));
    assert.deepEqual(submitted(subject).models, ['AlbedoBase XL (SDXL)']);
    assert.equal(submitted(subject).prompt, 'a quay ### fog');
    assert.deepEqual([submitted(subject).nsfw, submitted(subject).censor_nsfw], [false, true]);
    await subject.close();
  });

  test('stays within the limits that cost no kudos, and says so', async () => {
    const subject = await createSubject(undefined, { HORDE_MODELS: 'Deliberate' });
    const { output } = await generate(subject.engine, request(subject, { width: 1216, height: 832 }));
    const { width, height } = submitted(subject).params;
    assert.ok(width * height <= 576 ** 2, `${width}x${height}`);
    assert.equal(width % 64, 0);
    assert.match(output.warnings.join(), /1216x832 became/);
    await subject.close();
  });

  test('waits for a free place while the shared pool is full, and then sends the request once', async () => {
    const subject = await createSubject();
    let refusals = 3;
    subject.standIn.interfere(({ path }) => {
      if (path !== '/generate/async' || refusals === 0) return undefined;
      refusals -= 1;
      return failure(429, 'TooManyPrompts');
    });
    const { output } = await generate(subject.engine, request(subject));
    assert.equal(output.images.length, 1);
    assert.equal(subject.standIn.requests.filter(({ path }) => path === '/generate/async').length, 4);
    await subject.close();
  });

  test('reads the list of models once for many pictures', async () => {
    const subject = await createSubject();
    await generate(subject.engine, request(subject));
    await generate(subject.engine, request(subject));
    assert.equal(subject.standIn.requests.filter(({ path }) => path === '/status/models').length, 1);
    await subject.close();
  });

  test('works without the list of models', async () => {
    const subject = await createSubject();
    subject.standIn.interfere(({ path }) => (path === '/status/models' ? { status: 503 } : undefined));
    await generate(subject.engine, request(subject));
    assert.equal(submitted(subject).models[0], 'AlbedoBase XL (SDXL)');
    await subject.close();
  });

  test('reports its place and wait, then that it is being made', async () => {
    const subject = await createSubject();
    const { events } = await generate(subject.engine, request(subject));
    assert.ok(events.some(({ stage, engineStatus = '' }) => stage === 'queue' && /place 3 .* 12 s/.test(engineStatus)));
    assert.ok(events.some(({ stage, engineStatus = '' }) => stage === 'generate' && /being made/.test(engineStatus)));
    await subject.close();
  });

  test('cancels the request when the caller leaves, and when the wait is too long', async () => {
    const subject = await createSubject();
    subject.standIn.neverEnds = true;
    const abort = new AbortController();
    const looked = subject.standIn.nextRequest(/check/);
    const running = generate(subject.engine, request(subject), abort.signal);
    await looked;
    abort.abort();
    await assert.rejects(running, { code: 'cancelled' });
    await subject.engine.stop?.();
    subject.standIn.check = { processing: 0, wait_time: 900 };
    await assert.rejects(generate(subject.engine, request(subject)), { code: 'engine_busy' });
    await subject.engine.stop?.();
    const removed = subject.standIn.requests.filter(({ method }) => method === 'DELETE').map(({ path }) => path);
    assert.deepEqual(removed, ['/generate/status/work-0', '/generate/status/work-1']);
    await subject.close();
  });
});
