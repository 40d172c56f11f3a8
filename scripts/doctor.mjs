// `npm run doctor`: checks that TypeScript can run at all, then starts the doctor. Plain JavaScript that Node 20 runs.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { environment, nodeProgram, readJson, root } from './toolchain.mjs';

const args = process.argv.slice(2);
const EXIT_FAILED = 2;

// Without the packages the doctor itself cannot be loaded.
if (!existsSync(join(root, 'node_modules', '.package-lock.json'))) {
  print({
    code: 'doctor/packages-missing',
    subject: 'machine',
    status: 'fail',
    message: 'The packages of package-lock.json are not installed, or are those of an older version.',
    evidence: ['there is no node_modules/.package-lock.json'],
    fixes: ['npm ci'],
    ms: 0,
  });
  process.exit(EXIT_FAILED);
}

// An older Node runs TypeScript only with a flag, and warns that this is experimental.
const flags = ['--experimental-strip-types', '--disable-warning=ExperimentalWarning'];
const { status, signal } = spawnSync(nodeProgram(), [...flags, join(root, 'doctor', 'main.ts'), ...args], {
  cwd: root,
  env: environment,
  stdio: 'inherit',
});
process.exit(signal === null ? (status ?? EXIT_FAILED) : EXIT_FAILED);

/** The report of one check, in the shape of doctor/report.ts. */
function print(check) {
  if (!args.includes('--json')) {
    console.log(`FAIL  ${check.subject}: ${check.message}  [${check.code}]`);
    console.log(`      cure: ${check.fixes.join(', ')}, then npm run doctor again`);
    return;
  }
  const report = {
    version: readJson('package.json').version,
    startedAt: new Date().toISOString(),
    setUp: { services: 'both', reason: 'no setting was read' },
    summary: { pass: 0, warn: 0, fail: 1, skipped: 0 },
    checks: [check],
  };
  console.log(JSON.stringify(report, undefined, 2));
}
