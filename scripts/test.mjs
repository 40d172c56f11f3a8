// `npm test`: installs what a fresh clone is missing and runs the suite, or the files that are named after `--`.
// `npm run test:unit` runs tests without browsers and services. `npm run test:watch` repeats that at every change.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ensureChromium, environment, installPackages, nodeProgram, readJson, root, run } from './toolchain.mjs';

/** Rooms whose tests start no browser, no service and no other process, and do not wait on real time for long. */
const UNIT = [
  'test/api/{dialects,policy,dispatch}/**/*.test.ts',
  'test/api/jobs/{accept,journal,pictures,wait,webhooks}/**/*.test.ts',
  'test/shared/{files,net}/**/*.test.ts',
  'test/worker/{intake,picture,production,upstream}/**/*.test.ts',
  'test/worker/browser/{pool,lifecycle}/**/*.test.ts',
  'test/worker/engines/stable-diffusion/{schedulers,pipeline}/**/*.test.ts',
  'test/worker/fit.test.ts',
];
// Many tests start services and browsers of their own. More of them at a time than a small machine has cores would only
// wait for each other. A failed test may leave a service running; its file must still end, and within minutes.
const LIMITS = ['--test-concurrency=2', '--test-timeout=300000', '--test-force-exit'];

const given = process.argv.slice(2);
const files = given.filter((argument) => !argument.startsWith('--'));
const isUnit = given.includes('--unit');
installPackages();
if (!isUnit) {
  installRuntime();
  await ensureChromium();
}
// Node refuses to watch and to force the exit together.
const options = given.includes('--watch') ? ['--watch', '--test-concurrency=2'] : LIMITS;
const wanted = files.length > 0 ? files : isUnit ? UNIT : ['test/**/*.test.ts'];
const isGreen = run(nodeProgram(), ['--test', ...options, ...wanted]);
process.exit(isGreen ? 0 : 1);

/**
 * Installs the optional peer of the engine stable-diffusion for its tests. npm installs a declared optional peer only
 * with --save-prod. The variable keeps the package's installer from downloading CUDA libraries.
 */
function installRuntime() {
  const runtime = readJson('worker/engines/stable-diffusion/runtime.json');
  if (existsSync(join(root, 'node_modules', runtime.package))) return;
  console.log('Installing onnxruntime-node for the tests of Stable Diffusion…');
  const npm = process.env.npm_execpath;
  const [program, first] = npm ? [process.execPath, [npm]] : ['npm', []];
  const flags = ['--no-save', '--save-prod', '--no-audit', '--no-fund'];
  const env = { ...environment, ONNXRUNTIME_NODE_INSTALL: 'skip' };
  const isDone = run(program, [...first, 'install', ...flags, `${runtime.package}@${runtime.version}`], { env });
  if (!isDone) console.log('onnxruntime-node could not be installed. Tests that need it are skipped, and fail in CI.');
}
