import { type ChildProcess, execFileSync, type StdioOptions, spawn } from 'node:child_process';
import { chownSync, globSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Client } from 'pg';
import { takeFreePort } from '../support/free-port.ts';
import { canRun, kill, type QueueServer, type QueueServerKind } from './queue-server.ts';

/** Debian keeps the programs of each version in a folder of their own; elsewhere they are on the path. */
const [debians] = globSync('/usr/lib/postgresql/*/bin').toSorted().toReversed();
const toProgram = (name: string): string => (debians === undefined ? name : join(debians, name));

export const postgresServers: QueueServerKind = {
  name: 'PostgreSQL',
  isInstalled: await canRun(toProgram('postgres')),
  start: startPostgres,
};

/** PostgreSQL does not run as root: the account that its package made takes root's place. */
function toOwner(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const idOf = (flag: string): number => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: idOf('-u'), gid: idOf('-g') };
}

async function startPostgres(): Promise<QueueServer> {
  const owner = toOwner();
  const directory = await mkdtemp(join(tmpdir(), 'easel-postgres-'));
  if (owner !== undefined) chownSync(directory, owner.uid, owner.gid);
  const port = await takeFreePort();
  const url = `postgres://easel@127.0.0.1:${port}/postgres`;
  const initial = ['-D', directory, '-A', 'trust', '-U', 'easel', '-E', 'UTF8', '--locale=C', '--no-sync'];
  execFileSync(toProgram('initdb'), initial, { stdio: 'ignore', ...owner });
  const start = (): Promise<ChildProcess> => startServer(port, directory, owner ?? {});
  let server = await start();
  return {
    address: { kind: 'postgres', url },
    settings: { POSTGRES_URL: url },
    crashAndRestart: async () => {
      await kill(server);
      server = await start();
    },
    dump: () => dump(url),
    close: async () => {
      await kill(server);
      await rm(directory, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}

async function startServer(port: number, directory: string, owner: object): Promise<ChildProcess> {
  const settings = { port, listen_addresses: '127.0.0.1', unix_socket_directories: '', max_connections: 100 };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  for (;;) {
    const stdio: StdioOptions = ['ignore', 'ignore', 'pipe'];
    const child = spawn(toProgram('postgres'), ['-D', directory, ...flags], { stdio, ...owner });
    const isReady = await saysReady(child);
    // After a crash it does not start before the last process of the one before it has noticed.
    if (isReady) return child;
  }
}

async function saysReady({ stderr }: ChildProcess): Promise<boolean> {
  if (stderr === null) return false;
  for await (const line of createInterface({ input: stderr })) {
    if (!line.includes('ready to accept connections')) continue;
    stderr.resume();
    return true;
  }
  return false;
}

async function dump(url: string): Promise<Buffer[]> {
  const client = new Client(url);
  await client.connect();
  const { rows: tables } = await client.query(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname in ('easel', 'bullmq')`,
  );
  const dumps: Buffer[] = [];
  for (const { name } of tables) {
    // Bytes are written as hexadecimal digits.
    const { rows } = await client.query(`select t::text as text from ${name} t`);
    for (const { text } of rows) {
      const bytes = [...text.matchAll(/\\\\x([0-9a-f]+)/g)].map(([, digits]) => Buffer.from(digits, 'hex'));
      dumps.push(Buffer.from(text), ...bytes);
    }
  }
  await client.end();
  return dumps;
}
