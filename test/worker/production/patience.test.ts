import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import type { ProductionEvent } from '../../../shared/contract/wire.ts';
import { AppError } from '../../../shared/errors.ts';
import { readSettings } from '../../../shared/service/config.ts';
import type { Engine } from '../../../worker/engines/engine.ts';
import { huggingface } from '../../../worker/engines/huggingface/index.ts';
import { openai } from '../../../worker/engines/openai/index.ts';
import { createEngineServices } from '../../contracts/engine-services.ts';
import {
  createHuggingfaceStandIn,
  HUGGING_FACE_KEY,
  HUGGING_FACE_MODEL,
} from '../../stand-ins/huggingface/huggingface-stand-in.ts';
import { createOpenaiStandIn, OPENAI_KEY } from '../../stand-ins/openai/openai-stand-in.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { createFakeEngine, failing, paintAll } from '../fake-engine.ts';
import { type FrontDoor, openFrontDoor, toRequest } from '../front-door.ts';

const PATIENCE_MS = 600_000;
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A worker with the test's own clock. */
async function openPatient(engines: readonly Engine[], concurrency = 1) {
  const clock = createManualClock();
  const door = await openFrontDoor({ engines, clock, concurrency, patienceMs: PATIENCE_MS });
  closing.push(door.close);
  /** Resolves when a wait of exactly this length begins, and then lets that time pass. */
  const passWait = async (milliseconds: number): Promise<void> => {
    await clock.waitedFor((asked) => asked === milliseconds);
    clock.advance(milliseconds);
  };
  return { clock, door, passWait };
}

let jobs = 0;
function open(door: FrontDoor, changes = {}, rest = {}) {
  jobs += 1;
  return door.open({ jobId: `patient-${jobs}`, request: toRequest(changes), ...rest });
}

/** The results of an engine's first calls. Afterwards it makes pictures. */
function createMoodyEngine(name: string, ...moods: readonly AppError[]) {
  let calls = 0;
  return createFakeEngine(name, async (request) => {
    const mood = moods[calls];
    calls += 1;
    if (mood !== undefined) throw mood;
    return paintAll(request);
  });
}

const busy = (restMs?: number): AppError => new AppError('engine_busy', 'pretends to be busy', { restMs });
const isWaiting = (event: ProductionEvent): boolean => event.type === 'progress' && event.stage === 'waiting';

function endOf(events: readonly ProductionEvent[]): string {
  const last = events.at(-1);
  if (last?.type === 'result') return `done by ${last.result.engine}`;
  return last?.type === 'error' ? last.error.code : 'no end';
}

describe('a failure that waiting cures', () => {
  test('the job waits for a model that loads at Hugging Face, and the wait is reported as a stage', async () => {
    const standIn = await createHuggingfaceStandIn();
    closing.push(standIn.close);
    let answers = 0;
    standIn.interfere(() => {
      answers += 1;
      return answers === 1
        ? { status: 503, body: { error: 'Model is currently loading', estimated_time: 20.5 } }
        : undefined;
    });
    const settings = readSettings(huggingface.settings, {
      HUGGING_FACE_API_URL: `${standIn.url}/hf-inference`,
      HUGGING_FACE_API_KEY: HUGGING_FACE_KEY,
      HUGGING_FACE_MODEL,
      HUGGING_FACE_PROVIDER: 'hf-inference',
    });
    const { door, passWait } = await openPatient([huggingface.create(settings, createEngineServices({}))]);
    for (const engine of [undefined, 'huggingface']) {
      answers = 0;
      const stream = await open(door, { engine, width: 256, height: 256 });
      assert.deepEqual(await stream.until(isWaiting), {
        type: 'progress',
        stage: 'waiting',
        engine: 'huggingface',
        engineStatus: 'engine_busy, asked again in 21 s',
      });
      await passWait(20_500);
      assert.equal(endOf(await stream.ended), 'done by huggingface');
    }
  });

  test('an engine that is busy for an unknown time is asked at growing pauses', async () => {
    const { door, passWait } = await openPatient([createMoodyEngine('only', busy(), busy())]);
    const stream = await open(door);
    await passWait(2000);
    await passWait(4000);
    assert.equal(endOf(await stream.ended), 'done by only');
  });

  test('the job waits for an engine that rests because of an earlier job', async () => {
    const { clock, door, passWait } = await openPatient([createMoodyEngine('only', busy(30_000))]);
    // Two pictures are a large job, which is made alone. Two jobs that try the engine at once would affect each other.
    const first = await open(door, { count: 2 });
    await first.until(isWaiting);
    await clock.waitedFor((asked) => asked === 30_000);
    clock.advance(10_000);
    const second = await open(door, { count: 2 });
    await second.until(isWaiting);
    await passWait(20_000);
    assert.deepEqual([endOf(await first.ended), endOf(await second.ended)], ['done by only', 'done by only']);
  });

  test('the engine that is ready first serves, although another one failed for good', async () => {
    const engines = [
      createFakeEngine('spent', failing('engine_unauthorized')),
      createMoodyEngine('slow', busy(60_000)),
      createMoodyEngine('quick', busy(7000)),
    ];
    const { door, passWait } = await openPatient(engines);
    const stream = await open(door);
    await passWait(7000);
    assert.equal(endOf(await stream.ended), 'done by quick');
  });

  test('a job that waits does not stop other jobs', async () => {
    const { door, passWait } = await openPatient([createMoodyEngine('busy', busy(60_000)), createFakeEngine('free')]);
    const patient = await open(door, { engine: 'busy' });
    await patient.until(isWaiting);
    assert.equal(endOf(await (await open(door, { engine: 'free' })).ended), 'done by free');
    await passWait(60_000);
    assert.equal(endOf(await patient.ended), 'done by busy');
  });

  test('no job waits beyond its deadline, nor for a fault that only a person can mend', async () => {
    const { door } = await openPatient([
      createFakeEngine('late', failing('engine_busy', { restMs: 30_000 })),
      createFakeEngine('spent', failing('engine_unauthorized', { restMs: 1000 })),
      createFakeEngine('challenged', failing('engine_challenge', { restMs: PATIENCE_MS })),
    ]);
    const short = await open(door, {}, { timeoutMs: 29_000 });
    assert.equal(endOf(await short.ended), 'engine_busy');
    for (const engine of ['spent', 'challenged']) {
      const stream = await open(door, { engine });
      assert.equal(endOf(await stream.ended), engine === 'spent' ? 'engine_unauthorized' : 'engine_challenge');
    }
  });

  test('a job that may have been done fails at once, and only later ones wait while its engine rests', async () => {
    const harm = new AppError('engine_failed', 'its page died twice', { mayBeDone: true, restMs: 60_000 });
    const { door, passWait } = await openPatient([createMoodyEngine('only', harm)]);
    assert.equal(endOf(await (await open(door)).ended), 'engine_failed');
    const next = await open(door);
    await passWait(60_000);
    assert.equal(endOf(await next.ended), 'done by only');
  });

  test('a caller who leaves while it waits ends the wait', async () => {
    const engine = createFakeEngine('only', failing('engine_busy', { restMs: 30_000 }));
    const { door } = await openPatient([engine]);
    const stream = await open(door);
    await stream.until(isWaiting);
    stream.leave();
    await assert.rejects(stream.ended);
    const next = await open(door, {}, { timeoutMs: 1000 });
    assert.equal(endOf(await next.ended), 'engine_busy');
    assert.equal(engine.calls.length, 1);
  });
});

describe('a failure that may be chance', () => {
  const changed = (evidence?: 'sure'): AppError => new AppError('engine_changed', 'HTML came', { evidence });

  test('is repeated within the job, and neither the caller nor the next job notices it', async () => {
    const engine = createMoodyEngine('first', changed());
    const door = await openFrontDoor({ engines: [engine, createFakeEngine('next')] });
    closing.push(door.close);
    for (const job of [1, 2]) {
      const { result } = await door.produce();
      assert.deepEqual([result?.engine, result?.warnings, job], ['first', [], job]);
    }
    assert.equal(engine.calls.length, 3);
  });

  test('rests the engine when a second job meets it too', async () => {
    const engine = createFakeEngine('first', failing('engine_changed'));
    const door = await openFrontDoor({ engines: [engine, createFakeEngine('next')] });
    closing.push(door.close);
    for (const calls of [2, 4, 4]) {
      assert.equal((await door.produce()).result?.engine, 'next');
      assert.equal(engine.calls.length, calls);
    }
  });

  test('is not repeated when it is certain, may be paid for twice, or the service wants to be left alone', async () => {
    for (const error of [
      changed('sure'),
      new AppError('engine_failed', 'reset', { mayBeDone: true }),
      new AppError('engine_failed', 'away', { restMs: 60_000 }),
      new AppError('engine_timeout', 'late'),
    ]) {
      const engine = createMoodyEngine('first', error);
      const door = await openFrontDoor({ engines: [engine, createFakeEngine('next')] });
      assert.equal((await door.produce()).result?.engine, 'next');
      assert.equal(engine.calls.length, 1);
      await door.close();
    }
  });
});

describe('a fault in one caller’s request', () => {
  const REFUSALS: readonly (readonly [status: number, says: string, field: string | undefined, code: string])[] = [
    [400, 'Invalid value for quality', 'openai.quality', 'invalid_request'],
    [422, 'unprocessable', 'openai.quality', 'invalid_request'],
    [404, 'no such style', 'openai.style', 'invalid_request'],
    [404, 'no such route', undefined, 'engine_changed'],
    [500, 'quality', undefined, 'engine_failed'],
  ];
  for (const [status, says, field, code] of REFUSALS) {
    test(`is to blame when the service answers ${status} "${says}" to its options: ${code}`, async () => {
      const standIn = await createOpenaiStandIn('localai');
      closing.push(standIn.close);
      const settings = readSettings(openai.settings, {
        OPENAI_BASE_URL: `${standIn.url}/v1`,
        OPENAI_API_KEY: OPENAI_KEY,
      });
      const door = await openFrontDoor({ engines: [openai.create(settings, createEngineServices({}))] });
      closing.push(door.close);
      standIn.interfere(({ json }) => {
        const isWith = typeof json === 'object' && json !== null && 'quality' in json;
        return isWith ? { status, body: { error: { message: says } } } : undefined;
      });
      const options = { openai: { quality: 'high', style: 'vivid' } };
      for (let call = 0; call < 4; call += 1) {
        const { error } = await door.produce({ engineOptions: options, engine: 'openai', width: 256, height: 256 });
        assert.deepEqual([error?.code, error?.field], [code, field], error?.message);
      }
      const { result } = await door.produce({ width: 256, height: 256 });
      assert.equal(result?.engine, 'openai', 'it does not rest for the others');
    });
  }

  const request = { engineOptions: { first: { quality: 'nonsense' } } };

  test('does not make the engine rest: wrong options, a missing token', async () => {
    const engine = createFakeEngine('first', async (request) => {
      if (request.options !== undefined) throw new AppError('engine_changed', 'HTTP 400', { evidence: 'sure' });
      if (request.credential === undefined) {
        throw new AppError('engine_unauthorized', 'no token', { evidence: 'none' });
      }
      return paintAll(request);
    });
    const door = await openFrontDoor({ engines: [engine] });
    closing.push(door.close);
    for (let call = 0; call < 5; call += 1) {
      assert.equal((await door.produce(request)).error?.code, 'engine_changed');
      assert.equal((await door.produce()).error?.code, 'engine_unauthorized');
    }
    const { result } = await door.produce({}, { credentials: { first: 'own-token' } });
    assert.equal(result?.engine, 'first');
  });
});
