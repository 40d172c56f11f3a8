import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, before, beforeEach, describe, test } from 'node:test';
import { close, listen } from '../../shared/net/http.ts';
import { takeFreePort } from '../support/free-port.ts';
import { until } from '../support/poll.ts';
import { childrenOf, commandOf } from '../support/proc.ts';
import { removeDirectory } from '../support/remove-directory.ts';

/** `npm start` and the two `start:` scripts as real processes, started and stopped as by a person or a host. */

const ROOT = join(import.meta.dirname, '../..');

interface Started {
  readonly child: ChildProcess;
  readonly lines: readonly string[];
  readonly port: number;
  readonly workerPort: number;
}

describe('npm start', () => {
  let directory: string;
  let started: ChildProcess[];
  let servers: Server[];
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'easel-start-'));
    started = [];
    servers = [];
  });
  afterEach(async () => {
    for (const child of started) await end(child);
    for (const server of servers) await close(server, 0);
    await removeDirectory(directory);
  });

  async function begin(command: readonly string[], env: object = {}): Promise<Started> {
    const [port, workerPort] = [await takeFreePort(), await takeFreePort()];
    const [program = '', ...args] = command;
    const child = spawn(program, args, {
      cwd: ROOT,
      // Not in the clone, where a developer's settings would be read.
      env: {
        ...{ PATH: process.env.PATH, HOME: process.env.HOME, PORT: String(port), WORKER_PORT: String(workerPort) },
        ...{ HOST: '127.0.0.1', DATA_DIR: directory, ENGINES: 'sketch', STORES: 'disk', ...env },
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    started.push(child);
    const lines: string[] = [];
    for (const input of [child.stdout, child.stderr]) createInterface({ input }).on('line', (line) => lines.push(line));
    return { child, lines, port, workerPort };
  }

  async function occupy(port: number): Promise<void> {
    const server = createServer((_request, response) => response.end('{"status":"healthy"}'));
    servers.push(server);
    await listen(server, port, '127.0.0.1');
  }

  const START = ['npm', 'start', '--silent'];

  async function untilReady({ lines }: Started): Promise<void> {
    await until(() => lines.some((line) => line.includes('Easel is ready')), 'it is ready');
  }

  const isServed = async ({ port, workerPort }: Started): Promise<boolean> =>
    (await answers(port)) || (await answers(workerPort));

  async function assertBothEnd(service: Started): Promise<void> {
    await until(async () => !(await isServed(service)), 'both services end');
    for (const name of ['gateway', 'worker']) {
      await until(() => service.lines.some((line) => isStopping(line, name)), `the ${name} says that it stops`);
    }
  }

  test('says that a port is taken, and starts nothing', async () => {
    const taken = await takeFreePort();
    await occupy(taken);
    for (const name of ['PORT', 'WORKER_PORT']) {
      const { child, lines } = await begin(START, { [name]: String(taken) });
      const [code] = await once(child, 'close');
      assert.equal(code, 1);
      assert.match(
        lines.join('\n'),
        new RegExp(`^${name}: port ${taken} is taken by another program.*Set ${name}`, 'm'),
      );
      assert.doesNotMatch(lines.join('\n'), /is ready|listens/);
    }
  });

  test('stops both services at SIGTERM to npm, and then itself', async () => {
    const service = await begin(START);
    await untilReady(service);
    await until(
      () => service.lines.some((line) => /^Prompts stay on your own machines/.test(line)),
      'it says where prompts go',
    );
    const ended = once(service.child, 'exit');
    service.child.kill('SIGTERM');
    await ended;
    await assertBothEnd(service);
  });

  test('stops both services when it is killed itself', async () => {
    const service = await begin([process.execPath, 'scripts/start.mjs']);
    await untilReady(service);
    service.child.kill('SIGKILL');
    await assertBothEnd(service);
  });

  test('stops both services when its terminal is closed', async () => {
    const service = await begin(['script', '-qec', 'npm start --silent', '/dev/null']);
    await untilReady(service);
    service.child.kill('SIGKILL');
    await until(async () => !(await isServed(service)), 'both services end');
  });

  test('a service that dies is started again', async () => {
    const service = await begin([process.execPath, 'scripts/start.mjs']);
    await untilReady(service);
    process.kill(await findGateway(service), 'SIGKILL');
    await until(
      () => service.lines.some((line) => line.includes('The gateway ended with signal SIGKILL')),
      'the death is reported',
    );
    await until(() => answers(service.port), 'it is started again');
    const ended = once(service.child, 'exit');
    service.child.kill('SIGHUP');
    assert.deepEqual(await ended, [0, null]);
    assert.equal(await isServed(service), false);
  });
});

describe('npm run start:api', () => {
  before(() => execFileSync(process.execPath, [join(ROOT, 'scripts/build.mjs')]));

  for (const script of ['start:api', 'start:worker']) {
    test(`SIGTERM reaches the node of ${script}, which ends and frees its port`, async (context) => {
      const directory = await mkdtemp(join(tmpdir(), 'easel-script-'));
      context.after(() => removeDirectory(directory));
      const port = await takeFreePort();
      const env = {
        ...{ PATH: process.env.PATH, HOME: process.env.HOME, PORT: String(port), HOST: '127.0.0.1' },
        ...{ DATA_DIR: directory, WORKER_TOKEN: 'token-between-the-services', ENGINES: 'sketch', STORES: 'disk' },
        ...(script === 'start:api' && { WORKER_URL: 'http://127.0.0.1:9' }),
      };
      const npm = spawn('npm', ['run', '--silent', script], { cwd: ROOT, env, stdio: 'ignore' });
      context.after(() => end(npm));
      await until(() => answers(port), 'it answers');
      const ended = once(npm, 'exit');
      npm.kill('SIGTERM');
      await ended;
      assert.equal(await answers(port), false);
    });
  }

  test('the blueprint and the container start what the scripts start', async () => {
    const { scripts } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
    const withoutShell = (script: string): string => scripts[script].replace(/^exec /, '');
    const blueprint = await readFile(join(ROOT, 'render.yaml'), 'utf8');
    assert.ok(blueprint.includes(`startCommand: ${withoutShell('start:api')}\n`));
    const container = await readFile(join(ROOT, 'Dockerfile.worker'), 'utf8');
    assert.ok(
      container.includes(`CMD ${JSON.stringify(withoutShell('start:worker').split(' ')).replaceAll(',', ', ')}`),
    );
  });
});

const isStopping = (line: string, service: string): boolean =>
  line.includes(`"service":"${service}"`) && line.includes('"msg":"stopping"');

async function answers(port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/health`);
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

/** Searches the descendants of the process. */
async function findGateway({ child }: Started): Promise<number> {
  const gateway = childrenOf(child.pid ?? 0).find((pid) => commandOf(pid).includes('api/main.js'));
  if (gateway === undefined) throw new Error('no gateway among the children');
  return gateway;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}
