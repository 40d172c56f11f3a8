import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { takeFreePort } from '../support/free-port.ts';
import { until } from '../support/poll.ts';
import { removeDirectory } from '../support/remove-directory.ts';

/** The package that `npm pack` makes, installed and used in an empty folder. */

const ROOT = join(import.meta.dirname, '../..');
const MAX_BYTES = 2 * 1024 * 1024;
const run = promisify(execFile);

/** The files that a package is built from. They are copied, because another test may be running the clone's dist/. */
const SOURCES = ['api', 'cli', 'doctor', 'docs', 'scripts', 'shared', 'worker', 'test/tsconfig.json'];
const FILES = ['package.json', 'tsconfig.json', 'README.md', 'LICENSE', 'DEPLOYMENT_GUIDE.md', '.env.example'];

/** An import of a package: `from 'x'`, `import 'x'`, `import('x')`, `import.meta.resolve('x')`. */
const IMPORT = /\b(?:from|import|import\(|import\.meta\.resolve\() ?['"]([@a-z][^'"]*)['"]/g;

interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly files: readonly { readonly path: string; readonly mode: number }[];
}

describe('the package', () => {
  let directory: string;
  let packed: Packed;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'easel-package-'));
    const clone = join(directory, 'clone');
    for (const name of [...SOURCES, ...FILES]) await cp(join(ROOT, name), join(clone, name), { recursive: true });
    await symlink(join(ROOT, 'node_modules'), join(clone, 'node_modules'));
    const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', directory], { cwd: clone });
    // npm 11 answers a list, npm 12 an object by name.
    const answer = JSON.parse(stdout.slice(stdout.search(/^[[{]/m)));
    packed = (Array.isArray(answer) ? answer : Object.values(answer))[0];
  });
  after(() => removeDirectory(directory));

  test('is small, and holds only built files', () => {
    assert.ok(packed.size <= MAX_BYTES, `${packed.size} bytes`);
    const paths = packed.files.map(({ path }) => path);
    const wrong = paths.filter(
      (path) => /(?:^|\/)(?:test|node_modules)\/|\.ts$|\.map$|\.test\./.test(path) && !/\.d\.ts$/.test(path),
    );
    assert.deepEqual(wrong, []);
    for (const path of [
      ...[
        'dist/cli/easel.js',
        'dist/api/main.js',
        'dist/worker/main.js',
        'dist/doctor/main.js',
        'LICENSE',
        'README.md',
      ],
      ...[
        'dist/worker/engines/sketch/page/index.html',
        'dist/api/page/browser/style.css',
        'dist/api/page/app/app.webmanifest',
        'dist/api/http/docs/docs.html',
      ],
      ...['dist/scripts/run-both.mjs', 'dist/worker/browser/process/chromium-places.json', 'DEPLOYMENT_GUIDE.md'],
    ]) {
      assert.ok(paths.includes(path), path);
    }
    const program = packed.files.find(({ path }) => path === 'dist/cli/easel.js');
    assert.equal((program?.mode ?? 0) & 0o111, 0o111);
  });

  test('needs no package beyond its dependencies', async () => {
    const { dependencies, peerDependencies, peerDependenciesMeta } = JSON.parse(
      await readFile(join(ROOT, 'package.json'), 'utf8'),
    );
    for (const name of Object.keys(peerDependencies)) assert.equal(peerDependenciesMeta[name]?.optional, true, name);
    const known = new Set([...Object.keys(dependencies), ...Object.keys(peerDependencies)]);
    const missing = new Set<string>();
    const needed = new Set<string>();
    for (const { path } of packed.files.filter((file) => /^dist\/.*\.m?js$/.test(file.path))) {
      const source = await readFile(join(directory, 'clone', path), 'utf8');
      for (const [, name = ''] of source.matchAll(IMPORT)) {
        const owner = name
          .split('/')
          .slice(0, name.startsWith('@') ? 2 : 1)
          .join('/');
        needed.add(owner);
        if (!name.startsWith('node:') && !builtinModules.includes(name) && !known.has(owner))
          missing.add(`${path}: ${name}`);
      }
    }
    assert.deepEqual([...missing], []);
    for (const name of ['express', 'sharp', 'playwright-core', 'swagger-ui-dist']) assert.ok(needed.has(name), name);
  });

  test('serves pictures from an empty folder, and ends', async (context) => {
    const place = join(directory, 'place');
    await cp(join(directory, packed.filename), join(place, packed.filename));
    await writeFile(join(place, 'package.json'), '{"private":true}');
    const npm = ['install', `./${packed.filename}`, '--prefer-offline', '--omit=dev', '--no-audit', '--no-fund'];
    await run('npm', npm, { cwd: place });
    const easel = join(place, 'node_modules/.bin/easel');
    assert.ok((await stat(easel)).mode & 0o111);
    const home = join(directory, 'home');
    const port = await takeFreePort();
    // Takes the worker's usual port. An error means that another program has it already, which serves the test as well.
    const occupant = createServer((socket) => socket.destroy()).on('error', () => undefined);
    occupant.unref().listen(port + 1, '127.0.0.1');
    await writeFile(join(place, '.env'), `ENGINES=sketch\nSTORES=disk\nPORT=${port}\n`);
    const { PATH, CHROMIUM_PATH } = process.env;
    const env = { PATH, HOME: home, EASEL_URL: `http://127.0.0.1:${port}`, ...(CHROMIUM_PATH && { CHROMIUM_PATH }) };
    const service = spawn(easel, ['serve'], { cwd: place, env, stdio: ['ignore', 'pipe', 'pipe'] });
    context.after(() => service.kill('SIGKILL'));
    const lines: string[] = [];
    const errors: string[] = [];
    createInterface({ input: service.stdout }).on('line', (line) => lines.push(line));
    createInterface({ input: service.stderr }).on('line', (line) => errors.push(line));
    await until(() => lines.some((line) => line.includes('Easel is ready at')), 'it is ready');
    occupant.close();

    const made = await run(easel, ['a red fox', '-o', 'fox.jpg', '--shape', 'landscape', '--seed', '7'], {
      cwd: place,
      env,
    });
    assert.equal(made.stderr, '');
    assert.match(made.stdout, /"engine":"sketch"/);
    const { format, width, height } = await sharp(join(place, 'fox.jpg')).metadata();
    assert.deepEqual({ format, width, height }, { format: 'jpeg', width: 768, height: 512 });
    const page = await fetch(`http://127.0.0.1:${port}/`, { headers: { accept: 'text/html' } });
    assert.match(await page.text(), /<title>/);
    assert.equal((await fetch(`http://127.0.0.1:${port}/docs/assets/swagger-ui.css`)).status, 200);
    assert.match((await run(easel, ['--version'], { env })).stdout, /^\d+\.\d+\.\d+\n$/);
    const examined = await run(easel, ['doctor', '--json'], { cwd: place, env }).catch((error) => error);
    const { checks }: { checks: { code: string; status: string }[] } = JSON.parse(examined.stdout);
    const failed = checks.filter(({ status }) => status === 'fail').map(({ code }) => code);
    // Only faults of the package count, not those of the machine that runs the test.
    assert.deepEqual(
      failed.filter((code) => /packages|built|setting|node/.test(code)),
      [],
      examined.stdout,
    );
    assert.ok(checks.length > 10);

    const ended = once(service, 'exit');
    service.kill('SIGINT');
    assert.deepEqual(await ended, [0, null]);
    assert.deepEqual(errors, []);
    // Pictures and jobs are kept in the home folder, not in the working folder.
    assert.ok((await stat(join(home, '.local/share/easel/images'))).isDirectory());
  });
});
