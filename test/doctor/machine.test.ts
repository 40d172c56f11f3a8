import { chmod, mkdir, symlink, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe } from 'node:test';
import { createLaunch } from '../../worker/browser/process/launch.ts';
import { type Case, testCases } from './case.ts';
import { createFakeChromium, gatewaySettings, type TestMachine, workerSettings } from './test-machine.ts';

/** Faults of the machine: Node, packages, ports, disk, memory, browser. */

const onWorker = { service: 'worker' } as const;

/** Makes a clone of these files, by path. */
async function makeClone({ directory }: TestMachine, files: Readonly<Record<string, string>>): Promise<string> {
  const root = join(directory, 'clone');
  for (const [path, text] of Object.entries({ 'package.json': '{}', 'package-lock.json': '{}', ...files })) {
    await mkdir(join(root, path, '..'), { recursive: true });
    await writeFile(join(root, path), text);
  }
  return root;
}

const INSTALLED = { 'node_modules/.package-lock.json': '{}' };
const BUILT = { 'dist/api/main.js': '' };

/** Files of a /proc with two processes: npm, and a gateway that it started in the package's folder. */
async function makeProcesses({ directory, surroundings }: TestMachine, parent: readonly string[]): Promise<void> {
  const proc = join(directory, 'proc');
  const processes = { 40: [1, parent], 41: [40, ['node', '--flag', 'dist/api/main.js']] } as const;
  for (const [pid, [above, command]] of Object.entries(processes)) {
    await mkdir(join(proc, pid));
    await writeFile(join(proc, pid, 'stat'), `${pid} (a name) S ${above} 1 1`);
    await writeFile(join(proc, pid, 'cmdline'), command.join('\0'));
    await symlink(surroundings.root ?? '', join(proc, pid, 'cwd'));
  }
}

const cases: readonly Case[] = [
  {
    ...{ ...onWorker, name: 'Node is too old', code: 'doctor/node-old', status: 'fail', cure: /Node 24/ },
    breakIt: (machine) => ({ env: workerSettings(machine), surroundings: { nodeVersion: '20.19.0' } }),
    evidence: /20\.19\.0/,
  },
  {
    ...{ ...onWorker, name: 'the packages are not installed', code: 'doctor/packages-missing', status: 'fail' },
    ...{ cure: /^npm ci$/, subject: 'machine' },
    breakIt: async (machine) => ({
      env: workerSettings(machine),
      surroundings: { root: await makeClone(machine, {}) },
    }),
  },
  {
    ...{ ...onWorker, name: 'the packages are old', code: 'doctor/packages-missing', status: 'warn', cure: /^npm ci$/ },
    breakIt: async (machine) => {
      const root = await makeClone(machine, { ...INSTALLED, ...BUILT });
      await utimes(join(root, 'node_modules/.package-lock.json'), 1, 1);
      return { env: workerSettings(machine), surroundings: { root } };
    },
    evidence: /newer than node_modules/,
  },
  {
    ...{ ...onWorker, name: 'nothing is built', code: 'doctor/not-built', status: 'warn', cure: /^npm run build$/ },
    breakIt: async (machine) => ({
      env: workerSettings(machine),
      surroundings: { root: await makeClone(machine, INSTALLED) },
    }),
  },
  {
    ...{ ...onWorker, name: 'npm started a service', code: 'doctor/started-by-npm', status: 'warn' },
    ...{ cure: /^node dist\/api\/main\.js/, evidence: /process 41 \(api\)/ },
    breakIt: async (machine) => {
      await makeProcesses(machine, ['npm run start:api']);
      return { env: workerSettings(machine) };
    },
  },
  {
    ...{ ...onWorker, name: 'another program has the port', code: 'doctor/port-taken', status: 'fail' },
    ...{ cure: /^PORT=\d+/, evidence: /HTTP 418/, subject: 'worker' },
    breakIt: async (machine) => {
      const url = await machine.serve((_request, response) => void response.writeHead(418).end('tea'));
      return { env: { ...workerSettings(machine), PORT: new URL(url).port } };
    },
  },
  {
    ...{ name: 'the worker has the gateway’s port', service: 'gateway', code: 'doctor/port-taken', status: 'fail' },
    ...{ cure: /^PORT=\d+/, evidence: /it is easel-worker/ },
    breakIt: async (machine) => {
      const url = await machine.serve((_request, response) => void response.end('{"service":"easel-worker"}'));
      return { env: { ...gatewaySettings(machine, url), PORT: new URL(url).port } };
    },
  },
  {
    ...{ ...onWorker, name: 'a program without HTTP has the port', code: 'doctor/port-taken', status: 'fail' },
    ...{ cure: /ss -ltnp/, evidence: /does not speak HTTP/ },
    breakIt: async (machine) => {
      const server = createServer((socket) => socket.end('SSH-2.0-stand-in\r\n'));
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      machine.onClose(async () => void server.close());
      return { env: { ...workerSettings(machine), PORT: String((server.address() as { port: number }).port) } };
    },
  },
  {
    ...{ ...onWorker, name: 'HOST is elsewhere', code: 'doctor/host-wrong', status: 'fail', cure: /^HOST=0\.0\.0\.0$/ },
    breakIt: (machine) => ({ env: { ...workerSettings(machine), HOST: '192.0.2.1' } }),
    evidence: /192\.0\.2\.1/,
  },
  {
    ...{ ...onWorker, name: 'DATA_DIR is a file', code: 'doctor/data-directory-unwritable', status: 'fail' },
    ...{ cure: /chown/, evidence: /no directory/ },
    breakIt: async (machine) => {
      const path = join(machine.directory, 'data');
      await writeFile(path, '');
      return { env: workerSettings(machine) };
    },
  },
  {
    ...{ ...onWorker, name: 'others can read the pictures', code: 'doctor/data-directory-public', status: 'warn' },
    ...{ cure: /^chmod -R go= \S+images$/, evidence: /images can be read/ },
    breakIt: async (machine) => {
      const path = join(machine.directory, 'data', 'images');
      await mkdir(path, { recursive: true });
      await chmod(path, 0o755);
      return { env: workerSettings(machine) };
    },
  },
  {
    ...{ ...onWorker, name: 'pictures may take more than the disk has', code: 'doctor/disk-low', status: 'warn' },
    ...{ cure: /^DISK_MAX_MB=\d+$/, evidence: /MB free/ },
    breakIt: (machine) => ({ env: { ...workerSettings(machine), DISK_MAX_MB: '900000000' } }),
  },
  {
    ...{ ...onWorker, name: 'the container is small', code: 'doctor/memory-small', status: 'warn', cure: /512 MB/ },
    breakIt: (machine) => ({
      env: workerSettings(machine),
      surroundings: { meter: async () => ({ usedMb: 100, limitMb: 256 }) },
    }),
    evidence: /256 MB/,
  },
  {
    ...{ ...onWorker, name: 'MEMORY_LIMIT_MB is too high', code: 'doctor/memory-limit-high', status: 'fail' },
    ...{ cure: /^MEMORY_LIMIT_MB=384$/, evidence: /900/ },
    breakIt: (machine) => ({
      env: { ...workerSettings(machine), MEMORY_LIMIT_MB: '900' },
      surroundings: { meter: async () => ({ usedMb: 100, limitMb: 512 }) },
    }),
  },
  {
    ...{ ...onWorker, name: 'CONCURRENCY is too high', code: 'doctor/memory-concurrency', status: 'warn' },
    ...{ cure: /^CONCURRENCY=1$/ },
    breakIt: (machine) => ({
      env: { ...workerSettings(machine), CONCURRENCY: '8' },
      surroundings: { meter: async () => ({ usedMb: 100, limitMb: 512 }) },
    }),
  },
  {
    ...{ ...onWorker, name: 'CHROMIUM_PATH names nothing', code: 'doctor/chromium-missing', status: 'fail' },
    ...{ cure: /^CHROMIUM_PATH=/, evidence: /CHROMIUM_PATH names \/nowhere\/chromium/ },
    breakIt: (machine) => ({
      env: { ...workerSettings(machine), CHROMIUM_PATH: '/nowhere/chromium' },
      surroundings: { launch: (options, signal) => createLaunch(options)(undefined, signal) },
    }),
  },
  {
    ...{ ...onWorker, name: 'Chromium lacks a library', code: 'doctor/chromium-fails', status: 'fail' },
    ...{ cure: /reinstall chromium/, evidence: /libnss3\.so: cannot open shared object/ },
    breakIt: async (machine) => {
      const path = join(machine.directory, 'chromium-broken');
      await writeFile(
        path,
        '#!/bin/sh\necho "error while loading libnss3.so: cannot open shared object file" >&2\nexit 127\n',
      );
      await chmod(path, 0o755);
      return {
        env: { ...workerSettings(machine), CHROMIUM_PATH: path },
        surroundings: { launch: (options, signal) => createLaunch(options)(undefined, signal) },
      };
    },
  },
  {
    ...{ ...onWorker, name: 'pages stay empty', code: 'doctor/chromium-blank', status: 'fail', cure: /chromium/ },
    breakIt: (machine) => ({
      env: workerSettings(machine),
      surroundings: { launch: async () => createFakeChromium({ paints: false }) },
    }),
    evidence: /150\.0\.1/,
  },
  {
    ...{ ...onWorker, name: 'there are no fonts', code: 'doctor/fonts-missing', status: 'fail' },
    ...{ cure: /fonts-liberation/ },
    breakIt: (machine) => ({
      env: workerSettings(machine),
      surroundings: { launch: async () => createFakeChromium({ lacks: ['e', '字'] }) },
    }),
  },
  {
    ...{ ...onWorker, name: 'Chinese and emoji have no font', code: 'doctor/fonts-scripts', status: 'warn' },
    ...{ cure: /^sudo apt-get install fonts-noto-cjk fonts-noto-color-emoji$/, evidence: /no font for Chinese/ },
    breakIt: (machine) => ({
      env: workerSettings(machine),
      surroundings: { launch: async () => createFakeChromium({ lacks: ['字', '🦊'] }) },
    }),
  },
  {
    ...{ ...onWorker, name: 'the sandbox is forbidden', code: 'doctor/chromium-sandbox', status: 'warn' },
    ...{ cure: /unprivileged_userns_clone/, evidence: /No usable sandbox/ },
    breakIt: (machine) => ({
      env: workerSettings(machine),
      surroundings: {
        launch: async ({ log }) => {
          log.warn({ reason: 'No usable sandbox!' }, 'Chromium cannot have its sandbox on this machine');
          return createFakeChromium();
        },
      },
    }),
  },
  {
    ...{ ...onWorker, name: 'temporary files cannot be written', code: 'doctor/temporary-directory', status: 'fail' },
    ...{ cure: /^TMPDIR=/, evidence: /ENOENT/ },
    breakIt: (machine) => ({
      env: workerSettings(machine),
      surroundings: { temporaryDirectory: join(machine.directory, 'nowhere') },
    }),
  },
];

describe('faults of the machine', () => testCases(cases));
