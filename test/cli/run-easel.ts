import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

/** Runs the command line in its own process, without the developer's environment. */

export const EASEL = join(import.meta.dirname, '../../cli/easel.ts');

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Standard output, parsed as one JSON object a line. */
  readonly lines: readonly Line[];
}

export type Line = Readonly<Record<string, unknown>>;

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Standard input. Undefined: none. */
  readonly input?: string;
}

export function beginEasel(args: readonly string[], { env = {}, cwd, input }: RunOptions = {}): Running {
  const child = spawn(process.execPath, [EASEL, ...args], {
    cwd,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  child.stdin?.end(input);
  return { child, ended: collect(child) };
}

export const runEasel = (args: readonly string[], options?: RunOptions): Promise<Ended> =>
  beginEasel(args, options).ended;

async function collect(child: ChildProcess): Promise<Ended> {
  const { stdout: out, stderr: err } = child;
  if (out === null || err === null) throw new Error('the process has no output streams');
  const [[code], stdout, stderr] = await Promise.all([once(child, 'exit'), text(out), text(err)]);
  const toLine = (line: string): Line => (line.startsWith('{') ? JSON.parse(line) : { text: line });
  return { code, stdout, stderr, lines: stdout.split('\n').filter(Boolean).map(toLine) };
}
