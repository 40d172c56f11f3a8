import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { Webhook } from 'standardwebhooks';
import { AppError } from '../../../../shared/errors.ts';
import { createManualClock } from '../../../support/manual-clock.ts';
import { draft, options } from '../drafts.ts';
import { createJobBench } from '../job-bench.ts';

const SECRET = `whsec_${Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')}`;
const settings = { WEBHOOK_SECRET: SECRET, WEBHOOK_ALLOWED_HOSTS: ['127.0.0.1'] };

interface Delivery {
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** A receiver that answers with these statuses, one after the other, then with 204. */
async function createReceiver(statuses: readonly number[] = []) {
  const arrivals = new EventEmitter();
  const deliveries: Delivery[] = [];
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const status = statuses[deliveries.length] ?? 204;
    deliveries.push({ headers: request.headers as Record<string, string>, body });
    response.writeHead(status, status === 302 ? { location: 'http://127.0.0.1:1/' } : {}).end();
    arrivals.emit('delivery');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    deliveries,
    nextDelivery: () => once(arrivals, 'delivery'),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

test('the end of a job is delivered with a signature that the reference library accepts', async (t) => {
  const receiver = await createReceiver();
  t.after(receiver.close);
  const bench = await createJobBench({ settings });
  t.after(bench.close);
  bench.worker.isAutomatic = true;
  const firstDelivery = receiver.nextDelivery();
  const job = await bench.jobs.submit(draft(), options({ asynchronous: true, callbackUrl: receiver.url }));
  await firstDelivery;
  const [delivery] = receiver.deliveries;
  assert.ok(delivery !== undefined);
  const message = new Webhook(SECRET).verify(delivery.body, delivery.headers);
  assert.partialDeepStrictEqual(message, { type: 'job.done', data: { job_id: job.id, status: 'done' } });
});

test('cancellations, failures and remembered results are delivered too', async (t) => {
  const receiver = await createReceiver();
  t.after(receiver.close);
  const bench = await createJobBench({ settings });
  t.after(bench.close);
  const ask = (seed: number) =>
    bench.jobs.submit(draft({ seed }), options({ asynchronous: true, callbackUrl: receiver.url }));
  const expect = async (type: string, id: string): Promise<void> => {
    const message = JSON.parse(receiver.deliveries.at(-1)?.body ?? '{}');
    assert.deepEqual([message.type, message.data?.job_id], [type, id]);
  };
  const cancelled = await ask(1);
  const cancelledDelivery = receiver.nextDelivery();
  await bench.jobs.cancel(cancelled.id);
  await cancelledDelivery;
  await expect('job.cancelled', cancelled.id);

  const failing = await ask(2);
  const failedDelivery = receiver.nextDelivery();
  const index = bench.worker.productions.length;
  (await bench.worker.production(Math.max(index - 1, 0))).fail({ code: 'engine_failed', message: 'no' });
  await failedDelivery;
  await expect('job.failed', failing.id);

  bench.worker.isAutomatic = true;
  const doneDelivery = receiver.nextDelivery();
  await ask(3);
  await doneDelivery;
  const secondDelivery = receiver.nextDelivery();
  const again = await ask(3);
  await secondDelivery;
  assert.equal(again.origin, 'remembered');
  await expect('job.done', again.id);
});

test('a failed delivery is repeated with the same id, also after a restart', async (t) => {
  const receiver = await createReceiver([500, 302]);
  t.after(receiver.close);
  const clock = createManualClock();
  const bench = await createJobBench({ settings, clock });
  t.after(bench.close);
  bench.worker.isAutomatic = true;
  const first = receiver.nextDelivery();
  await bench.jobs.submit(draft(), options({ asynchronous: true, callbackUrl: receiver.url }));
  await first;
  await clock.waitedFor((milliseconds) => milliseconds === 5000);
  const second = receiver.nextDelivery();
  clock.advance(5000);
  await second;
  await clock.waitedFor((milliseconds) => milliseconds === 30_000);
  await bench.restart();
  const third = receiver.nextDelivery();
  clock.advance(30_000);
  await third;
  assert.equal(new Set(receiver.deliveries.map(({ headers }) => headers['webhook-id'])).size, 1);
  assert.equal(receiver.deliveries.length, 3);
});

test('a failed delivery is repeated after the same pause when the clock is set back', {
  timeout: 30_000,
}, async (t) => {
  const receiver = await createReceiver([500]);
  t.after(receiver.close);
  const clock = createManualClock();
  const bench = await createJobBench({ settings, clock });
  t.after(bench.close);
  bench.worker.isAutomatic = true;
  const first = receiver.nextDelivery();
  await bench.jobs.submit(draft(), options({ asynchronous: true, callbackUrl: receiver.url }));
  await first;
  await clock.waitedFor((milliseconds) => milliseconds === 5000);
  clock.correct(-3_600_000);
  const second = receiver.nextDelivery();
  clock.advance(5000);
  await second;
});

test('addresses of private networks are refused before the job is accepted', async (t) => {
  const bench = await createJobBench();
  t.after(bench.close);
  const refused = [
    'http://127.0.0.1:8080/',
    'http://localhost/',
    'http://[::1]/',
    'http://169.254.169.254/latest/meta-data/',
    'http://2130706433/',
    'http://10.0.0.1/',
    'https://user:password@example.com/',
    'ftp://example.com/',
    'nonsense',
  ];
  for (const callbackUrl of refused) {
    await assert.rejects(
      bench.jobs.submit(draft(), options({ asynchronous: true, callbackUrl })),
      (error: unknown) => error instanceof AppError && error.details.field === 'callback_url',
      callbackUrl,
    );
  }
  assert.deepEqual(bench.worker.calls, []);
});
