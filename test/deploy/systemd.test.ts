import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { root } from '../architecture/source-files.ts';
import { takeFreePort } from '../support/free-port.ts';
import { until } from '../support/poll.ts';
import { removeDirectory } from '../support/remove-directory.ts';
import { SERVICES, type ServiceName, unknownTo } from './easel-settings.ts';
import { readUnit, toVariables, type Unit } from './unit.ts';

/** Runs the commands of the units in deploy/systemd with their settings. `npm run deploy:check` has systemd verify them. */

const UNITS: Readonly<Record<ServiceName, Unit>> = {
  gateway: readUnit('deploy/systemd/easel-gateway.service'),
  worker: readUnit('deploy/systemd/easel-worker.service'),
};
const scripts = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).scripts as Record<string, string>;
const TOKEN = '0123456789abcdef0123456789abcdef';

/** Starts a unit's command as systemd would, with only the environment of the unit and its EnvironmentFile. */
function start(name: ServiceName, stateDirectory: string, environmentFile: Record<string, string>): ChildProcess {
  const unit = UNITS[name];
  const [program = '', ...words] = unit.value('Service', 'ExecStart').split(' ');
  // Runs the sources instead of dist/, because the project is not built here.
  const args = words.map((word) => word.replace(/^dist\/(.*)\.js$/, `${root}/$1.ts`));
  const env = {
    PATH: `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`,
    ...toVariables(unit.value('Service', 'Environment'), stateDirectory),
    ...environmentFile,
  };
  return spawn(program, args, { cwd: stateDirectory, env, stdio: 'ignore' });
}

async function exitCode(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.exitCode;
}

const isHealthy = async (port: number): Promise<boolean> => {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/health`);
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
};

describe('the units of systemd', () => {
  let state: string;
  let ports: Record<ServiceName, number>;
  let files: Record<ServiceName, Record<string, string>>;
  const children = new Map<ServiceName, ChildProcess>();

  before(async () => {
    state = await mkdtemp(join(tmpdir(), 'easel-units-'));
    ports = { gateway: await takeFreePort(), worker: await takeFreePort() };
    const gateway = { WORKER_URL: `http://127.0.0.1:${ports.worker}`, PORT: `${ports.gateway}`, WORKER_TOKEN: TOKEN };
    const chromium = process.env.CHROMIUM_PATH;
    const worker = { PORT: `${ports.worker}`, WORKER_TOKEN: TOKEN, ENGINES: 'sketch' };
    // Playwright looks for its own Chromium under HOME, on a machine without another one.
    const browser = chromium === undefined ? { HOME: homedir() } : { CHROMIUM_PATH: chromium };
    files = { gateway, worker: { ...worker, ...browser } };
  });
  after(async () => {
    for (const child of children.values()) child.kill('SIGKILL');
    await Promise.all([...children.values()].map(exitCode));
    await removeDirectory(state);
  });

  test('run the commands of the package’s scripts', () => {
    const command = (name: ServiceName): string =>
      UNITS[name].value('Service', 'ExecStart').replace('/usr/bin/env', 'exec');
    assert.equal(command('gateway'), scripts['start:api']);
    assert.equal(command('worker'), scripts['start:worker']);
  });

  test('set only variables that the services read, and let them write only to their DATA_DIR', () => {
    for (const name of SERVICES) {
      const unit = UNITS[name];
      const environment = toVariables(unit.value('Service', 'Environment'), '/var/lib');
      assert.deepEqual(unknownTo(name, Object.keys(environment)), []);
      assert.equal(environment.DATA_DIR, `/var/lib/${unit.value('Service', 'StateDirectory')}`);
      assert.equal(unit.value('Service', 'ProtectSystem'), 'strict');
    }
  });

  test('make a picture together, and end cleanly in time', async () => {
    for (const name of ['worker', 'gateway'] as const) {
      children.set(name, start(name, state, files[name]));
      await until(() => isHealthy(ports[name]), `the ${name}`);
    }
    const answer = await fetch(`http://127.0.0.1:${ports.gateway}/generate?prompt=fox&width=64&height=64&output=image`);
    assert.equal(answer.status, 200);
    assert.equal(
      Buffer.from(await answer.arrayBuffer())
        .subarray(1, 4)
        .toString(),
      'PNG',
    );
    for (const name of SERVICES) {
      assert.equal(UNITS[name].value('Service', 'KillMode'), 'mixed', 'SIGTERM goes to Node, not to its browser');
      const limit = AbortSignal.timeout(Number(UNITS[name].value('Service', 'TimeoutStopSec')) * 1000);
      const child = children.get(name);
      assert.ok(child);
      child.kill('SIGTERM');
      await Promise.race([exitCode(child), once(limit, 'abort')]);
      assert.equal(child.exitCode, 0);
    }
  });

  test('do not restart a service whose settings are wrong', async () => {
    for (const name of SERVICES) {
      const child = start(name, state, { ...files[name], WORKER_TOKEN: 'short' });
      assert.equal(String(await exitCode(child)), UNITS[name].value('Service', 'RestartPreventExitStatus'));
    }
  });

  test('give the services more time to stop than they need', () => {
    const source = readFileSync(join(root, 'shared/service/run-service.ts'), 'utf8');
    const limit = Number(/STOP_LIMIT_MS = ([\d_]+)/.exec(source)?.[1]?.replaceAll('_', ''));
    for (const name of SERVICES) assert.ok(Number(UNITS[name].value('Service', 'TimeoutStopSec')) * 1000 > limit);
  });
});
