import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createLog } from '../shared/service/log.ts';
import { readVersion } from '../shared/service/run-service.ts';
import { createLaunch } from '../worker/browser/process/launch.ts';
import { createMemoryMeter } from '../worker/browser/process/memory.ts';
import { allSettings } from './checks/settings.ts';
import { examine } from './examine.ts';
import { createHideSecrets } from './hide-secrets.ts';
import { toExitCode, toReport, toText } from './report.ts';
import { type Environment, SERVICES, type Services, toSetUp } from './set-up.ts';
import type { Surroundings } from './surroundings.ts';

export interface DoctorOptions {
  /** With the settings of `.env`, if there are any. */
  readonly env: Environment;
  readonly stdout: { write(text: string): unknown };
  /** Tests replace parts of this machine. */
  readonly surroundings?: Partial<Surroundings>;
  readonly signal?: AbortSignal;
}

const USAGE = `Usage: doctor [--json] [--service gateway|worker|both]

Says what works and what does not on this machine, and how to mend it. Changes nothing, and spends nothing.

  --json      the report as JSON (docs/doctor.md)
  --service   which services to check; by default the settings decide

Exit code: 0 healthy, 1 warnings, 2 something does not work, 64 wrong arguments.
`;

/** EX_USAGE of sysexits.h. */
const EXIT_USAGE = 64;

/** Runs every check and prints the report. Resolves with the exit code: 0 healthy, 1 warnings, 2 failures, 64 wrong arguments. */
export async function runDoctor(argv: readonly string[], options: DoctorOptions): Promise<number> {
  const { env, stdout, signal = new AbortController().signal } = options;
  const wanted = readArguments(argv);
  if (wanted === undefined || wanted.help) {
    stdout.write(USAGE);
    return wanted === undefined ? EXIT_USAGE : 0;
  }
  const surroundings: Surroundings = {
    setUp: toSetUp(env, wanted.service),
    version: readVersion(),
    root: findRoot(),
    nodeVersion: process.versions.node,
    proc: '/proc',
    temporaryDirectory: tmpdir(),
    meter: createMemoryMeter(),
    launch: (launchOptions, launching) => createLaunch(launchOptions)(undefined, launching),
    now: Date.now,
    log: createLog({ service: 'doctor', level: 'silent', destination: { write: () => undefined } }),
    ...options.surroundings,
  };
  const startedAt = new Date(surroundings.now()).toISOString();
  const results = await examine(surroundings, signal);
  const { services, reason } = surroundings.setUp;
  const hide = createHideSecrets(env, allSettings);
  const report = toReport({ version: surroundings.version, startedAt, setUp: { services, reason }, results, hide });
  stdout.write(wanted.json ? `${JSON.stringify(report, undefined, 2)}\n` : toText(report));
  return toExitCode(report);
}

interface DoctorArguments {
  readonly json: boolean;
  readonly help: boolean;
  readonly service?: Services | undefined;
}

/** Undefined when an argument is unknown. */
function readArguments(argv: readonly string[]): DoctorArguments | undefined {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
        service: { type: 'string' },
      },
    });
    const { json, help, service: given } = values;
    const service = SERVICES.find((name) => name === given);
    return given !== undefined && service === undefined ? undefined : { json, help, service };
  } catch {
    // parseArgs throws only for an unknown argument.
    return undefined;
  }
}

/** The folder of package.json, which is one level above this file, or above dist/. */
function findRoot(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const above = dirname(here);
  return existsSync(join(above, 'package.json')) ? above : dirname(above);
}
