import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { limitMemory, treeMemoryMb, treeOf } from '../bench/processes.ts';
import { startGateway, startWorker } from '../bench/services.ts';
import { ATTACKS } from './attacks.ts';
import { askOnceASecond, type Experience } from './honest-caller.ts';

/**
 * `npm run abuse`: everything at once against real services, while one honest caller asks once a second. Bounded at
 * five minutes, loopback only. Arguments are beginnings of names of attacks; none: all of them.
 */

const QUIET_SECONDS = 20;
const ATTACK_SECONDS = 90;
/** Deadlines of half-sent bodies, and the garbage collector. */
const REST_MS = 30_000;
const WORKER_MB = 512;

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
    // It has ended meanwhile.
    return 0;
  }
}

const tell = (name: string, before: State, after: State): void =>
  console.log(
    `  ${name}: memory ${before.memoryMb.toFixed(0)} -> ${after.memoryMb.toFixed(0)} MB, ` +
      `descriptors ${before.descriptors} -> ${after.descriptors}, processes ${before.processes} -> ${after.processes}`,
  );

const tellCaller = (name: string, { asked, answers, pictures, p95Ms }: Experience): void =>
  console.log(
    `  ${name}: ${asked} asked, answers ${((answers / asked) * 100).toFixed(1)} %, ` +
      `pictures ${((pictures / asked) * 100).toFixed(1)} %, p95 ${p95Ms.toFixed(0)} ms`,
  );

async function attack(url: string, seconds: number): Promise<void> {
  const wanted = process.argv.slice(2);
  const attacks = ATTACKS.filter(({ name }) => wanted.length === 0 || wanted.some((word) => name.startsWith(word)));
  const signal = AbortSignal.timeout(seconds * 1000);
  const callers = attacks.flatMap((one) => Array.from({ length: one.callers }, () => one));
  await Promise.all(callers.map((one, index) => one.run({ url, address: `203.0.113.${index + 1}` }, signal)));
}

execFileSync(process.execPath, ['scripts/build.mjs'], { stdio: 'inherit' });
const limit = limitMemory(WORKER_MB);
const worker = await startWorker({ ENGINES: 'sketch' }, limit?.wrap);
const gateway = await startGateway({
  ...{ WORKER_URL: worker.url, RATE_LIMIT_PER_MINUTE: '120', TRUST_PROXY: '127.0.0.1', LOG_LEVEL: 'error' },
});
try {
  const quiet = await askOnceASecond(gateway.url, QUIET_SECONDS, 1);
  const before = { gateway: stateOf(gateway.pid), worker: stateOf(worker.pid) };
  const [attacked] = await Promise.all([
    askOnceASecond(gateway.url, ATTACK_SECONDS, 1000),
    attack(gateway.url, ATTACK_SECONDS),
  ]);
  await new Promise((resolve) => setTimeout(resolve, REST_MS));
  console.log('\nOne honest caller');
  tellCaller('quiet', quiet);
  tellCaller('under attack', attacked);
  console.log(`  p95 ${(attacked.p95Ms / quiet.p95Ms).toFixed(1)} times the quiet one | aim: under 3`);
  console.log('\nBefore and after');
  tell('gateway', before.gateway, stateOf(gateway.pid));
  tell('worker', before.worker, stateOf(worker.pid));
  console.log(`  killed for memory: ${limit?.outOfMemoryKills() ?? 'not counted here'}`);
} finally {
  await gateway.stop();
  await worker.stop();
  limit?.remove();
}
