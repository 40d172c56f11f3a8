import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { ProductionEvent } from '../../shared/contract/wire.ts';
import {
  AUTOMATIC1111_AUTH,
  type Automatic1111StandIn,
  createAutomatic1111StandIn,
} from '../stand-ins/automatic1111/automatic1111-stand-in.ts';
import { removeDirectory } from '../support/remove-directory.ts';
import { toRequest } from './front-door.ts';

const TOKEN = 'process-token-0b1d';
const MAIN = join(import.meta.dirname, '../../worker/main.ts');

interface Process {
  readonly child: ChildProcess;
  readonly url: string;
  readonly exited: Promise<unknown[]>;
}

describe('the worker as a process', () => {
  let directory: string;
  let standIn: Automatic1111StandIn;
  let started: ChildProcess[];
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'easel-process-'));
    standIn = await createAutomatic1111StandIn();
    started = [];
  });
  afterEach(async () => {
    for (const child of started.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null)) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    await standIn.close();
    await removeDirectory(directory);
  });

  function spawnWorker(environment: Record<string, string>): ChildProcess {
    const child = spawn(process.execPath, [MAIN], {
      cwd: directory,
      env: { PATH: process.env.PATH, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    started.push(child);
    return child;
  }

  async function start(): Promise<Process> {
    const child = spawnWorker({
      PORT: '0',
      HOST: '127.0.0.1',
      WORKER_TOKEN: TOKEN,
      ENGINES: 'automatic1111',
      AUTOMATIC1111_URL: standIn.url,
      AUTOMATIC1111_AUTH,
      DATA_DIR: directory,
    });
    const exited = once(child, 'exit');
    assert.ok(child.stdout);
    for await (const line of createInterface({ input: child.stdout })) {
      const { port } = JSON.parse(line) as { port?: number };
      if (port === undefined) continue;
      child.stdout.resume();
      return { child, exited, url: `http://127.0.0.1:${port}` };
    }
    throw new Error('the worker ended before it listened');
  }

  const ask = (url: string, jobId: string): Promise<Response> =>
    fetch(`${url}/productions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify({ jobId, request: toRequest({ width: 64, height: 64 }) }),
    });

  async function lastEvent(response: Response): Promise<ProductionEvent> {
    const lines = (await response.text()).trimEnd().split('\n');
    return JSON.parse(lines.at(-1) ?? '') as ProductionEvent;
  }

  test('at SIGTERM lets the running job end, refuses new ones, and exits with 0', async () => {
    const { child, exited, url } = await start();
    standIn.holds = true;
    const underway = standIn.nextRequest(/txt2img/);
    const running = await ask(url, 'running');
    await underway;
    child.kill('SIGTERM');
    while (((await (await fetch(`${url}/health`)).json()) as { status: string }).status !== 'stopping');
    const late = await ask(url, 'late');
    assert.equal(late.status, 503);
    assert.equal(((await late.json()) as { code: string }).code, 'worker_unavailable');
    standIn.finish();
    const last = await lastEvent(running);
    assert.ok(last.type === 'result', JSON.stringify(last));
    assert.deepEqual(await exited, [0, null]);
  });

  test('killed during a job and started again, it makes the job', async () => {
    const first = await start();
    standIn.holds = true;
    const underway = standIn.nextRequest(/txt2img/);
    const cut = await ask(first.url, 'survivor');
    const broken = assert.rejects(cut.text());
    await underway;
    first.child.kill('SIGKILL');
    await Promise.all([first.exited, broken]);
    standIn.holds = false;
    standIn.finish();
    const second = await start();
    const last = await lastEvent(await ask(second.url, 'survivor'));
    assert.ok(last.type === 'result', JSON.stringify(last));
    assert.deepEqual(await readdir(join(directory, 'images')), [`${last.result.pictures[0]?.id}.png`]);
    second.child.kill('SIGTERM');
    assert.deepEqual(await second.exited, [0, null]);
  });

  test('refuses to start without a token, and says how to make one', async () => {
    const child = spawnWorker({ PORT: '0' });
    assert.ok(child.stderr);
    const output: string[] = [];
    child.stderr.on('data', (chunk: Buffer) => output.push(chunk.toString()));
    const [code] = await once(child, 'close');
    assert.equal(code, 78);
    assert.match(output.join(''), /WORKER_TOKEN: expected .*openssl rand -hex 24/);
  });
});
