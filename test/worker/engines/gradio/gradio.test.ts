import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { generate } from '../../../contracts/engine-checks.ts';
import { createGradioStandIn, GRADIO_TOKEN } from '../../../stand-ins/gradio/gradio-stand-in.ts';
import { createSubject, type GradioSubject } from './subject.ts';

const request = ({ engine }: GradioSubject, changes = {}) => ({
  ...{ prompt: 'a quay', negativePrompt: '', seed: 7, count: 1, shape: 'square' as const, previews: 0 },
  ...engine.limits.shapes.square,
  ...changes,
});

const joined = ({ standIn }: GradioSubject): unknown[] =>
  (standIn.requests.find(({ path }) => path.endsWith('/queue/join'))?.json as { data: unknown[] } | undefined)?.data ??
  [];

describe('gradio', () => {
  test('maps a request by the names of the parameters, in their order', async () => {
    const subject = await createSubject();
    subject.standIn.parameters = [
      { parameter_name: 'num_inference_steps', parameter_default: 9 },
      { parameter_name: 'h' },
      { parameter_name: 'w' },
      { parameter_name: 'randomize', parameter_default: true },
      { parameter_name: 'lora', parameter_default: 'none' },
      { parameter_name: 'seed', parameter_default: 0 },
      { parameter_name: 'prompt' },
    ];
    const { output } = await generate(subject.engine, request(subject, { negativePrompt: 'fog', width: 832 })).catch(
      () => assert.fail('no picture'),
    );
    assert.deepEqual(joined(subject), [9, 1024, 832, false, 'none', 7, 'a quay']);
    assert.deepEqual(output.warnings, ['The Space takes no negative prompt; it was left out.']);
    await subject.close();
  });

  test('chooses the nearest of the aspect ratios that a Space offers', async () => {
    const subject = await createSubject();
    const choices = ['1:1', '16:9 (wide)', '9:16 (tall)'];
    subject.standIn.parameters = [
      { parameter_name: 'prompt' },
      { parameter_name: 'aspect_ratio', type: { enum: choices } },
    ];
    await generate(subject.engine, request(subject, { width: 1216, height: 704 }));
    assert.deepEqual(joined(subject), ['a quay', '16:9 (wide)']);
    await subject.close();
  });

  test("uses the operator's parameter names, and a caller's own values", async () => {
    const subject = await createSubject({ environment: { GRADIO_PARAMETERS: '{"prompt":"what"}' } });
    subject.standIn.parameters = [{ parameter_name: 'what' }, { parameter_name: 'lora', parameter_default: 'none' }];
    await generate(subject.engine, request(subject, { options: { lora: 'ink' } }));
    assert.deepEqual(joined(subject), ['a quay', 'ink']);
    await assert.rejects(generate(subject.engine, request(subject, { options: { loar: 'ink' } })), {
      code: 'invalid_request',
    });
    await subject.close();
  });

  test('reports the place in the queue, then the progress', async () => {
    const subject = await createSubject();
    const { events } = await generate(subject.engine, request(subject));
    const progress = events.map(({ stage, engineStatus, fraction }) => [stage, engineStatus, fraction]);
    assert.ok(progress.some(([stage, status]) => stage === 'queue' && /place 3 .* 8 s/.test(String(status))));
    assert.ok(progress.some(([stage, , fraction]) => stage === 'generate' && fraction === 0.5));
    await subject.close();
  });

  test('works with an app that knows only /call', async () => {
    const subject = await createSubject();
    subject.standIn.hasQueue = false;
    const { output } = await generate(subject.engine, request(subject));
    assert.equal(output.images[0]?.seed, 7);
    await subject.close();
  });

  test('uses the next Space when the first has no quota, and does not call the first one again', async () => {
    const second = await createGradioStandIn();
    const subject = await createSubject({ environment: { GRADIO_SPACES: `acme/painter,${second.url}#infer` } });
    subject.standIn.failure = 'You have exceeded your GPU quota. Please retry in 0:10:00';
    await generate(subject.engine, request(subject));
    const asked = subject.standIn.requests.length;
    await generate(subject.engine, request(subject));
    assert.equal(subject.standIn.requests.length, asked, 'a resting Space is not asked');
    await Promise.all([subject.close(), second.close()]);
  });

  test('waits for a sleeping Space when there is no other', async () => {
    const subject = await createSubject();
    subject.standIn.stage = 'SLEEPING';
    let looks = 0;
    subject.standIn.interfere(({ path }) => {
      if (path.startsWith('/api/spaces') && ++looks > 2) subject.standIn.stage = 'RUNNING';
      return undefined;
    });
    const { events } = await generate(subject.engine, request(subject));
    assert.ok(events.some(({ stage }) => stage === 'wake'));
    await subject.close();
  });

  test('removes its work from the queue when the caller leaves', async () => {
    const subject = await createSubject();
    const abort = new AbortController();
    subject.standIn.interfere(({ path }) => (path.endsWith('/queue/data') ? 'hang' : undefined));
    const following = subject.standIn.nextRequest(/queue\/data/);
    const running = generate(subject.engine, request(subject), abort.signal);
    await following;
    const cancelled = subject.standIn.nextRequest(/cancel/);
    abort.abort();
    await assert.rejects(running, { code: 'cancelled' });
    assert.match(String((await cancelled).text), /event-1/);
    await subject.engine.stop?.();
    await subject.close();
  });

  test('sends the token to the Space and the hub', async () => {
    const subject = await createSubject();
    await generate(subject.engine, request(subject));
    assert.ok(subject.standIn.requests.every(({ headers }) => headers.authorization === `Bearer ${GRADIO_TOKEN}`));
    await subject.close();
  });
});
