import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { takeFreePort } from '../support/free-port.ts';

/** One of the two services as a real process that can be killed and started again. */

export type Environment = Readonly<Record<string, string>>;

export interface Service {
  readonly url: string;
  readonly pid: number;
  /** Exit code of the last process. Null while it runs, and after SIGKILL. */
  readonly exitCode: number | null;
  /** Every line of its log so far, of all its processes. */
  readonly logged: readonly string[];
  /** Sends the signal and waits for the end. SIGKILL is a crash. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Starts it again at the same address. Resolves once it is healthy, or listens. */
  start(until?: 'healthy' | 'listening'): Promise<void>;
}

export interface ServiceOptions {
  /** From source, or built. */
  readonly file: 'api/main.ts' | 'worker/main.ts' | 'dist/api/main.js' | 'dist/worker/main.js';
  /** Node's own options. */
  readonly flags?: readonly string[] | undefined;
  /** Puts the command under a limit, for instance. */
  readonly wrap?: ((command: readonly [string, ...string[]]) => [string, ...string[]]) | undefined;
  /** Its working directory, which has no developer's `.env`. */
  readonly directory: string;
  readonly env: Environment;
}

const ROOT = join(import.meta.dirname, '../..');

/** Creates a service without starting it. */
export async function createService(options: ServiceOptions): Promise<Service> {
  const { file, flags = [], directory, env, wrap = (command) => [...command] } = options;
  const port = await takeFreePort();
  const url = `http://127.0.0.1:${port}`;
  const logged: string[] = [];
  let child: ChildProcess | undefined;

  return {
    url,
    get pid() {
      return child?.pid ?? 0;
    },
    get exitCode() {
      return child?.exitCode ?? null;
    },
    logged,
    start: async (until = 'healthy') => {
      const [program, ...args] = wrap([process.execPath, ...flags, join(ROOT, file)]);
      child = spawn(program, args, {
        cwd: directory,
        env: { ...process.env, ...env, PORT: String(port) },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      await untilListening(child, logged);
      if (until === 'healthy') await untilHealthy(url);
    },
    kill: async (signal) => {
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill(signal);
      await ended;
    },
  };
}

/** Much longer than a start takes, because other tests may keep the machine busy. */
const PATIENCE_MS = 60_000;

/** Collects its output. Rejects with that output if the service ends instead. */
async function untilListening(child: ChildProcess, logged: string[]): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    createInterface({ input: stream }).on('line', (line) => {
      logged.push(line);
      if (/"msg":"the \w+ listens"/.test(line)) resolve();
    });
  }
  const deadline = setTimeout(() => reject(new Error('the service does not listen')), PATIENCE_MS);
  child.once('exit', (code) => reject(new Error(`ended with ${code}:\n${logged.slice(-20).join('\n')}`)));
  return promise.finally(() => clearTimeout(deadline));
}

const LOOK_INTERVAL_MS = 50;

async function untilHealthy(url: string): Promise<void> {
  const deadline = AbortSignal.timeout(PATIENCE_MS);
  for (;;) {
    const response = await fetch(`${url}/health`, { signal: deadline });
    await response.arrayBuffer();
    if (response.ok) return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_INTERVAL_MS));
  }
}
