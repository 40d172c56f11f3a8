import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { takeFreePort } from './free-port.ts';
import { until } from './poll.ts';
import { removeDirectory } from './remove-directory.ts';

/** A real Caddy with default settings in front of an upstream. Its folder is removed at the end. */
export interface Caddy {
  readonly url: string;
  close(): Promise<void>;
}

const isInstalled = spawnSync('caddy', ['version']).error === undefined;

/** Declares the tests where this machine has Caddy. Elsewhere they are skipped, and fail in CI. */
export function withCaddy(declareTests: () => void): void {
  if (isInstalled) {
    declareTests();
    return;
  }
  const reason = 'there is no Caddy on this machine';
  if (process.env.CI) throw new Error(`${reason}, and what needs it must not be skipped in CI`);
  test('what needs Caddy', { skip: reason }, () => undefined);
}

/**
 * `site`: the block of its only site. Default: a plain reverse proxy to `upstream`.
 * `imported`: a file with snippets that the site may import.
 */
export async function startCaddy(
  upstream: string,
  site = `reverse_proxy ${upstream}`,
  imported?: string,
): Promise<Caddy> {
  const directory = await mkdtemp(join(tmpdir(), 'easel-caddy-'));
  const port = await takeFreePort();
  const configuration = join(directory, 'Caddyfile');
  await writeFile(
    configuration,
    `{\n admin off\n auto_https off\n}\n${imported === undefined ? '' : `import ${imported}`}\nhttp://127.0.0.1:${port} {\n bind 127.0.0.1\n ${site}\n}\n`,
  );
  const server: ChildProcess = spawn('caddy', ['run', '--config', configuration, '--adapter', 'caddyfile'], {
    stdio: 'ignore',
    env: { ...process.env, HOME: directory, XDG_DATA_HOME: directory, XDG_CONFIG_HOME: directory },
  });
  const url = `http://127.0.0.1:${port}`;
  await until(() => {
    if (server.exitCode !== null) throw new Error(`Caddy ended with ${server.exitCode}`);
    return answers(url);
  }, 'Caddy');
  return {
    url,
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
