import assert from 'node:assert/strict';
import { dirname } from 'node:path';
import { describe, test } from 'node:test';
import { importsOf, readSource, sourceFiles } from './source-files.ts';

/** Imports go one way. The first pattern that fits a file says what it may import, besides files of its own folder. */
const MAY_IMPORT: ReadonlyArray<readonly [file: RegExp, allowed: readonly RegExp[]]> = [
  [/^shared\//, [/^shared\//]],
  // The command line is a client of the gateway: it uses HTTP, and starts the services as processes.
  [/^cli\//, [/^shared\//, /^cli\//, /^scripts\/(run-both|toolchain)\.mjs$/]],
  [/^api\/dialects\/index\.ts$/, [/^api\/dialects\//]],
  [
    /^api\/dialects\//,
    [/^shared\//, /^api\/dialects\/(?!index\.ts)[\w-]+\.ts$/, /^api\/(jobs\/job|page\/answers)\.ts$/],
  ],
  [/^api\/page\//, [/^shared\//, /^api\/page\//, /^api\/dialects\/dialect\.ts$/]],
  [/^api\/jobs\//, [/^shared\//, /^api\/dispatch\//, /^api\/jobs\//]],
  [/^api\/dispatch\//, [/^shared\//, /^api\/dispatch\//]],
  [/^api\/policy\//, [/^shared\//, /^api\/policy\//]],
  [/^api\/http\/middleware\//, [/^shared\//, /^api\/(jobs\/job|dialects\/dialect)\.ts$/]],
  [/^api\//, [/^shared\//, /^api\/(?!dialects\/[\w-]+\/)/]],
  [/^worker\/(engines|stores)\/index\.ts$/, [/^shared\//, /^worker\/(engines|stores)\//]],
  [
    /^worker\/engines\/[\w-]+\/.*/,
    [
      /^shared\//,
      /^worker\/engines\/(engine|service-(plugin|calls|description|sizes)|daily-allowance|cancellations)\.ts$/,
      /^worker\/(browser|picture|subprocess|upstream)\//,
    ],
  ],
  [/^worker\/stores\/[\w-]+\/.*/, [/^shared\//, /^worker\/stores\/store\.ts$/, /^worker\/upstream\//]],
  [/^worker\/subprocess\//, [/^shared\//, /^worker\/subprocess\//]],
  [/^worker\/(browser|picture|upstream)\//, [/^shared\//, /^worker\/(browser|picture|subprocess|upstream)\//]],
  [/^worker\//, [/^shared\//, /^worker\//]],
  // The doctor is outside both services and uses the services' own code to check them.
  [
    /^doctor\//,
    [
      /^shared\//,
      /^doctor\//,
      /^api\/config\.ts$/,
      /^api\/http\/status\.ts$/,
      /^api\/policy\/rules\//,
      /^worker\/config\.ts$/,
      /^worker\/(engines|stores)\/(index|engine|store)\.ts$/,
      /^worker\/(browser|upstream)\//,
    ],
  ],
];

/** The folder of a plug-in's file, for instance `worker/engines/perchance`. */
const plugInOf = (file: string): string | undefined =>
  /^(?:api\/dialects|worker\/engines|worker\/stores)\/[\w-]+(?=\/)/.exec(file)?.[0];

function isAllowed(file: string, imported: string): boolean {
  const plugIn = plugInOf(file);
  const isOwn = plugIn === undefined ? dirname(file) === dirname(imported) : imported.startsWith(`${plugIn}/`);
  const [, allowed = []] = MAY_IMPORT.find(([pattern]) => pattern.test(file)) ?? [];
  return isOwn || allowed.some((pattern) => pattern.test(imported));
}

describe('the modules', () => {
  test('import one way', () => {
    const wrong = sourceFiles.flatMap((file) =>
      importsOf(file)
        .filter((imported) => !isAllowed(file, imported))
        .map((imported) => `${file} may not import ${imported}`),
    );
    assert.deepEqual(wrong, []);
    assert.ok(sourceFiles.length > 50);
  });

  test('of api and worker never import each other', () => {
    const wrong = sourceFiles.flatMap((file) =>
      importsOf(file)
        .filter((imported) => [file, imported].every((path) => /^(api|worker)\//.test(path)))
        .filter((imported) => file.split('/')[0] !== imported.split('/')[0]),
    );
    assert.deepEqual(wrong, []);
  });

  test('of services never import the doctor', () => {
    const wrong = sourceFiles.filter((file) => !file.startsWith('doctor/')).flatMap(importsOf);
    assert.deepEqual(
      wrong.filter((imported) => imported.startsWith('doctor/')),
      [],
    );
  });

  test('that start a service are the only ones that read the environment', () => {
    const readers = sourceFiles.filter((file) => readSource(file).includes('process.env'));
    const allowed =
      /^(shared\/service\/run-service|api\/main|worker\/main|worker\/[\w/-]+\/(child|open|check)[\w-]*)\.ts$/;
    assert.deepEqual(
      readers.filter((file) => !allowed.test(file)),
      [],
    );
  });
});
