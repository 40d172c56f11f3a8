import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { longFunctions } from './long-functions.ts';
import { importsOf, readSource, sourceFiles } from './source-files.ts';

/** The folders of each service. A file that fits none of these patterns is in a wrong folder. */
const ROOMS: readonly RegExp[] = [
  /^shared\/(errors|random-text|remember|wait)\.ts$/,
  /^shared\/(contract|queue|net|files|picture|service|telemetry)\//,
  /^api\/(main|config)\.ts$/,
  /^api\/(http|dialects|policy|dispatch|page|telemetry)\//,
  /^api\/jobs\/[\w-]+\.ts$/,
  /^api\/jobs\/(accept|wait|pictures|webhooks|backends|journal)\//,
  /^worker\/(main|config|worker|plugins)\.ts$/,
  /^worker\/(http|intake|production|upstream|picture|engines|stores|subprocess|telemetry)\//,
  /^worker\/browser\/(pages|supervisor)\.ts$/,
  /^worker\/browser\/(process|pool|lifecycle)\//,
  /^cli\/[\w-]+\.ts$/,
  /^cli\/(preview|local)\//,
  /^doctor\/[\w-]+\.ts$/,
  /^doctor\/(checks|codes)\//,
];

/** With more files in one folder a newcomer no longer finds the right one. */
const MAX_FILES_IN_A_ROOM = 20;
/** A longer file usually has more than one purpose. */
const MAX_LINES = 250;
/** Lines without those of inner functions, because a `createX` contains the functions that share its state. */
const MAX_FUNCTION_LINES = 60;
/** Folders that are lists, and may hold any number of files. */
const COLLECTIONS =
  /^(api\/policy\/vocabulary|worker\/engines\/(sketch\/page\/\w+|stable-diffusion\/schedulers|perchance))$/;

const folderOf = (file: string): string => file.slice(0, file.lastIndexOf('/'));

/** Every file that a file reaches by its imports, itself excluded unless it reaches itself. */
function reachedFrom(start: string, imports: ReadonlyMap<string, readonly string[]>): Set<string> {
  const reached = new Set<string>();
  const open = [start];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    for (const next of imports.get(file) ?? []) {
      if (reached.has(next)) continue;
      reached.add(next);
      open.push(next);
    }
  }
  return reached;
}

describe('the folders', () => {
  const imports = new Map(sourceFiles.map((file) => [file, importsOf(file)]));

  test('contain every file', () => {
    assert.deepEqual(
      sourceFiles.filter((file) => !ROOMS.some((room) => room.test(file))),
      [],
    );
  });

  test('have a limited number of files', () => {
    const counts = new Map<string, number>();
    for (const file of sourceFiles) counts.set(folderOf(file), (counts.get(folderOf(file)) ?? 0) + 1);
    assert.deepEqual(
      [...counts].filter(([folder, count]) => count > MAX_FILES_IN_A_ROOM && !COLLECTIONS.test(folder)),
      [],
    );
  });

  test('have files of limited length', () => {
    assert.deepEqual(
      sourceFiles.filter((file) => readSource(file).split('\n').length - 1 > MAX_LINES),
      [],
    );
  });

  test('have functions of limited length', () => {
    // A `main.ts` wires its service by hand in one long function.
    const files = sourceFiles.filter((file) => !file.endsWith('/main.ts'));
    const long = files.flatMap((file) => longFunctions(file, MAX_FUNCTION_LINES));
    assert.deepEqual(long, []);
  });

  test('both services use every file of shared/', () => {
    const usedBy = (service: string): Set<string> =>
      new Set(
        sourceFiles.filter((file) => file.startsWith(service)).flatMap((file) => [...reachedFrom(file, imports)]),
      );
    const [api, worker] = [usedBy('api/'), usedBy('worker/')];
    const oneSided = sourceFiles
      .filter((file) => file.startsWith('shared/'))
      .filter((file) => !api.has(file) || !worker.has(file));
    assert.deepEqual(oneSided, []);
  });

  test('no imports are circular', () => {
    assert.deepEqual(
      sourceFiles.filter((file) => reachedFrom(file, imports).has(file)),
      [],
    );
  });
});
