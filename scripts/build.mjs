// Compiles to dist/ and copies what the compiler leaves out: the files of pages, and the scripts that the command line
// runs.
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');

rmSync(dist, { recursive: true, force: true });
const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
const compiled = spawnSync(process.execPath, [compiler, '--project', root], { stdio: 'inherit' });
if (compiled.status !== 0) process.exit(compiled.status ?? 1);

const PAGES = ['worker/engines/sketch/page', 'api/http/docs', 'api/page/browser', 'api/page/app'];
const SCRIPTS = ['run-both', 'keep-running', 'surroundings', 'toolchain'].map((name) => `scripts/${name}.mjs`);
for (const path of [...PAGES, ...SCRIPTS]) {
  // The container's build only has the worker.
  if (existsSync(join(root, path))) cpSync(join(root, path), join(dist, path), { recursive: true });
}
const program = join(dist, 'cli', 'easel.js');
if (existsSync(program)) chmodSync(program, 0o755);
