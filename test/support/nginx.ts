import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { takeFreePort } from './free-port.ts';
import { until } from './poll.ts';
import { removeDirectory } from './remove-directory.ts';

/** A real nginx with default settings in front of an upstream. Its folder is removed at the end. */
export interface Nginx {
  readonly url: string;
  /** The text of its error log. */
  readonly errors: () => Promise<string>;
  close(): Promise<void>;
}

/** On Debian, an ordinary user's path lacks /usr/sbin. */
const PROGRAM = ['nginx', '/usr/sbin/nginx'].find((program) => spawnSync(program, ['-v']).error === undefined);

/** Declares the tests where this machine has nginx. Elsewhere they are skipped, and fail in CI. */
export function withNginx(declareTests: () => void): void {
  if (PROGRAM !== undefined) {
    declareTests();
    return;
  }
  const reason = 'there is no nginx on this machine';
  if (process.env.CI) throw new Error(`${reason}, and what needs it must not be skipped in CI`);
  test('what needs nginx', { skip: reason }, () => undefined);
}

/** `locations`: those of its only server. Default: a plain proxy to `upstream`. */
export async function startNginx(
  upstream: string,
  locations = `location / { proxy_pass ${upstream}; }`,
): Promise<Nginx> {
  if (PROGRAM === undefined) throw new Error('there is no nginx');
  const directory = await mkdtemp(join(tmpdir(), 'easel-nginx-'));
  const port = await takeFreePort();
  const configuration = join(directory, 'nginx.conf');
  const log = join(directory, 'error.log');
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${join(directory, name)};`,
  );
  await writeFile(
    configuration,
    // As root, nginx would run its workers as a user that cannot write into this folder.
    `${userInfo().uid === 0 ? 'user root;' : ''} daemon off; worker_processes 1; pid ${join(directory, 'pid')};
     events { worker_connections 64; }
     http { access_log off; ${temporary.join(' ')} server { listen 127.0.0.1:${port}; ${locations} } }`,
  );
  const server: ChildProcess = spawn(PROGRAM, ['-c', configuration, '-p', directory, '-e', log], { stdio: 'ignore' });
  const url = `http://127.0.0.1:${port}`;
  await until(() => answers(url), 'nginx');
  return {
    url,
    errors: () => readFile(log, 'utf8'),
    close: async () => {
      const ended = once(server, 'exit');
      server.kill('SIGTERM');
      await ended;
      await removeDirectory(directory);
    },
  };
}

async function answers(url: string): Promise<boolean> {
  try {
    await (await fetch(url)).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}
