import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Report, reportSchema } from '../../doctor/report.ts';
import { runDoctor } from '../../doctor/run-doctor.ts';
import type { Services } from '../../doctor/set-up.ts';
import type { Surroundings } from '../../doctor/surroundings.ts';
import { close, listen } from '../../shared/net/http.ts';
import type { Chromium } from '../../worker/browser/process/chromium.ts';
import { removeDirectory } from '../support/remove-directory.ts';

/** A machine without faults, on which a test makes one. */
export interface TestMachine {
  readonly directory: string;
  /** Listens on a free port of loopback until `close`. Resolves with the address. */
  serve(listener: RequestListener): Promise<string>;
  /** Registers what `close` has to release. */
  onClose(release: () => Promise<unknown>): void;
  readonly surroundings: Partial<Surroundings>;
  close(): Promise<void>;
}

export const TOKEN = 'token-of-both-services-0123';

export async function openTestMachine(): Promise<TestMachine> {
  const directory = await mkdtemp(join(tmpdir(), 'easel-doctor-'));
  const releases: (() => Promise<unknown>)[] = [];
  const root = join(directory, 'package');
  await mkdir(join(directory, 'proc', 'self'), { recursive: true });
  await mkdir(root);
  await writeFile(join(root, 'package.json'), '{}');
  const surroundings: Partial<Surroundings> = {
    ...{ root, proc: join(directory, 'proc'), temporaryDirectory: directory },
    meter: async () => ({ usedMb: 100 }),
    launch: async () => createFakeChromium(),
  };
  return {
    directory,
    surroundings,
    serve: async (listener) => {
      const server = createServer(listener);
      const { port } = await listen(server, 0, '127.0.0.1');
      releases.push(() => close(server, 0));
      return `http://127.0.0.1:${port}`;
    },
    onClose: (release) => void releases.push(release),
    close: async () => {
      await Promise.all(releases.map((release) => release()));
      await removeDirectory(directory);
    },
  };
}

/** Settings with which the worker is healthy on any machine. */
export const workerSettings = ({ directory }: TestMachine) => ({
  ...{ PORT: '0', HOST: '127.0.0.1', WORKER_TOKEN: TOKEN, ENGINES: 'sketch', STORES: 'disk' },
  ...{ DATA_DIR: join(directory, 'data'), DISK_MAX_MB: '1' },
});

export const gatewaySettings = ({ directory }: TestMachine, workerUrl: string) => ({
  ...{ PORT: '0', HOST: '127.0.0.1', WORKER_TOKEN: TOKEN, WORKER_URL: workerUrl },
  ...{ DATA_DIR: join(directory, 'data'), DISK_MAX_MB: '1' },
});

interface FakeChromiumOptions {
  readonly paints?: boolean;
  /** Letters without a font. */
  readonly lacks?: readonly string[];
}

/** A browser whose page answers the doctor's two questions: whether it paints, and which letters it can show. */
export function createFakeChromium({ paints = true, lacks = [] }: FakeChromiumOptions = {}): Chromium {
  const evaluate = async (_question: unknown, letters?: readonly string[]) =>
    letters === undefined ? paints : letters.map((letter) => !lacks.includes(letter));
  return {
    browser: { version: () => '150.0.1' },
    ownContext: { newPage: async () => ({ evaluate }) },
    beforeClose: (work: () => unknown) => work(),
    close: async () => undefined,
  } as unknown as Chromium;
}

export interface Diagnosis {
  readonly report: Report;
  readonly exitCode: number;
  /** Standard output. */
  readonly output: string;
}

/** Runs the doctor with `--json`, and checks its report against the documented shape. */
export async function examine(
  env: Readonly<Record<string, string | undefined>>,
  service: Services,
  surroundings: Partial<Surroundings>,
): Promise<Diagnosis> {
  const { output, exitCode } = await print(['--json', '--service', service], env, surroundings);
  return { output, exitCode, report: reportSchema.parse(JSON.parse(output)) };
}

export async function print(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  { setUp: _given, ...surroundings }: Partial<Surroundings>,
): Promise<{ readonly output: string; readonly exitCode: number }> {
  let output = '';
  const stdout = { write: (text: string) => (output += text) };
  const exitCode = await runDoctor(argv, { env, stdout, surroundings });
  return { output, exitCode };
}
