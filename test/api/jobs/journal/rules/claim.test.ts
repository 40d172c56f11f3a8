import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { JobRecord, Order } from '../../../../../api/jobs/journal/journal.ts';
import { type ClaimFacts, decideClaim } from '../../../../../api/jobs/journal/rules/claim.ts';
import { EMPTY_QUEUE } from '../../../../../api/jobs/journal/rules/queue-share.ts';
import type { Run } from '../../../../../shared/queue/run.ts';
import { done, NOW, order, record, run } from './records.ts';

interface Case {
  readonly when: string;
  readonly order?: Parameters<typeof order>[0];
  readonly named?: readonly Run[];
  readonly keyed?: { readonly fingerprint: string; readonly record: JobRecord };
  readonly queue?: Partial<ClaimFacts['queue']>;
  /** The kind of decision and, for a shared run, the run's id. */
  readonly expected: string;
}

const PICTURE = { kind: 'picture' } as const;
const FIRST = { ...PICTURE, looksFirst: true } as const;
const RETRY = { kind: 'retry' } as const;
const SAYS_RETRY = { ...RETRY, saysRetry: true } as const;
const KEY: Partial<Order> = { idempotency: { name: 'key', fingerprint: 'this' } };
const bytes = { ...run().request, deliver: 'bytes' } as const;
const failed = (code: 'engine_failed' | 'store_failed') =>
  run({ status: 'failed', attendedBy: '', error: { code, message: '' } });

const keyed = (change: Parameters<typeof record>[0] = {}, fingerprint = 'this') => ({
  fingerprint,
  record: record(change),
});

const CASES: readonly Case[] = [
  { when: 'there is no equal one', expected: 'made' },
  { when: 'others without a name wait', named: [run()], expected: 'made' },

  { when: 'an equal one with a seed is in work', order: PICTURE, named: [run()], expected: 'joined earlier' },
  { when: 'it waits', order: PICTURE, named: [run({ status: 'queued' })], expected: 'joined earlier' },
  { when: 'it is being stored', order: PICTURE, named: [run({ status: 'storing' })], expected: 'joined earlier' },
  { when: 'it is remembered', order: PICTURE, named: [done()], expected: 'remembered earlier' },
  { when: 'its pictures are looked for first', order: FIRST, named: [done()], expected: 'recalled earlier' },
  { when: 'there is no result yet to look for', order: FIRST, named: [run()], expected: 'joined earlier' },
  { when: 'its remembered time is over', order: PICTURE, named: [done({ rememberUntil: NOW })], expected: 'made' },
  { when: 'it is not remembered', order: PICTURE, named: [done({ rememberUntil: 0 })], expected: 'made' },
  { when: 'it failed', order: PICTURE, named: [failed('engine_failed')], expected: 'made' },
  { when: 'it was cancelled', order: PICTURE, named: [run({ status: 'cancelled' })], expected: 'made' },
  { when: 'a fresh one is asked for', order: { ...PICTURE, fresh: true }, named: [run()], expected: 'made' },
  { when: 'the newest counts', order: PICTURE, named: [run({ id: 'old' }), run()], expected: 'joined earlier' },
  { when: 'it was received', order: PICTURE, named: [done({ received: true })], expected: 'remembered earlier' },
  {
    when: 'an address is asked for, and there are bytes',
    order: PICTURE,
    named: [run({ request: bytes })],
    expected: 'made',
  },
  {
    when: 'bytes are asked for, and there are bytes',
    order: { ...PICTURE, run: { ...order().run, request: bytes } },
    named: [run({ request: bytes })],
    expected: 'joined earlier',
  },
  {
    when: 'bytes are asked for, and there is an address',
    order: { ...PICTURE, run: { ...order().run, request: bytes } },
    named: [run()],
    expected: 'joined earlier',
  },

  { when: 'an equal one without a seed is waited for', order: RETRY, named: [run()], expected: 'made' },
  { when: 'its caller has gone', order: RETRY, named: [run({ attendedBy: '' })], expected: 'joined earlier' },
  {
    when: 'its caller has gone while it waits',
    order: RETRY,
    named: [run({ attendedBy: '', status: 'queued' })],
    expected: 'joined earlier',
  },
  { when: 'a retry has taken it up', order: RETRY, named: [run({ attendedBy: 'retry' })], expected: 'made' },
  {
    when: 'it is done and was never received',
    order: RETRY,
    named: [done({ attendedBy: '' })],
    expected: 'joined earlier',
  },
  {
    when: 'it is remembered no more, and was never received',
    order: RETRY,
    named: [done({ attendedBy: '', rememberUntil: 0 })],
    expected: 'joined earlier',
  },
  {
    when: 'it is done and was received',
    order: RETRY,
    named: [done({ attendedBy: '', received: true })],
    expected: 'made',
  },
  { when: 'it is done and on its way to its caller', order: RETRY, named: [done()], expected: 'made' },
  { when: 'it failed without a seed', order: RETRY, named: [failed('engine_failed')], expected: 'made' },
  { when: 'it was given up', order: RETRY, named: [run({ attendedBy: '', status: 'cancelled' })], expected: 'made' },
  {
    when: 'several are unattended, the oldest is taken',
    order: RETRY,
    named: [run({ id: 'attended' }), run({ attendedBy: '' }), run({ id: 'younger', attendedBy: '' })],
    expected: 'joined earlier',
  },
  {
    when: 'a fresh retry is asked for',
    order: { ...RETRY, fresh: true },
    named: [run({ attendedBy: '' })],
    expected: 'made',
  },

  { when: 'the call declares itself a retry', order: SAYS_RETRY, named: [run()], expected: 'joined earlier' },
  {
    when: 'the call declares itself a retry of one that is attended',
    order: SAYS_RETRY,
    named: [run({ attendedBy: 'retry' })],
    expected: 'made',
  },
  {
    when: 'the call declares itself a retry of a retry',
    order: SAYS_RETRY,
    named: [run({ isRetry: true })],
    expected: 'made',
  },
  {
    when: 'the call declares itself a retry of two',
    order: SAYS_RETRY,
    named: [run({ id: 'one' }), run()],
    expected: 'made',
  },
  {
    when: 'the call declares itself a retry of two, one of them unattended',
    order: SAYS_RETRY,
    named: [run({ id: 'one' }), run({ attendedBy: '' })],
    expected: 'joined earlier',
  },
  {
    when: 'the call declares itself a retry of one beside ended ones',
    order: SAYS_RETRY,
    named: [failed('engine_failed'), run()],
    expected: 'joined earlier',
  },
  { when: 'the call declares itself a retry, and nothing is open', order: SAYS_RETRY, named: [], expected: 'made' },

  { when: 'the key is known', order: KEY, keyed: keyed(), expected: 'repeated' },
  {
    when: 'the key is known and its run done',
    order: KEY,
    keyed: keyed({ run: { status: 'done' } }),
    expected: 'repeated',
  },
  { when: 'the key was used for something else', order: KEY, keyed: keyed({}, 'that'), expected: 'conflict' },
  {
    when: 'the key wins over the name',
    order: { ...KEY, ...PICTURE },
    keyed: keyed(),
    named: [done()],
    expected: 'repeated',
  },
  { when: 'the key’s job was cancelled', order: KEY, keyed: keyed({ ticket: { released: true } }), expected: 'made' },
  { when: 'the key’s run was cancelled', order: KEY, keyed: keyed({ run: { status: 'cancelled' } }), expected: 'made' },
  {
    when: 'the key’s caller received a failure',
    order: KEY,
    keyed: keyed({ run: { status: 'failed' } }),
    expected: 'made',
  },
  {
    when: 'the key’s caller comes back for a failure',
    order: KEY,
    keyed: keyed({ run: { status: 'failed' }, ticket: { comesBack: true } }),
    expected: 'repeated',
  },

  { when: 'nobody may wait', order: { maxWaiting: 0 }, expected: 'full' },
  { when: 'its share is used up', order: { maxWaiting: 2 }, queue: { clients: 1, ownCost: 2 }, expected: 'full' },
  { when: 'there is room for one more', order: { maxWaiting: 3 }, queue: { clients: 1, ownCost: 2 }, expected: 'made' },
  {
    when: 'its share is used up, but it joins',
    order: { ...PICTURE, maxWaiting: 2 },
    named: [run()],
    queue: { clients: 1, ownCost: 2 },
    expected: 'joined earlier',
  },
];

const decide = ({ order: change, named = [], keyed: known, queue }: Case) =>
  decideClaim(order(change), { now: NOW, named, keyed: known, queue: { ...EMPTY_QUEUE, ...queue } });

describe('the decision on a request when', () => {
  for (const one of CASES) {
    test(one.when, () => {
      const decision = decide(one);
      const { run: shared } = 'record' in decision ? decision.record : decision;
      const isShared = ['joined', 'remembered', 'recalled'].includes(decision.how);
      assert.equal(decision.how + (isShared ? ` ${shared.id}` : ''), one.expected);
    });
  }
});

describe('what a claim writes', () => {
  const claim = (change: Parameters<typeof order>[0], facts: Partial<Case> = {}) => {
    const decision = decide({ when: '', expected: '', order: change, ...facts });
    assert.ok('ticket' in decision);
    return decision;
  };

  test('a retry that takes a run up attends it; a request that shares a seed changes nothing', () => {
    assert.equal(claim(RETRY, { named: [run({ attendedBy: '' })] }).run.attendedBy, 'new');
    assert.equal(claim(PICTURE, { named: [run()] }).run.attendedBy, 'first');
  });

  test('the ticket leads to the run that it shares', () => {
    const { ticket } = claim(PICTURE, { named: [done()] });
    assert.deepEqual([ticket.runId, ticket.origin, ticket.key], ['earlier', 'remembered', 'new']);
    assert.equal(claim(PICTURE).ticket.origin, 'made');
  });

  test('a name leads to the newest picture, and to all that a retry may still get', () => {
    const open = run({ id: 'open' });
    const stored = { ...failed('store_failed'), id: 'not stored' };
    const over = [failed('engine_failed'), done({ received: true }), run({ status: 'cancelled' })];
    const retry = claim(RETRY, { named: [...over, open, stored] });
    assert.deepEqual('named' in retry && retry.named, ['open', 'not stored', retry.run.id]);
    const picture = claim({ ...PICTURE, fresh: true }, { named: [open] });
    assert.deepEqual('named' in picture && picture.named, [picture.run.id]);
  });

  test('a name leads only to the newest pictures', () => {
    const many = Array.from({ length: 40 }, (_, index) => run({ id: `run ${index}` }));
    const { run: made, ...rest } = claim(RETRY, { named: many });
    const named = 'named' in rest ? rest.named : [];
    assert.deepEqual([named.length, named[0], named.at(-1)], [32, 'run 9', made.id]);
  });

  test('a retry of a picture that no store took uses the same seed; a given seed is never replaced', () => {
    const { run: made, ...rest } = order(RETRY);
    const seedOf = (seedGiven: boolean, earlier: Run) =>
      claim(
        { ...rest, ...RETRY, run: { ...made, request: { ...made.request, seed: 7, seedGiven } } },
        { named: [earlier] },
      ).run.request.seed;
    const unstored = failed('store_failed');
    const earlier = { ...unstored, request: { ...unstored.request, seed: 5 } };
    assert.deepEqual(
      [seedOf(false, earlier), seedOf(true, earlier), seedOf(false, failed('engine_failed'))],
      [5, 7, 7],
    );
  });

  test('the turn is the queue’s present position, or the last place of the line', () => {
    assert.equal(claim({}, { queue: { lastPlace: 7, servedTurn: 3 } }).run.turn, 7);
    assert.equal(claim({}, { queue: { lastPlace: 2, servedTurn: 3 } }).run.turn, 3);
    assert.equal(claim({}).run.turn, 0);
  });
});
