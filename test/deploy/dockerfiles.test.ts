import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { root, sourceFiles } from '../architecture/source-files.ts';
import { DOCKERFILES, type Instruction, lastStage, readDockerfile } from './dockerfile.ts';

const read = (file: string): string => readFileSync(join(root, file), 'utf8');

/** Paths of the project that a Dockerfile copies from, left of each COPY's target. */
function copied(instructions: readonly Instruction[]): string[] {
  return instructions
    .filter(({ keyword, value }) => keyword === 'COPY' && !value.startsWith('--from='))
    .flatMap(({ value }) => value.split(/\s+/).slice(0, -1));
}

/** What .dockerignore lets through: everything is left out but the lines with `!`. */
function isSent(path: string): boolean {
  const lines = read('.dockerignore').split('\n').filter(Boolean);
  assert.equal(lines[0], '*');
  return lines.some((line) => line.startsWith('!') && (line.slice(1) === path || path.startsWith(`${line.slice(1)}/`)));
}

const scripts = JSON.parse(read('package.json')).scripts as Record<string, string>;
/** Packages that the files of a service import, by the name that stands in node_modules. */
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
    const told = (keyword: string): string | undefined =>
      image.find((instruction) => instruction.keyword === keyword)?.value;
    const isGateway = file.endsWith('gateway');

    test('copies what is there and what .dockerignore sends', () => {
      const sources = copied(instructions);
      assert.ok(sources.includes('shared'));
      assert.deepEqual(
        sources.filter((path) => globSync(path, { cwd: root }).length === 0 || !isSent(path)),
        [],
      );
    });

    test('starts what the package’s own script starts, directly', () => {
      const command = JSON.parse(told('CMD') ?? '[]') as string[];
      assert.equal(`exec ${command.join(' ')}`, scripts[isGateway ? 'start:api' : 'start:worker']);
      assert.equal(told('STOPSIGNAL'), 'SIGTERM');
      const entrypoint = told('ENTRYPOINT');
      assert.deepEqual(entrypoint && JSON.parse(entrypoint), isGateway ? undefined : ['tini', '-s', '--']);
    });

    test('asks for its health at the port that it exposes, without another program', () => {
      const [, command = ''] = /CMD (\[.*\])$/.exec(told('HEALTHCHECK') ?? '') ?? [];
      const [program, flag, script = ''] = JSON.parse(command) as string[];
      assert.deepEqual([program, flag], ['node', '-e']);
      assert.ok(script.includes(`port: process.env.PORT || ${told('EXPOSE')}, path: '/health'`));
    });

    test('runs as an ordinary user, told by number, in the group that OpenShift gives any user', () => {
      assert.equal(told('USER'), '1000:0');
    });

    test('removes no package that its service imports', () => {
      const removed = instructions
        .filter(({ keyword }) => keyword === 'RUN')
        .flatMap(({ value }) => [...value.matchAll(/rm -rf ((?:node_modules\/\S+ ?)+)/g)])
        .flatMap(([, paths = '']) => paths.trim().split(' '))
        .map((path) => path.slice('node_modules/'.length));
      assert.ok(removed.length > 0);
      const needed = packagesOf(isGateway ? 'api' : 'worker');
      assert.ok(needed.has('express') && needed.has('zod'), 'the imports are found');
      assert.deepEqual(
        removed.filter((name) => needed.has(name)),
        [],
      );
    });
  });
}
