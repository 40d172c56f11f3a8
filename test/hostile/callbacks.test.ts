import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createCallTurns } from '../../api/jobs/webhooks/call-turns.ts';
import { createResolveName } from '../../api/jobs/webhooks/resolve-name.ts';
import { createWebhookCalls } from '../../api/jobs/webhooks/webhook-call.ts';
import { AppError } from '../../shared/errors.ts';
import { draft, options } from '../api/jobs/drafts.ts';
import { createJobBench } from '../api/jobs/job-bench.ts';
import { removeDirectory } from '../support/remove-directory.ts';

/** Callbacks to names and receivers that never answer delay only the caller who asked for them. */

const SILENT = 60;
const DEADLINE_MS = 300;
const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

/** A DNS server that counts questions and answers none. */
async function createDeadDns() {
  const socket = createSocket('udp4');
  let questions = 0;
  socket.on('message', () => {
    questions += 1;
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    server: `127.0.0.1:${socket.address().port}`,
    count: () => questions,
    close: () => new Promise<void>((resolve) => socket.close(() => resolve())),
  };
}

test('a lookup at a dead DNS server ends at its deadline, and delays no other lookup', {
  timeout: 20_000,
}, async (t) => {
  const dns = await createDeadDns();
  t.after(dns.close);
  const resolveName = createResolveName({ servers: [dns.server], deadlineMs: DEADLINE_MS });
  const calls = createWebhookCalls({ secret: SECRET, allowedHosts: [], resolveName });
  const startedAt = performance.now();
  const checks = Array.from({ length: SILENT }, (_, index) => calls.check(`https://dead-${index}.example/`));
  const others = lookup('localhost').then(() => performance.now() - startedAt);
  const answers = await Promise.allSettled(checks);
  assert.ok(answers.every((one) => one.status === 'rejected' && one.reason instanceof AppError));
  assert.ok(dns.count() >= SILENT, 'the dead server was asked');
  const tookMs = performance.now() - startedAt;
  assert.ok(tookMs < 10 * DEADLINE_MS, `${tookMs} ms`);
  assert.ok((await others) < DEADLINE_MS, `the worker's address would wait ${await others} ms`);
});

test("the system's hosts file and localhost are resolved without a DNS server", async (t) => {
  const dns = await createDeadDns();
  t.after(dns.close);
  const directory = await mkdtemp(join(tmpdir(), 'easel-hosts-'));
  t.after(() => removeDirectory(directory));
  const hostsFile = join(directory, 'hosts');
  await writeFile(hostsFile, '# names\n192.0.2.7 hooks Hooks.Example # the office\n2001:db8::7 hooks.example\n');
  const resolveName = createResolveName({ servers: [dns.server], deadlineMs: DEADLINE_MS, hostsFile });
  const addressesOf = async (name: string) => (await resolveName(name)).map(({ address }) => address);
  assert.deepEqual(await addressesOf('hooks.example'), ['192.0.2.7', '2001:db8::7']);
  assert.deepEqual(await addressesOf('HOOKS.'), ['192.0.2.7']);
  assert.deepEqual(await addressesOf('a.localhost'), ['127.0.0.1', '::1']);
  assert.equal(dns.count(), 0);
});

test('sixty receivers that never answer do not delay the callback of another caller', {
  timeout: 60_000,
}, async (t) => {
  const silent = createServer(() => undefined);
  const honest = createServer((_request, response) => void response.writeHead(204).end());
  const urls = [];
  for (const server of [silent, honest]) {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    urls.push(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    t.after(() => {
      server.closeAllConnections();
      server.close();
    });
  }
  const [silentUrl = '', honestUrl = ''] = urls;
  const settings = { WEBHOOK_ALLOWED_HOSTS: ['127.0.0.1'], MAX_WAITING: 1000 };
  const bench = await createJobBench({ settings });
  t.after(bench.close);
  bench.worker.isAutomatic = true;
  const ask = async (id: string, callbackUrl: string): Promise<void> => {
    const job = await bench.jobs.submit(draft(), options({ asynchronous: true, client: { id }, callbackUrl }));
    await bench.jobs.wait(job.id, { budgetMs: 20_000, signal: AbortSignal.timeout(20_000) });
  };
  await Promise.all(Array.from({ length: SILENT }, () => ask('mallory', silentUrl)));
  const callback = once(honest, 'request');
  const startedAt = performance.now();
  await ask('bert', honestUrl);
  await callback;
  // A single silent call takes ten seconds.
  assert.ok(performance.now() - startedAt < 5000, `${performance.now() - startedAt} ms`);
});

test('callers take turns, within the bounds for caller, host and memory', () => {
  const turns = createCallTurns<{ clientId: string; host: string; until: number; name: string }>();
  const add = (clientId: string, name: string, host = `${clientId}.example`) =>
    turns.add({ clientId, host, until: 100, name: `${clientId}${name}` });
  for (const name of ['1', '2', '3']) add('a', name);
  for (const name of ['1', '2']) add('b', name);
  const begun = [];
  for (let turn = turns.begin(0); turn !== undefined; turn = turns.begin(0)) begun.push(turn);
  assert.deepEqual(
    begun.map(({ name }) => name),
    ['a1', 'b1', 'a2', 'b2'],
  );
  const [first] = begun;
  if (first !== undefined) turns.end(first);
  assert.equal(turns.begin(0)?.name, 'a3');
  let taken = 0;
  while (taken < 1000 && add('c', String(taken))) taken += 1;
  assert.ok(taken < 100, 'one caller cannot fill the queue');
  assert.equal(
    turns.begin(100),
    undefined,
    'a call whose lease has expired is not begun, because the journal hands it out again',
  );
});
