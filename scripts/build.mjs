// Compiles to dist/ and puts beside the code what the compiler leaves out: the pages' own files.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');

rmSync(dist, { recursive: true, force: true });
const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
const compiled = spawnSync(process.execPath, [compiler, '--project', root], { stdio: 'inherit' });
if (compiled.status !== 0) process.exit(compiled.status ?? 1);

for (const pages of ['worker/engines/sketch/page', 'api/http/docs', 'api/page/browser']) {
  const from = join(root, pages);
  if (existsSync(from)) cpSync(from, join(dist, pages), { recursive: true });
}
