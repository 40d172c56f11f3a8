// Prepares a fresh clone until its TypeScript can run. Plain JavaScript that Node 20 runs.
// The command line, which has no clone, uses a copy in dist/. The root is then dist/.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));
const bin = join(root, 'node_modules', '.bin');

if (Number.parseInt(process.versions.node, 10) < 20)
  fail(
    `Easel needs Node 20 or newer to begin with, and brings Node 24 along; this is Node ${process.versions.node}.`,
    78,
  );

/** The environment of every command. The project's own Node 24 comes first on its path. */
export const environment = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ''}` };

/** Runs a command in the project and shows its output. Returns whether it succeeded. */
export function run(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, env: environment, stdio: 'inherit', ...options });
  return result.status === 0;
}

export function fail(message, code = 1) {
  console.error(`\n${message}\n`);
  process.exit(code);
}

/** The project's own Node, or the present one if npm ran without install scripts. */
export function nodeProgram() {
  const own = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  return existsSync(own) ? own : process.execPath;
}

/** Installs the packages of the lock file if they are missing or older than the file. */
export function installPackages() {
  const lock = join(root, 'package-lock.json');
  const installed = join(root, 'node_modules', '.package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return;
  console.log('Installing packages…');
  // The npm that runs this script, whatever its name on this system.
  const npm = process.env.npm_execpath;
  const isDone = npm
    ? run(process.execPath, [npm, 'ci', '--no-audit', '--no-fund'])
    : run('npm', ['ci', '--no-audit', '--no-fund']);
  if (!isDone) fail('npm ci failed: see above. The first start needs the npm registry.');
}

/** Reads data that the TypeScript code uses too. */
export function readJson(path) {
  return JSON.parse(readFileSync(join(root, path), 'utf8'));
}

/** Where Playwright's downloader puts its browsers (playwright.dev/docs/browsers). */
function playwrightFolder() {
  if (process.env.PLAYWRIGHT_BROWSERS_PATH) return process.env.PLAYWRIGHT_BROWSERS_PATH;
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'ms-playwright');
  if (process.platform === 'win32') return join(process.env.LOCALAPPDATA ?? homedir(), 'ms-playwright');
  return join(homedir(), '.cache', 'ms-playwright');
}

function hasPlaywrightChromium() {
  const folder = playwrightFolder();
  return existsSync(folder) && readdirSync(folder).some((name) => name.startsWith('chromium'));
}

function hasChromium() {
  const configured = environment.CHROMIUM_PATH;
  if (configured && !existsSync(configured)) fail(`CHROMIUM_PATH names ${configured}, and there is no such file.`);
  const { shells, browsers } = readJson('worker/browser/process/chromium-places.json');
  const isInstalled = [...shells, ...browsers].some((path) => existsSync(path));
  return Boolean(configured) || isInstalled || hasPlaywrightChromium();
}

/** Finds or installs a Chromium that Playwright can drive. If both fail, says what to run instead of `command`. */
export async function ensureChromium(command = 'npm start') {
  if (hasChromium()) return;
  console.log('No Chromium found; getting one…');
  if (await canReachPlaywright()) run(process.execPath, [playwrightProgram(), 'install', '--only-shell', 'chromium']);
  if (!hasChromium()) installFromSystem();
  if (!hasChromium()) fail(noChromiumText(command));
}

/** Path of Playwright's command, wherever npm has put the package. */
function playwrightProgram() {
  return join(dirname(createRequire(import.meta.url).resolve('playwright-core/package.json')), 'cli.js');
}

const noChromiumText = (command) => `Easel needs a Chromium and could not install one. Any of these works:
  Debian, Ubuntu:  sudo apt-get install chromium-headless-shell fonts-liberation
  anywhere:        npx playwright-core install --only-shell chromium
  or an installed one:  CHROMIUM_PATH=/path/to/chromium ${command}`;

const PLAYWRIGHT_HOST = 'https://cdn.playwright.dev';
const REACH_TIMEOUT_MS = 4000;

async function canReachPlaywright() {
  try {
    await fetch(PLAYWRIGHT_HOST, { method: 'HEAD', signal: AbortSignal.timeout(REACH_TIMEOUT_MS) });
    return true;
  } catch (error) {
    console.log(`Playwright's download host cannot be reached (${error.cause?.code ?? error.name}).`);
    return false;
  }
}

/** Debian's headless shell needs half the memory of the whole browser. */
export function installFromSystem(packages = ['chromium-headless-shell', 'fonts-liberation']) {
  if (!existsSync('/usr/bin/apt-get')) return;
  const isRoot = process.getuid?.() === 0;
  const sudo = isRoot ? [] : ['sudo', '-n'];
  const apt = (...args) => {
    const [command, ...rest] = [...sudo, 'apt-get', ...args];
    return run(command, rest, { env: { ...environment, DEBIAN_FRONTEND: 'noninteractive' } });
  };
  if (apt('update', '-qq')) apt('install', '-y', '-qq', '--no-install-recommends', ...packages);
}

/** Compiles to dist/. It takes a fraction of a second, so it is never skipped. */
export function build() {
  if (!run(nodeProgram(), [join(root, 'scripts', 'build.mjs')])) fail('The build failed: see above.');
}
