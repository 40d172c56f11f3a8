import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { root, sourceFiles } from '../architecture/source-files.ts';
import { DOCKERFILES, type Instruction, lastStage, readDockerfile } from './dockerfile.ts';

const read = (file: string): string => readFileSync(join(root, file), 'utf8');

/** Paths of the project that a Dockerfile copies. */
function copied(instructions: readonly Instruction[]): string[] {
  return instructions
    .filter(({ keyword, value }) => keyword === 'COPY' && !value.startsWith('--from='))
    .flatMap(({ value }) => value.split(/\s+/).slice(0, -1));
}

/** Whether .dockerignore lets the path through. It excludes everything except its lines with `!`. */
function isSent(path: string): boolean {
  const lines = read('.dockerignore').split('\n').filter(Boolean);
  assert.equal(lines[0], '*');
  return lines.some((line) => line.startsWith('!') && (line.slice(1) === path || path.startsWith(`${line.slice(1)}/`)));
}

const scripts = JSON.parse(read('package.json')).scripts as Record<string, string>;
/** Names of the packages that the files of a service import. */
function packagesOf(service: 'api' | 'worker'): Set<string> {
  const files = sourceFiles.filter((file) => file.startsWith(`${service}/`) || file.startsWith('shared/'));
  const imports = files.flatMap((file) => [
    ...read(file).matchAll(/(?:from|import|import\.meta\.resolve)\s*\(?\s*'(@?[a-z][^':]*)'/g),
  ]);
  return new Set(
    imports.map(([, path = '']) =>
      path
        .split('/')
        .slice(0, path.startsWith('@') ? 2 : 1)
        .join('/'),
    ),
  );
}

for (const file of DOCKERFILES) {
  describe(file, () => {
    const instructions = readDockerfile(file);
    const image = lastStage(instructions);
    const argumentOf = (keyword: string): string | undefined =>
      image.find((instruction) => instruction.keyword === keyword)?.value;
    const isGateway = file.endsWith('gateway');

    test('copies only files that exist and that .dockerignore lets through', () => {
      const sources = copied(instructions);
      assert.ok(sources.includes('shared'));
      assert.deepEqual(
        sources.filter((path) => globSync(path, { cwd: root }).length === 0 || !isSent(path)),
        [],
      );
    });

    test('runs the command of the package’s script, without npm', () => {
      const command = JSON.parse(argumentOf('CMD') ?? '[]') as string[];
      assert.equal(`exec ${command.join(' ')}`, scripts[isGateway ? 'start:api' : 'start:worker']);
      assert.equal(argumentOf('STOPSIGNAL'), 'SIGTERM');
      const entrypoint = argumentOf('ENTRYPOINT');
      assert.deepEqual(entrypoint && JSON.parse(entrypoint), isGateway ? undefined : ['tini', '-s', '--']);
    });

    test('checks its health at the port that it exposes, without another program', () => {
      const [, command = ''] = /CMD (\[.*\])$/.exec(argumentOf('HEALTHCHECK') ?? '') ?? [];
      const [program, flag, script = ''] = JSON.parse(command) as string[];
      assert.deepEqual([program, flag], ['node', '-e']);
      assert.ok(script.includes(`port: process.env.PORT || ${argumentOf('EXPOSE')}, path: '/health'`));
    });

    test('runs as an ordinary user by number, in the group that OpenShift gives every user', () => {
      assert.equal(argumentOf('USER'), '1000:0');
    });

    test('removes no package that its service imports', () => {
      const removed = instructions
        .filter(({ keyword }) => keyword === 'RUN')
        .flatMap(({ value }) => [...value.matchAll(/rm -rf ((?:node_modules\/\S+ ?)+)/g)])
        .flatMap(([, paths = '']) => paths.trim().split(' '))
        .map((path) => path.slice('node_modules/'.length));
      assert.ok(removed.length > 0);
      const needed = packagesOf(isGateway ? 'api' : 'worker');
      assert.ok(needed.has('express') && needed.has('zod'), 'the test finds the imports');
      assert.deepEqual(
        removed.filter((name) => needed.has(name)),
        [],
      );
    });
  });
}
