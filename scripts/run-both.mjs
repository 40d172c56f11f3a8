// Both services in one terminal, for `npm start` and `easel serve`. Plain JavaScript that Node 20 runs.
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { keepRunning } from './keep-running.mjs';
import { takePort, whenAbandoned } from './surroundings.mjs';
import { environment, fail, nodeProgram } from './toolchain.mjs';

const DEFAULT_PORT = 10_000;
const LOOK_INTERVAL_MS = 100;
const LOOK_LIMIT_MS = 2000;

// Writing to a closed terminal fails, which must not end this process before its services.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

/**
 * Finds ports for both services: { host, port, workerPort }. If a port cannot be used, the process ends with a sentence.
 * `takesAny`: if PORT is unset and the usual port is taken, a free one is used.
 */
export async function takePlaces({ takesAny = false } = {}) {
  const host = environment.HOST?.trim().replace(/^\[(.*)\]$/, '$1') || '0.0.0.0';
  const port = await readPort('PORT', DEFAULT_PORT, host, takesAny);
  const workerPort = await readPort('WORKER_PORT', port + 1, '127.0.0.1', takesAny);
  if (port === workerPort) fail(`WORKER_PORT: ${port} is the gateway's own port (PORT). Set another one.`);
  return { host, port, workerPort };
}

async function readPort(name, fallback, host, takesAny) {
  const given = environment[name]?.trim();
  const port = Number(given || fallback);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    fail(`${name}: expected a whole number from 0 to 65535.`, 78);
  return takePort(name, port, host).catch((error) => {
    if (given || !takesAny) fail(error.message);
    return takePort(name, 0, host);
  });
}

/**
 * Starts both services, prints an example once they answer, and stops them at a signal. Resolves with the exit code.
 * `packageFolder` holds package.json and dist/. The services run in `cwd`, where they read `.env`. `describe` returns lines
 * to print.
 */
export async function runBoth({ host, port, workerPort }, { packageFolder, cwd, describe = () => '' }) {
  /** Distinguishes the services of this process from others at the same address. */
  const instance = randomBytes(8).toString('hex');
  const shared = {
    ...environment,
    EASEL_INSTANCE: instance,
    // Two services on one machine need a secret only while they run, so a new one is drawn.
    WORKER_TOKEN: environment.WORKER_TOKEN || randomBytes(24).toString('hex'),
    // By default glibc keeps a memory arena for each thread, which wastes 40 MB.
    MALLOC_ARENA_MAX: environment.MALLOC_ARENA_MAX || '2',
    // And it keeps what large pictures and bodies took: 200 MB. With a threshold of our own it gives them back.
    MALLOC_MMAP_THRESHOLD_: environment.MALLOC_MMAP_THRESHOLD_ || '16384',
  };
  const ownsWorker = !environment.WORKER_URL && !environment.PERCHANCE_WORKER_URL && !environment.REDIS_URL;
  const gateway = {
    ...shared,
    PORT: String(port),
    ...(ownsWorker && { WORKER_URL: `http://127.0.0.1:${workerPort}` }),
  };
  const worker = { ...shared, PORT: String(workerPort), HOST: '127.0.0.1' };
  const toService = (name, script, env) => ({ name, ...toCommand(packageFolder, script), cwd, env });

  const { stop, ended } = keepRunning([
    toService('worker', 'start:worker', worker),
    toService('gateway', 'start:api', gateway),
  ]);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stop(0));
  whenAbandoned(() => stop(0));
  void announce({ address: `http://${toUrlHost(host)}:${port}`, workerPort, shared, describe });
  return ended;
}

/** The command of a script of package.json, for node itself, because npm and a shell would not pass signals on. */
function toCommand(packageFolder, script) {
  const { scripts } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8'));
  const [, , ...args] = scripts[script].split(' ');
  const options = args.slice(0, -1);
  // Node 22 calls node:sqlite an experiment, each time.
  const quiet = '--disable-warning=ExperimentalWarning';
  return { command: nodeProgram(), args: [quiet, ...options, join(packageFolder, args.at(-1))] };
}

function toUrlHost(host) {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}

/** Waits until both services of this process answer, then prints how to use them. */
async function announce({ address, workerPort, shared, describe }) {
  const urls = [`${address}/health`, `http://127.0.0.1:${workerPort}/health`];
  const isOurs = (url) => isInstance(url, shared.EASEL_INSTANCE);
  while (!(await Promise.all(urls.map(isOurs))).every(Boolean)) await sleep(LOOK_INTERVAL_MS);
  console.log(`
Easel is ready at ${address}

  curl "${address}/generate?prompt=a+red+fox"
${describe(address)}
${describeServices(await listServices(workerPort, shared.WORKER_TOKEN))}
`);
}

/** Says where prompts go and how to change that, before the first prompt. */
function describeServices(hosts) {
  if (hosts.length === 0) return 'Prompts stay on your own machines.';
  const sentence = `Prompts go to ${hosts.join(', then ')}, until one makes the picture.`;
  if (environment.ENGINES?.trim()) return sentence;
  return `${sentence}\nENGINES=perchance,sketch asks Perchance alone; ENGINES=sketch keeps every prompt here.`;
}

/** The outside services of the enabled engines, from the worker's status. */
async function listServices(workerPort, tokens) {
  try {
    const [token] = tokens.split(',');
    const response = await fetch(`http://127.0.0.1:${workerPort}/status`, {
      headers: { authorization: `Bearer ${token.trim()}` },
      signal: AbortSignal.timeout(LOOK_LIMIT_MS),
    });
    const { engines } = await response.json();
    return engines.flatMap(({ sendsPromptsTo = [] }) => sendsPromptsTo);
  } catch {
    // The worker has just died and is started again. The guide has the same information.
    return [];
  }
}

async function isInstance(url, instance) {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(LOOK_LIMIT_MS) });
    return response.ok && (await response.json()).instance === instance;
  } catch {
    // It does not answer yet, or another program does.
    return false;
  }
}
