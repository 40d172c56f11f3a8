import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { toNodeFault } from '../../shared/service/require-node.ts';
import { type Check, type Finding, fail, pass, skip, warn } from '../check.ts';
import type { Surroundings } from '../surroundings.ts';

const SUBJECT = 'machine';

/** Checks Node, the packages, the build, and how running services were started. */
export const machineChecks = (surroundings: Surroundings): readonly Check[] => [
  { subject: SUBJECT, title: 'Node', run: () => [checkNode(surroundings)] },
  { subject: SUBJECT, title: 'the packages', run: () => checkPackages(surroundings) },
  { subject: SUBJECT, title: 'how services were started', run: () => checkParents(surroundings) },
];

function checkNode({ nodeVersion }: Surroundings): Finding {
  const fault = toNodeFault(nodeVersion);
  if (fault !== undefined) return fail('doctor/node-old', SUBJECT, { evidence: [fault] });
  return pass('doctor/node', SUBJECT, `Node ${nodeVersion} has what the services need.`);
}

/** Only a clone has a lock file. An installed package brings its dependencies and its build along. */
function checkPackages({ root, setUp }: Surroundings): readonly Finding[] {
  const lock = join(root, 'package-lock.json');
  if (!existsSync(lock)) return [pass('doctor/packages', SUBJECT, 'Easel was installed as a package.')];
  const installed = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installed)) {
    return [fail('doctor/packages-missing', SUBJECT, { evidence: [`there is no ${installed}`] })];
  }
  const findings: Finding[] = [];
  if (statSync(installed).mtimeMs < statSync(lock).mtimeMs) {
    const evidence = ['package-lock.json is newer than node_modules'];
    findings.push(warn('doctor/packages-missing', SUBJECT, { evidence }));
  }
  // `npm start` builds dist/ by itself.
  const isBuilt = setUp.ownsWorker || existsSync(join(root, 'dist', 'api', 'main.js'));
  if (!isBuilt) findings.push(warn('doctor/not-built', SUBJECT));
  if (findings.length > 0) return findings;
  return [pass('doctor/packages', SUBJECT, 'The packages are installed, and dist/ is built where it is needed.')];
}

const ENTRY = /(?:^|\/)(api|worker)\/main\.[jt]s$/;
const NPM = /(?:^|\/)(?:npm|npm-cli\.js|npx|npx-cli\.js|pnpm|yarn)$/;

/** Looks for a service whose parent, or the shell in between, is npm. */
function checkParents({ proc, root }: Surroundings): readonly Finding[] {
  if (!existsSync(join(proc, 'self'))) {
    return [skip('doctor/termination', SUBJECT, 'This system does not say which process started another.')];
  }
  const services = readdirSync(proc)
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      const entry = readArguments(proc, pid)
        .map((argument) => ENTRY.exec(argument)?.[1])
        .find(Boolean);
      return entry === undefined || !isOurs(proc, pid, root) ? [] : [{ pid, entry }];
    });
  if (services.length === 0) return [skip('doctor/termination', SUBJECT, 'No service runs here now.')];
  const behind = services.filter(({ pid }) => isBehindNpm(proc, pid));
  if (behind.length === 0) return [pass('doctor/termination', SUBJECT, 'SIGTERM reaches the services that run here.')];
  const evidence = behind.map(({ pid, entry }) => `process ${pid} (${entry}) was started by npm`);
  const fixes = behind.map(
    ({ entry }) => `node dist/${entry}/main.js (with the options of start:${entry} in package.json)`,
  );
  return [warn('doctor/started-by-npm', SUBJECT, { evidence, fixes })];
}

/** Other installations of Easel on this machine are not checked. */
function isOurs(proc: string, pid: string, root: string): boolean {
  try {
    return statSync(join(proc, pid, 'cwd')).ino === statSync(root).ino;
  } catch {
    // The process has ended, or belongs to another user.
    return false;
  }
}

function isBehindNpm(proc: string, pid: string): boolean {
  const parent = parentOf(proc, pid);
  const grandparent = parent === undefined ? undefined : parentOf(proc, parent);
  return [parent, grandparent].some(
    (above) => above !== undefined && toPrograms(readArguments(proc, above)).some((program) => NPM.test(program)),
  );
}

/** Names of the program and of the script that node runs. npm calls its process `npm run start:api`. */
const toPrograms = ([program = '', script = '']: readonly string[]): string[] => [program.split(' ')[0] ?? '', script];

function parentOf(proc: string, pid: string): string | undefined {
  const stat = read(join(proc, pid, 'stat'));
  // The name, in brackets, may hold spaces and brackets. State and parent follow the last bracket.
  return stat.slice(stat.lastIndexOf(')')).split(' ')[2];
}

const readArguments = (proc: string, pid: string): string[] => read(join(proc, pid, 'cmdline')).split('\0');

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // The process has ended in the meantime.
    return '';
  }
}
