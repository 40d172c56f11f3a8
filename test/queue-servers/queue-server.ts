import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { QueueAddress } from '../../shared/queue/open-backend.ts';

/** A server of our own that a shared queue can be on, in a folder that goes with it. */
export interface QueueServer {
  readonly address: QueueAddress;
  /** What gateways and workers are told. */
  readonly settings: Readonly<Record<string, string>>;
  /** Ends it as a power cut does, and starts it again on the same files. */
  crashAndRestart(): Promise<void>;
  /** Every record, as the server keeps it. */
  dump(): Promise<readonly Buffer[]>;
  close(): Promise<void>;
}

export interface QueueServerKind {
  readonly name: string;
  /** Whether this machine has one. */
  readonly isInstalled: boolean;
  start(): Promise<QueueServer>;
}

export async function kill(server: ChildProcess): Promise<void> {
  const exited = once(server, 'exit');
  server.kill('SIGKILL');
  await exited;
}

export async function canRun(program: string): Promise<boolean> {
  const child = spawn(program, ['--version'], { stdio: 'ignore' });
  const [code] = await Promise.race([once(child, 'exit'), once(child, 'error').then(() => [1])]);
  return code === 0;
}
