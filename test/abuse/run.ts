import { execFileSync, fork } from 'node:child_process';
import { on } from 'node:events';
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { limitMemory, treeMemoryMb, treeOf } from '../bench/processes.ts';
import { startGateway, startWorker } from '../bench/services.ts';
import type { AttackMessage, AttackOrder } from './attackers-process.ts';
import { askOnceASecond, type Experience, useForAWhile } from './honest-caller.ts';

/**
 * `npm run abuse`: all attacks at once against real services, while one honest caller asks once a second. Takes at most
 * five minutes, and uses loopback only. Arguments are beginnings of names of attacks. Without any, all attacks run.
 */

/** Compiled code and the allocator's room come with the first hundreds of requests of any caller. */
const EARLIER_USE = { callers: 6, pictures: 80 };
const QUIET_SECONDS = 20;
const ATTACK_SECONDS = 90;
/** Time for the deadlines of half-sent bodies, and for the garbage collector. */
const REST_MS = 30_000;
/** The attackers leave accepted jobs behind. Resources are measured when these have ended, or after this time. */
const MAX_DRAIN_MS = 120_000;
const LIMIT_MB = 512;

interface State {
  readonly memoryMb: number;
  readonly descriptors: number;
  readonly processes: number;
}

function stateOf(pid: number): State {
  const tree = treeOf(pid);
  const descriptors = tree.reduce((sum, one) => sum + countDescriptors(one), 0);
  return { memoryMb: treeMemoryMb(pid), descriptors, processes: tree.length };
}

function countDescriptors(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    // The process has ended in the meantime.
    return 0;
  }
}

const printGrowth = (name: string, before: State, after: State): void =>
  console.log(
    `  ${name}: memory ${before.memoryMb.toFixed(0)} -> ${after.memoryMb.toFixed(0)} MB, ` +
      `descriptors ${before.descriptors} -> ${after.descriptors}, processes ${before.processes} -> ${after.processes}`,
  );

const list = (counts: ReadonlyMap<string | number, number>, unit = ''): string =>
  [...counts].map(([name, value]) => `${name} ${value.toFixed(0)}${unit}`).join(', ');

function printCaller(name: string, { asked, answers, pictures, ...counts }: Experience): void {
  const share = (count: number): string => `${((count / asked) * 100).toFixed(1)} %`;
  console.log(
    `  ${name}: ${asked} asked, answers ${share(answers)}, pictures ${share(pictures)}, ` +
      `median ${counts.medianMs.toFixed(0)} ms, p95 ${counts.p95Ms.toFixed(0)} ms`,
  );
  console.log(`    statuses: ${list(counts.statuses)}; stages of a picture: ${list(counts.stages, ' ms')}`);
}

/** Starts the attackers' process. `nextMessage` resolves with its messages in order. */
function startAttackers() {
  const path = fileURLToPath(new URL('./attackers-process.ts', import.meta.url));
  // In a session of its own, because Linux shares a processor first between sessions.
  const child = fork(path, { detached: true, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const messages = on(child, 'message', { close: ['exit'] });
  const nextMessage = async (): Promise<AttackMessage> => {
    const { value, done } = await messages.next();
    if (done) throw new Error(`the attackers ended with ${child.exitCode}`);
    return value[0];
  };
  return { child, nextMessage };
}

/** Resolves when no job waits or runs, or after the longest time. */
async function drain(url: string): Promise<{ readonly milliseconds: number; readonly jobsLeft: number }> {
  const startedAt = performance.now();
  const passed = (): number => performance.now() - startedAt;
  for (;;) {
    const { waiting, workers } = (await (await fetch(`${url}/status`)).json()) as Status;
    const jobsLeft = workers.reduce((sum, { running }) => sum + running, waiting);
    if (jobsLeft === 0 || passed() > MAX_DRAIN_MS) return { milliseconds: passed(), jobsLeft };
    await delay(1000);
  }
}

interface Status {
  readonly waiting: number;
  readonly workers: readonly { readonly running: number }[];
}

execFileSync(process.execPath, ['scripts/build.mjs'], { stdio: 'inherit' });
const limits = { gateway: limitMemory(LIMIT_MB), worker: limitMemory(LIMIT_MB) };
const attackers = startAttackers();
const { environment = {} } = await attackers.nextMessage();
const worker = await startWorker({ ENGINES: 'sketch,openai,perchance', ...environment }, limits.worker?.wrap);
const gateway = await startGateway(
  { WORKER_URL: worker.url, RATE_LIMIT_PER_MINUTE: '120', TRUST_PROXY: '127.0.0.1', LOG_LEVEL: 'error' },
  limits.gateway?.wrap,
);
try {
  await useForAWhile(gateway.url, EARLIER_USE);
  const quiet = await askOnceASecond(gateway.url, QUIET_SECONDS, 1);
  const before = { gateway: stateOf(gateway.pid), worker: stateOf(worker.pid) };
  const order: AttackOrder = { url: gateway.url, seconds: ATTACK_SECONDS, names: process.argv.slice(2) };
  attackers.child.send(order);
  const attacked = await askOnceASecond(gateway.url, ATTACK_SECONDS, 1000);
  const { processorMs = 0 } = await attackers.nextMessage();
  const drained = await drain(gateway.url);
  await delay(REST_MS);
  console.log('\nOne honest caller');
  printCaller('quiet', quiet);
  printCaller('under attack', attacked);
  console.log(`  p95 ${(attacked.p95Ms / quiet.p95Ms).toFixed(1)} times the quiet one | aim: under 3`);
  const share = (processorMs / (ATTACK_SECONDS * 1000)) * 100;
  console.log(
    `  The attackers share ${availableParallelism()} cores with the services, at the lowest priority, and used ${share.toFixed(0)} % of one.`,
  );
  console.log(
    `\nBefore and after (the accepted jobs took ${(drained.milliseconds / 1000).toFixed(0)} s more, and ${drained.jobsLeft} are left)`,
  );
  for (const [name, { pid }] of [
    ['gateway', gateway],
    ['worker', worker],
  ] as const) {
    printGrowth(name, before[name], stateOf(pid));
    const limit = limits[name];
    if (limit === undefined) console.log(`    not held to ${LIMIT_MB} MB: this machine allows no memory cgroup`);
    else
      console.log(
        `    held to ${LIMIT_MB} MB, of which it used ${limit.peakMb().toFixed(0)} with its file cache; killed for memory: ${limit.outOfMemoryKills()}`,
      );
  }
} finally {
  await gateway.stop();
  await worker.stop();
  attackers.child.kill();
  for (const limit of Object.values(limits)) limit?.remove();
}
