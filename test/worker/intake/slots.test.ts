import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AppError } from '../../../shared/errors.ts';
import { createSlots } from '../../../worker/intake/slots.ts';
import { createManualClock } from '../../support/manual-clock.ts';

const signal = new AbortController().signal;
const onPosition = (): void => undefined;
/** A large run, which only gets ordinary slots. */
const cost = 2;
const isFull = (error: unknown): boolean => error instanceof AppError && error.code === 'queue_full';

describe('slots', () => {
  test('two run, two wait in order, and the fifth is refused at once', async () => {
    const slots = createSlots({ concurrency: 2, maxWaiting: 2, clock: createManualClock() });
    const order: string[] = [];
    const [first] = await Promise.all([
      slots.enter({ signal, onPosition, cost }),
      slots.enter({ signal, onPosition, cost }),
    ]);
    const third = slots.enter({ signal, onPosition, cost }).then((giveBack) => {
      order.push('third');
      return giveBack;
    });
    const fourth = slots.enter({ signal, onPosition, cost }).then(() => order.push('fourth'));
    assert.throws(() => slots.enter({ signal, onPosition, cost }), isFull);
    assert.deepEqual([slots.running, slots.waiting], [2, 2]);
    first?.();
    (await third)();
    await fourth;
    assert.deepEqual(order, ['third', 'fourth']);
    assert.deepEqual([slots.running, slots.waiting], [2, 0]);
  });

  test('reports the new places to all waiting jobs when the queue moves', async () => {
    const slots = createSlots({ concurrency: 1, maxWaiting: 3, clock: createManualClock() });
    const positions: string[] = [];
    const leave = await slots.enter({ signal, onPosition, cost });
    const abort = new AbortController();
    const note = (name: string) => (position: number) => positions.push(`${name}${position}`);
    const waiting = ['a', 'b', 'c'].map((name) =>
      slots.enter({ signal: name === 'b' ? abort.signal : signal, onPosition: note(name), cost }),
    );
    abort.abort(new AppError('cancelled', 'left'));
    await assert.rejects(waiting[1] ?? Promise.resolve(), (error: unknown) => error === abort.signal.reason);
    leave();
    await waiting[0];
    assert.deepEqual(positions, ['a1', 'b2', 'c3', 'a1', 'c2', 'c1']);
  });

  test('two small jobs start beside a large one, and the usual order holds when there is no room', async () => {
    const slots = createSlots({ concurrency: 1, maxWaiting: 9, clock: createManualClock() });
    const begun: string[] = [];
    const enter = async (name: string, itsCost: number) => {
      const leave = await slots.enter({ signal, onPosition, cost: itsCost });
      begun.push(name);
      return leave;
    };
    (await enter('quick', 1))();
    const large = await enter('large', 16);
    const nextLarge = enter('next large', 2);
    const small = await enter('small', 1);
    const second = await enter('second small', 1);
    const third = enter('third small', 1);
    assert.deepEqual([slots.running, slots.waiting], [3, 2]);
    small();
    const leaveThird = await third;
    large();
    second();
    assert.deepEqual([slots.running, slots.waiting], [1, 1], 'small ones alone take the ordinary slots');
    leaveThird();
    await nextLarge;
    assert.deepEqual(begun, ['quick', 'large', 'small', 'second small', 'third small', 'next large']);
  });

  test('no small job starts beside another while small jobs are slow or none has ended yet', async () => {
    const clock = createManualClock();
    const slots = createSlots({ concurrency: 1, maxWaiting: 9, clock });
    const leave = await slots.enter({ signal, onPosition, cost: 1 });
    const second = slots.enter({ signal, onPosition, cost: 1 });
    assert.deepEqual([slots.running, slots.waiting], [1, 1]);
    clock.advance(5000);
    // Code that the clock wakes runs after this.
    await new Promise((resolve) => setImmediate(resolve));
    leave();
    await second;
    void slots.enter({ signal, onPosition, cost: 1 });
    assert.deepEqual([slots.running, slots.waiting], [1, 1]);
  });

  test('a slow small job counts as a large one, so that it does not keep quick ones out', async () => {
    const clock = createManualClock();
    const slots = createSlots({ concurrency: 1, maxWaiting: 9, clock });
    const enter = () => slots.enter({ signal, onPosition, cost: 1 });
    (await enter())();
    await enter();
    await enter();
    const third = enter();
    const fourth = enter();
    assert.deepEqual([slots.running, slots.waiting], [2, 2]);
    clock.advance(5000);
    const leave = await third;
    assert.deepEqual([slots.running, slots.waiting], [3, 1], 'no more than two besides');
    leave();
    await fourth;
  });

  test('a slot that is given back twice counts once', async () => {
    const slots = createSlots({ concurrency: 1, maxWaiting: 0, clock: createManualClock() });
    const leave = await slots.enter({ signal, onPosition, cost });
    leave();
    leave();
    assert.equal(slots.running, 0);
    await slots.enter({ signal, onPosition, cost });
    assert.throws(() => slots.enter({ signal, onPosition, cost }), isFull);
  });

  test('names a time to retry by the duration of jobs, between a second and a minute', async () => {
    const clock = createManualClock();
    const slots = createSlots({ concurrency: 1, maxWaiting: 0, clock });
    const secondsAfter = async (ms: number): Promise<number | undefined> => {
      const leave = await slots.enter({ signal, onPosition, cost });
      let seconds: number | undefined;
      assert.throws(
        () => slots.enter({ signal, onPosition, cost }),
        (error: unknown) => {
          seconds = error instanceof AppError ? error.details.retryAfterSeconds : undefined;
          return true;
        },
      );
      clock.advance(ms);
      leave();
      return seconds;
    };
    assert.deepEqual([await secondsAfter(4500), await secondsAfter(1_000_000), await secondsAfter(0)], [10, 5, 60]);
  });
});
