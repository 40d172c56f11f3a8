import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { close, listen } from '../../shared/net/http.ts';
import { removeDirectory } from '../support/remove-directory.ts';
import { startServices } from './services.ts';

const ROOT = join(import.meta.dirname, '../..');
const SETTINGS = {
  gateway: { file: 'api/main.ts', env: { WORKER_URL: 'http://127.0.0.1:9' } },
  worker: { file: 'worker/main.ts', env: { ENGINES: 'sketch', STORES: 'disk' } },
} as const;

for (const name of ['gateway', 'worker'] as const) {
  describe(`a ${name} that cannot start says in one line why, and how to fix it`, () => {
    let directory: string;
    before(async () => {
      directory = await mkdtemp(join(tmpdir(), 'easel-faults-'));
      await writeFile(join(directory, 'file'), '');
    });
    after(() => removeDirectory(directory));

    async function startWith(env: Readonly<Record<string, string>>): Promise<{ code: unknown; printed: string }> {
      const { file, env: own } = SETTINGS[name];
      const child = spawn(process.execPath, [join(ROOT, file)], {
        cwd: directory,
        env: {
          ...{ PATH: process.env.PATH, PORT: '0', HOST: '127.0.0.1', DATA_DIR: directory },
          ...{ WORKER_TOKEN: 'token-between-the-services', ...own, ...env },
        },
        stdio: ['ignore', 'ignore', 'pipe'],
        // Ends a service that starts although it should not.
        timeout: 10_000,
      });
      const [printed, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
      return { code, printed };
    }

    async function assertPrinted(env: Readonly<Record<string, string>>, line: RegExp): Promise<void> {
      const { code, printed } = await startWith(env);
      assert.equal(code, 78, printed);
      assert.match(printed, line);
      assert.doesNotMatch(printed, /^ +at /m);
    }

    test('a directory that cannot be made', async () => {
      await assertPrinted(
        { DATA_DIR: join(directory, 'file/data') },
        /^DATA_DIR: .*file\/data \(ENOTDIR; .*#data_dir\)$/m,
      );
    });

    test('a directory that cannot be written to', async () => {
      await assertPrinted(
        { DATA_DIR: '/proc/self' },
        /^DATA_DIR: expected a directory that this user .* \/proc\/self \(/m,
      );
    });

    test('an address that this machine does not have', async () => {
      await assertPrinted({ HOST: '192.0.2.1' }, /^HOST: expected an address of this machine, not 192\.0\.2\.1 /m);
    });

    test('a port that is taken: the next start may succeed', async (context) => {
      const other = createServer();
      const { port } = await listen(other, 0, '127.0.0.1');
      context.after(() => close(other, 0));
      const { code, printed } = await startWith({ PORT: String(port) });
      assert.deepEqual(
        [code, printed.trim()],
        [
          1,
          `Easel cannot start. PORT: ${port} is taken by another program; end it, or set another port (DEPLOYMENT_GUIDE.md#port)`,
        ],
      );
    });
  });
}

test('both understand a host in brackets, and their files are private', async (context) => {
  const inBrackets = { HOST: '[::]' };
  const services = await startServices({ gatewayEnv: inBrackets, workerEnv: inBrackets, start: [] });
  context.after(() => services.stop());
  await chmod(services.dataDirectory, 0o755);
  await services.worker.start();
  await services.gateway.start();
  const { status } = await fetch(`${services.url}/generate?prompt=a+fox&seed=1&width=64&height=64`);
  assert.equal(status, 200);
  const names = await readdir(services.dataDirectory);
  assert.ok(names.includes('jobs.sqlite') && names.includes('images') && names.includes('shelf'), names.join());
  const all = await readdir(services.dataDirectory, { recursive: true });
  // A file that is still being written has another name, and may be renamed before it is checked.
  for (const name of all.filter((name) => !name.endsWith('.tmp'))) {
    const stats = await stat(join(services.dataDirectory, name));
    assert.equal(stats.mode & 0o777, stats.isDirectory() ? 0o700 : 0o600, name);
  }
});
