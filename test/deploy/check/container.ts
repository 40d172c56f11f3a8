import { randomBytes } from 'node:crypto';
import { eventually } from '../../support/poll.ts';
import { run } from './command.ts';

/** A container that is run as the guide and the compose file do: only /tmp and /data are writable, without capabilities. */
export interface Container {
  readonly url: string;
  /** The id of the container's process 1 on the host. */
  readonly pid: number;
  log(): Promise<string>;
  /** Runs the image's HEALTHCHECK. Throws when it fails. */
  checkHealth(): Promise<void>;
  /** Sends SIGTERM, and SIGKILL after `graceSeconds`. */
  stop(graceSeconds: number): Promise<{ readonly exitCode: number; readonly seconds: number }>;
  kill(): Promise<void>;
  remove(): Promise<void>;
}

interface ContainerOptions {
  readonly image: string;
  readonly port: number;
  readonly memory: string;
  /** A seccomp profile that replaces the runtime's. */
  readonly seccomp?: string | undefined;
  /** `uid:gid`. Undefined: the user of the image. */
  readonly user?: string | undefined;
  readonly env: Readonly<Record<string, string>>;
}

const START_MS = 60_000;

export async function startContainer(options: ContainerOptions): Promise<Container> {
  const { image, port, memory, seccomp, user, env } = options;
  const name = `easel-check-${randomBytes(4).toString('hex')}`;
  const variables = Object.entries({ ...env, HOST: '127.0.0.1', PORT: String(port) });
  await run(
    'podman',
    ...['run', '--detach', '--name', name, '--pull', 'never', '--network', 'host', '--memory', memory],
    ...['--read-only', '--tmpfs', '/tmp', '--cap-drop', 'all', '--security-opt', 'no-new-privileges'],
    ...(seccomp === undefined ? [] : ['--security-opt', `seccomp=${seccomp}`]),
    ...(user === undefined ? [] : ['--user', user]),
    ...variables.flatMap(([key, value]) => ['--env', `${key}=${value}`]),
    image,
  );
  const inspect = (format: string): Promise<string> => run('podman', 'inspect', '--format', format, name);
  const url = `http://127.0.0.1:${port}`;
  const container: Container = {
    url,
    pid: Number(await inspect('{{.State.Pid}}')),
    log: () => run('podman', 'logs', name),
    checkHealth: async () => void (await run('podman', 'healthcheck', 'run', name)),
    stop: async (graceSeconds) => {
      const from = performance.now();
      await run('podman', 'stop', '--time', String(graceSeconds), name);
      const seconds = (performance.now() - from) / 1000;
      return { seconds, exitCode: Number(await inspect('{{.State.ExitCode}}')) };
    },
    kill: async () => void (await run('podman', 'kill', '--signal', 'KILL', name)),
    remove: async () => void (await run('podman', 'rm', '--force', '--volumes', '--time', '0', name)),
  };
  try {
    await eventually(async () => {
      const response = await fetch(`${url}/health`);
      if (!response.ok) throw new Error(`${image}: ${response.status} ${await response.text()}`);
      await response.arrayBuffer();
    }, START_MS);
  } catch (error) {
    const log = await container.log();
    await container.remove();
    throw new Error(`${image} does not become healthy:\n${log.slice(-2000)}`, { cause: error });
  }
  return container;
}
