// `npm start`: from a fresh clone to a running service in one terminal.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { build, ensureChromium, environment, installPackages, root } from './toolchain.mjs';

installPackages();
await ensureChromium();
build();

const { config } = await import('dotenv');
config({ path: join(root, '.env'), quiet: true, processEnv: environment });

const port = Number(environment.PORT || 10_000);
const workerPort = Number(environment.WORKER_PORT || port + 1);
const shared = {
  ...environment,
  // Two services on one machine need a secret that nobody else knows, and only while they run.
  WORKER_TOKEN: environment.WORKER_TOKEN || randomBytes(24).toString('hex'),
};
const ownsWorker = !environment.WORKER_URL && !environment.PERCHANCE_WORKER_URL && !environment.REDIS_URL;
const gateway = {
  ...shared,
  PORT: String(port),
  ...(ownsWorker && { WORKER_URL: `http://127.0.0.1:${workerPort}` }),
};
const worker = {
  ...shared,
  PORT: String(workerPort),
  HOST: '127.0.0.1',
  // glibc otherwise keeps an arena per thread: 40 MB for nothing.
  MALLOC_ARENA_MAX: environment.MALLOC_ARENA_MAX || '2',
};

const RESTART_DELAY_MS = 1000;
const children = new Map();
let isStopping = false;

/** A service that dies by accident is started again; one that refuses its settings (exit 78) ends everything. */
function keepRunning(name, script, env) {
  const child = spawn('npm', ['run', '--silent', script], { cwd: root, env, stdio: 'inherit', detached: true });
  children.set(name, child);
  child.once('exit', (code) => {
    children.delete(name);
    if (isStopping) return;
    if (code === 78) stop(78);
    else setTimeout(() => keepRunning(name, script, env), RESTART_DELAY_MS);
  });
}

function stop(code) {
  if (isStopping) return;
  isStopping = true;
  process.exitCode = code;
  for (const child of children.values()) process.kill(-child.pid, 'SIGTERM');
}

process.once('SIGINT', () => stop(0));
process.once('SIGTERM', () => stop(0));

keepRunning('worker', 'start:worker', worker);
keepRunning('gateway', 'start:api', gateway);
await announce();

async function announce() {
  const address = `http://localhost:${port}`;
  const isUp = async (url) => {
    try {
      return (await fetch(url)).ok;
    } catch {
      return false;
    }
  };
  const urls = [`${address}/health`, ...(ownsWorker ? [`http://127.0.0.1:${workerPort}/health`] : [])];
  while (!isStopping && !(await Promise.all(urls.map(isUp))).every(Boolean)) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  if (isStopping) return;
  console.log(`
Easel is ready at ${address}

  curl "${address}/generate?prompt=a+red+fox"
`);
}
