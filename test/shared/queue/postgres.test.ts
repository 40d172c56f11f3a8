import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createPostgresJournal } from '../../../api/jobs/journal/postgres/journal.ts';
import { createPostgresBackend, type PostgresBackend } from '../../../shared/queue/postgres/backend.ts';
import { isPassing } from '../../../shared/queue/postgres/database.ts';
import { purge } from '../../../shared/queue/postgres/schema.ts';
import { createLog } from '../../../shared/service/log.ts';
import { toOrder } from '../../api/jobs/orders.ts';
import { withQueueServers } from '../../queue-servers/index.ts';
import { postgresServers } from '../../queue-servers/postgres.ts';
import type { QueueServer } from '../../queue-servers/queue-server.ts';
import { createManualClock } from '../../support/manual-clock.ts';

const KEEP_MS = 60_000;

withQueueServers(postgresServers, () => {
  describe('PostgreSQL', { timeout: 60_000 }, () => {
    const clock = createManualClock();
    const log = createLog({ service: 'test', level: 'silent' });
    let server: QueueServer;
    let backend: PostgresBackend;
    before(async () => {
      server = await postgresServers.start();
      backend = createPostgresBackend({ url: server.address.url, keepMs: KEEP_MS, clock, log });
      await backend.prepare();
    });
    after(async () => {
      await backend.close();
      await server.close();
    });
    const toJournal = () => createPostgresJournal({ backend, clock, keepMs: KEEP_MS, log });
    const count = async (table: string): Promise<number> => {
      const [row] = await backend.database.query<{ count: string }>(`select count(*) from easel.${table}`);
      return Number(row?.count);
    };

    test('a claim that is sent again, because its answer got lost, is the same claim', async () => {
      const order = toOrder(clock.now());
      const [first, second] = [await toJournal().claim(order), await toJournal().claim(order)];
      assert.deepEqual([first.how, second.how], ['made', 'made']);
      assert.equal(second.ticket.key, first.ticket.key);
      assert.equal(await backend.runs.countWaiting(), 1);
      await toJournal().release(first.ticket.key);
    });

    test('what has expired goes, and with it everything that hangs on it', async () => {
      const journal = toJournal();
      const idempotency = { name: 'a key', fingerprint: 'print' };
      const sharing = { kind: 'picture', name: 'a picture' } as const;
      const { run, ticket } = await journal.claim({ ...toOrder(clock.now()), idempotency, sharing });
      const waiting = await journal.claim(toOrder(clock.now()));
      await journal.report(run.id, { status: 'failed' });
      await backend.blobs.put('a blob', Buffer.from('bytes'), 1);
      await purge(backend.database, clock.now() + KEEP_MS - 1);
      assert.ok(await journal.find(ticket.key));
      await purge(backend.database, clock.now() + KEEP_MS);
      assert.equal(await journal.find(ticket.key), undefined);
      assert.ok(await journal.find(waiting.ticket.key), 'what is unfinished stays');
      const left = [];
      for (const table of ['name', 'idempotency', 'blob', 'run', 'ticket', 'event']) left.push(await count(table));
      assert.deepEqual(left, [0, 0, 0, 1, 1, 1]);
    });

    test('bytes are not served for longer than they live', async () => {
      await backend.blobs.put('short', Buffer.from('bytes'), 1);
      assert.equal((await backend.blobs.get('short'))?.toString(), 'bytes');
      clock.advance(1000);
      assert.equal(await backend.blobs.get('short'), undefined);
    });

    test('services that start together prepare the database together, and again', async () => {
      await Promise.all(Array.from({ length: 5 }, () => backend.prepare()));
    });

    test('a fault of ours is told at once, not tried again', async () => {
      await assert.rejects(backend.database.query('select * from easel.nowhere'), /nowhere/);
    });
  });
});

test('what passes by itself is told from what does not', () => {
  const withCode = (code: string) => Object.assign(new Error('told by its code'), { code });
  for (const code of ['ECONNREFUSED', 'ECONNRESET', '57P01', '57P03', '08006', '40P01', '53300']) {
    assert.equal(isPassing(withCode(code)), true, code);
  }
  for (const message of ['Connection terminated unexpectedly', 'Query read timeout']) {
    assert.equal(isPassing(new Error(message)), true, message);
  }
  assert.equal(isPassing(new AggregateError([withCode('ECONNREFUSED')])), true);
  for (const code of ['42P01', '23505', '28P01', '3D000']) assert.equal(isPassing(withCode(code)), false, code);
});
