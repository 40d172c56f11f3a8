// `npm start`: from a fresh clone to a running service in one terminal.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { keepRunning } from './keep-running.mjs';
import { takePort, whenAbandoned } from './surroundings.mjs';
import {
  build,
  ensureChromium,
  environment,
  fail,
  installPackages,
  nodeProgram,
  readJson,
  root,
} from './toolchain.mjs';

const LOOK_INTERVAL_MS = 100;
const LOOK_LIMIT_MS = 2000;

// A terminal that is gone takes nothing any more, and must not end this process before its services.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

installPackages();
const { config } = await import('dotenv');
config({ path: join(root, '.env'), quiet: true, processEnv: environment });
const host = environment.HOST?.trim().replace(/^\[(.*)\]$/, '$1') || '0.0.0.0';
const port = await readPort('PORT', 10_000, host);
const workerPort = await readPort('WORKER_PORT', port + 1, '127.0.0.1');
if (port === workerPort) fail(`WORKER_PORT: ${port} is the gateway's own port (PORT). Set another one.`);
await ensureChromium();
build();

/** By which the services that this process started are told from others at the same address. */
const instance = randomBytes(8).toString('hex');
const shared = {
  ...environment,
  EASEL_INSTANCE: instance,
  // Two services on one machine need a secret that nobody else knows, and only while they run.
  WORKER_TOKEN: environment.WORKER_TOKEN || randomBytes(24).toString('hex'),
  // glibc otherwise keeps an arena per thread: 40 MB for nothing.
  MALLOC_ARENA_MAX: environment.MALLOC_ARENA_MAX || '2',
};
const ownsWorker = !environment.WORKER_URL && !environment.PERCHANCE_WORKER_URL && !environment.REDIS_URL;
const gateway = {
  ...shared,
  PORT: String(port),
  ...(ownsWorker && { WORKER_URL: `http://127.0.0.1:${workerPort}` }),
};
const worker = { ...shared, PORT: String(workerPort), HOST: '127.0.0.1' };

const { stop, ended } = keepRunning([
  { name: 'worker', ...toCommand('start:worker'), env: worker },
  { name: 'gateway', ...toCommand('start:api'), env: gateway },
]);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stop(0));
whenAbandoned(() => stop(0));
void announce();
process.exit(await ended);

function isEverywhere(host) {
  return host === '0.0.0.0' || host === '::';
}

function toUrlHost(host) {
  return host.includes(':') ? `[${host}]` : host;
}

async function readPort(name, fallback, host) {
  const port = Number(environment[name]?.trim() || fallback);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    fail(`${name}: expected a whole number from 0 to 65535.`, 78);
  return takePort(name, port, host).catch((error) => fail(error.message));
}

/** A script of package.json, run by node itself: npm and a shell in between would keep signals to themselves. */
function toCommand(script) {
  const { scripts } = readJson('package.json');
  const [, , ...args] = scripts[script].split(' ');
  return { command: nodeProgram(), args, cwd: root };
}

/** Once both answer at their addresses, and are those that were started here. */
async function announce() {
  const address = `http://${isEverywhere(host) ? 'localhost' : toUrlHost(host)}:${port}`;
  const urls = [`${address}/health`, `http://127.0.0.1:${workerPort}/health`];
  while (!(await Promise.all(urls.map(isOurs))).every(Boolean)) await sleep(LOOK_INTERVAL_MS);
  console.log(`
Easel is ready at ${address}

  curl "${address}/generate?prompt=a+red+fox"

${await tellWherePromptsGo()}
`);
}

/** A stranger should know it before the first prompt, and how to change it. */
async function tellWherePromptsGo() {
  const hosts = await listServices();
  if (hosts.length === 0) return 'Prompts stay on machines of your own.';
  const told = `Prompts go to ${hosts.join(', then ')}, until one makes the picture.`;
  if (environment.ENGINES?.trim()) return told;
  return `${told}\nENGINES=perchance,sketch asks Perchance alone; ENGINES=sketch keeps every prompt here.`;
}

/** The outside services of the enabled engines, as the worker tells them. */
async function listServices() {
  try {
    const [token] = shared.WORKER_TOKEN.split(',');
    const response = await fetch(`http://127.0.0.1:${workerPort}/status`, {
      headers: { authorization: `Bearer ${token.trim()}` },
      signal: AbortSignal.timeout(LOOK_LIMIT_MS),
    });
    const { engines } = await response.json();
    return engines.flatMap(({ sendsPromptsTo = [] }) => sendsPromptsTo);
  } catch {
    // It has just died, and is started again: what it would have said stands in the guide.
    return [];
  }
}

async function isOurs(url) {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(LOOK_LIMIT_MS) });
    return response.ok && (await response.json()).instance === instance;
  } catch {
    // Not yet, or another program.
    return false;
  }
}
