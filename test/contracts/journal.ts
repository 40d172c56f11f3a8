import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Journal, Ticket } from '../../api/jobs/journal/journal.ts';
import type { GenerationResult } from '../../shared/contract/generation.ts';
import { type TicketChange, toOrder } from '../api/jobs/orders.ts';
import { createManualClock } from '../support/manual-clock.ts';

/** What every journal promises besides the checks of `jobs.ts`: callbacks, learned facts, the order of tickets. */

export interface JournalBench {
  readonly journal: Journal;
  close(): Promise<void>;
}

const RESULT: GenerationResult = {
  pictures: [{ id: 'a-picture', width: 1, height: 1, seed: 1, mediaType: 'image/png' }],
  engine: 'fake',
  isFallback: false,
  attempts: [],
  timings: {},
  warnings: [],
};
const LEASE_MS = 60_000;

export function testJournal(
  name: string,
  createBench: (clock: ReturnType<typeof createManualClock>) => Promise<JournalBench>,
): void {
  describe(`the journal on ${name}`, { timeout: 60_000 }, () => {
    const clock = createManualClock();
    let bench: JournalBench;
    let journal: Journal;
    before(async () => {
      bench = await createBench(clock);
      journal = bench.journal;
    });
    after(() => bench.close());

    const claim = async (change: TicketChange = {}): Promise<Ticket> =>
      (await journal.claim(toOrder(clock.now(), change))).ticket;
    const finish = (runId: string) =>
      journal.report(runId, { status: 'done', result: RESULT, rememberUntil: clock.now() + LEASE_MS });
    const callbackUrl = 'https://example.org/hook';

    test('a callback is due when the run has ended, and again only after it was postponed', async () => {
      const { key, runId } = await claim({ callbackUrl });
      assert.deepEqual(await journal.takeCallback(clock.now(), LEASE_MS), {});
      await finish(runId);
      const first = await journal.takeCallback(clock.now(), LEASE_MS);
      assert.deepEqual([first.due?.ticket.key, first.due?.attempts], [key, 0]);
      assert.deepEqual(
        await journal.takeCallback(clock.now(), LEASE_MS),
        { nextAt: clock.now() + LEASE_MS },
        'nobody else takes it',
      );
      await journal.putOffCallback(key, clock.now() + 10);
      clock.advance(10);
      assert.equal((await journal.takeCallback(clock.now(), LEASE_MS)).due?.attempts, 1);
      await journal.putOffCallback(key, undefined);
      clock.advance(2 * LEASE_MS);
      assert.deepEqual(await journal.takeCallback(clock.now(), LEASE_MS), {});
    });

    test('a callback whose holder dies is due again after its lease', async () => {
      const { key, runId } = await claim({ callbackUrl });
      await finish(runId);
      await journal.takeCallback(clock.now(), LEASE_MS);
      clock.advance(LEASE_MS);
      assert.equal((await journal.takeCallback(clock.now(), LEASE_MS)).due?.ticket.key, key);
      await journal.putOffCallback(key, undefined);
    });

    test('the callback of a cancelled job is due at once, and not again at the end of the run', async () => {
      const sharing = { kind: 'picture', name: 'shared picture' } as const;
      const one = await claim({ callbackUrl, sharing });
      const two = await claim({ callbackUrl, sharing, clientId: 'bert' });
      assert.deepEqual([two.origin, two.runId], ['joined', one.runId]);
      assert.equal(await journal.release(two.key), undefined);
      assert.equal((await journal.takeCallback(clock.now(), LEASE_MS)).due?.ticket.key, two.key);
      await journal.putOffCallback(two.key, undefined);
      await finish(one.runId);
      assert.equal((await journal.takeCallback(clock.now(), LEASE_MS)).due?.ticket.key, one.key);
      await journal.putOffCallback(one.key, undefined);
      assert.deepEqual(await journal.takeCallback(clock.now(), LEASE_MS), {});
    });

    test('a callback for a remembered result is due at once, as long as it is remembered', async () => {
      const sharing = { kind: 'picture', name: 'remembered picture' } as const;
      const { runId } = await claim({ sharing });
      await finish(runId);
      const again = await claim({ callbackUrl, sharing });
      assert.deepEqual([again.origin, again.runId], ['remembered', runId]);
      assert.equal((await journal.takeCallback(clock.now(), LEASE_MS)).due?.ticket.key, again.key);
      await journal.putOffCallback(again.key, undefined);
      clock.advance(LEASE_MS);
      const late = await claim({ sharing });
      assert.equal(late.origin, 'made');
      await journal.release(late.key);
    });

    test('a forgotten result is made again, and so is a received one for a retry', async () => {
      const picture = { kind: 'picture', name: 'forgotten picture' } as const;
      const retry = { kind: 'retry', name: 'received picture' } as const;
      const [one, two] = [await claim({ sharing: picture }), await claim({ sharing: retry })];
      for (const { runId } of [one, two]) await finish(runId);
      assert.equal((await claim({ sharing: retry })).origin, 'joined');
      await journal.forget(one.runId);
      await journal.markReceived(two.runId);
      const fresh = [await claim({ sharing: picture }), await claim({ sharing: retry })];
      assert.deepEqual(
        fresh.map(({ origin }) => origin),
        ['made', 'made'],
      );
      for (const { key } of fresh) await journal.release(key);
    });

    test('the newest open ticket of a client is found, unless it was cancelled', async () => {
      const clientId = 'carol';
      const sharing = { kind: 'picture', name: 'picture of two' } as const;
      const [first, second] = [await claim({ clientId }), await claim({ clientId })];
      const [third, others] = [await claim({ clientId, sharing }), await claim({ clientId: 'bert', sharing })];
      assert.equal(others.runId, third.runId);
      await journal.release(third.key);
      assert.equal((await journal.newest(clientId))?.ticket.key, second.key);
      await finish(second.runId);
      assert.equal((await journal.newest(clientId))?.ticket.key, first.key);
      for (const { key } of [first, others]) await journal.release(key);
      assert.equal(await journal.newest(clientId), undefined);
    });

    test('a caller that comes back for the answer is noted', async () => {
      const { key } = await claim({ comesBack: false });
      assert.equal((await journal.find(key))?.ticket.comesBack, false);
      await journal.leave(key, { comesBack: true });
      assert.equal((await journal.find(key))?.ticket.comesBack, true);
      assert.equal((await journal.release(key))?.status, 'cancelled');
      assert.equal(await journal.release(key), undefined, 'once');
    });

    test('the first end of a run counts, and the run is found by its pictures', async () => {
      const { runId } = await claim();
      const picture = { id: `${runId}-0`, width: 1, height: 1, seed: 1, mediaType: 'image/png' } as const;
      await journal.report(runId, { status: 'done', result: { ...RESULT, pictures: [picture] } });
      assert.equal(await journal.report(runId, { status: 'cancelled' }), undefined);
      assert.equal((await journal.run(runId))?.status, 'done');
      assert.equal((await journal.recall(`finished:${picture.id}`))?.id, runId);
    });

    test('a long stage makes no long record, and no stage is left out', async () => {
      const { runId } = await claim();
      await journal.report(runId, { status: 'running', stage: 'browser', engine: 'fake' });
      for (let step = 1; step <= 30; step++) await journal.report(runId, { stage: 'generate', fraction: step / 30 });
      const run = await journal.run(runId);
      assert.deepEqual(
        run?.steps.map(({ stage, fraction }) => [stage, fraction]),
        [
          [undefined, undefined],
          ['browser', undefined],
          ['generate', 1],
        ],
      );
      assert.equal(run?.steps.at(-1)?.number, run?.number);
    });

    test('learned facts are kept', async () => {
      assert.equal(await journal.readFact('unheard of'), undefined);
      for (const value of ['one', 'two']) await journal.writeFact('a fact', value);
      assert.equal(await journal.readFact('a fact'), 'two');
    });
  });
}
