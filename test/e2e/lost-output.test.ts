import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, type StdioOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync } from 'node:fs';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { takeFreePort } from '../support/free-port.ts';
import { until } from '../support/poll.ts';
import { removeDirectory } from '../support/remove-directory.ts';

/** A service answers and ends even if its log cannot be written to a terminal, a disk or a pipe. */

const ROOT = join(import.meta.dirname, '../..');
/** Their log lines are more than a pipe or socket holds. */
const REQUESTS = 1000;
const STOP_LIMIT_MS = 5000;

const SERVICES = {
  gateway: { file: join(ROOT, 'api/main.ts'), env: { WORKER_URL: 'http://127.0.0.1:9' } },
  worker: { file: join(ROOT, 'worker/main.ts'), env: { ENGINES: 'sketch', STORES: 'disk' } },
} as const;

interface Started {
  readonly child: ChildProcess;
  readonly url: string;
}

describe('a service whose output cannot be written', () => {
  let directory: string;
  let started: ChildProcess[];
  let descriptors: number[];
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'easel-output-'));
    started = [];
    descriptors = [];
  });
  afterEach(async () => {
    for (const child of started.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null)) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    for (const fd of descriptors) closeSync(fd);
    await removeDirectory(directory);
  });

  function open(path: string, flags: number): number {
    const fd = openSync(path, flags);
    descriptors.push(fd);
    return fd;
  }

  /** Opens both ends of a named pipe. */
  function openPipe(): { readonly reader: number; readonly writer: number } {
    const path = join(directory, 'pipe');
    execFileSync('mkfifo', [path]);
    const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    return { reader, writer: open(path, constants.O_WRONLY) };
  }

  async function start(command: readonly string[], stdout: 'pipe' | number, env: object): Promise<Started> {
    const port = await takeFreePort();
    const stdio: StdioOptions = ['ignore', stdout, 'ignore'];
    const [program = '', ...args] = command;
    const child = spawn(program, args, {
      cwd: directory,
      env: {
        ...{ PATH: process.env.PATH, PORT: String(port), HOST: '127.0.0.1', DATA_DIR: directory },
        ...{ WORKER_TOKEN: 'token-between-the-services', RATE_LIMIT_PER_MINUTE: '0', ...env },
      },
      stdio,
    });
    started.push(child);
    const url = `http://127.0.0.1:${port}`;
    await until(() => answers(url), 'the service answers');
    return { child, url };
  }

  const startService = (name: keyof typeof SERVICES, stdout: 'pipe' | number): Promise<Started> =>
    start([process.execPath, SERVICES[name].file], stdout, SERVICES[name].env);

  async function makeItTalk(url: string): Promise<void> {
    const headers = { 'x-request-id': 'x'.repeat(100) };
    for (let count = 0; count < REQUESTS; count += 1) {
      await (await fetch(`${url}/nothing`, { headers, signal: AbortSignal.timeout(STOP_LIMIT_MS) })).arrayBuffer();
    }
  }

  async function assertLivesAndEnds({ child, url }: Started): Promise<void> {
    await makeItTalk(url);
    assert.ok(await answers(url));
    const ended = once(child, 'exit', { signal: AbortSignal.timeout(STOP_LIMIT_MS) });
    child.kill('SIGTERM');
    assert.deepEqual(await ended, [0, null]);
  }

  for (const name of ['gateway', 'worker'] as const) {
    test(`a full disk: the ${name} lives and ends`, async () => {
      await assertLivesAndEnds(await startService(name, open('/dev/full', constants.O_WRONLY)));
    });
  }

  test('a pipe that nobody reads', async () => {
    const { reader, writer } = openPipe();
    descriptors.push(reader);
    await assertLivesAndEnds(await startService('gateway', writer));
  });

  test('a pipe whose reader is gone', async () => {
    const { reader, writer } = openPipe();
    const service = await startService('gateway', writer);
    closeSync(reader);
    await assertLivesAndEnds(service);
  });

  test('a socket that nobody reads, as under systemd or another Node', async () => {
    await assertLivesAndEnds(await startService('gateway', 'pipe'));
  });

  test('a terminal that was closed', async () => {
    const { file, env } = SERVICES.gateway;
    const pidFile = join(directory, 'pid');
    // In a session of its own, where closing the terminal sends it no SIGHUP.
    const command = `setsid sh -c 'echo $$ > ${pidFile}; exec ${process.execPath} ${file}' & wait`;
    const { child: terminal, url } = await start(['script', '-qec', command, '/dev/null'], 'pipe', env);
    const pid = Number(await readFile(pidFile, 'utf8'));
    try {
      terminal.kill('SIGKILL');
      await once(terminal, 'exit');
      await makeItTalk(url);
      assert.ok(await answers(url));
    } finally {
      process.kill(pid, 'SIGTERM');
    }
    await until(() => !isAlive(pid), 'the service ends');
  });

  test('an uncaught exception ends the process', async () => {
    const { reader, writer } = openPipe();
    descriptors.push(reader);
    const file = join(ROOT, 'test/shared/service/throw-and-die.ts');
    const child = spawn(process.execPath, [file], { stdio: ['ignore', writer, 'ignore'] });
    started.push(child);
    assert.deepEqual(await once(child, 'exit', { signal: AbortSignal.timeout(STOP_LIMIT_MS) }), [1, null]);
  });
});

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/health`, { signal: AbortSignal.timeout(STOP_LIMIT_MS) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
