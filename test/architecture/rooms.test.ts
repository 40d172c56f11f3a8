import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { longFunctions } from './long-functions.ts';
import { importsOf, readSource, sourceFiles } from './source-files.ts';

/** The rooms of each service. A file that fits none of these patterns stands in the wrong place. */
const ROOMS: readonly RegExp[] = [
  /^shared\/(errors|random-text|remember|wait)\.ts$/,
  /^shared\/(contract|queue|net|files|picture|service|telemetry)\//,
  /^api\/(main|config)\.ts$/,
  /^api\/(http|dialects|policy|dispatch|page|telemetry)\//,
  /^api\/jobs\/[\w-]+\.ts$/,
  /^api\/jobs\/(accept|wait|pictures|webhooks|backends|journal)\//,
  /^worker\/(main|config|worker|plugins)\.ts$/,
  /^worker\/(http|intake|production|upstream|picture|engines|stores|telemetry)\//,
  /^worker\/browser\/(pages|supervisor)\.ts$/,
  /^worker\/browser\/(process|pool|lifecycle)\//,
  /^cli\/[\w-]+\.ts$/,
  /^cli\/(preview|local)\//,
  /^doctor\/[\w-]+\.ts$/,
  /^doctor\/(checks|codes)\//,
];

/** More loose files than this in one folder, and a newcomer no longer finds the way. */
const MAX_FILES_IN_A_ROOM = 20;
/** A longer file does more than one thing. */
const MAX_LINES = 250;
/** Without the lines of the functions inside it: a `createX` holds the functions that share its state. */
const MAX_FUNCTION_LINES = 60;
/** Lists of like things, where the number is the point. */
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

describe('the rooms', () => {
  const imports = new Map(sourceFiles.map((file) => [file, importsOf(file)]));

  test('every file stands in one of the rooms', () => {
    assert.deepEqual(
      sourceFiles.filter((file) => !ROOMS.some((room) => room.test(file))),
      [],
    );
  });

  test('no room is crowded', () => {
    const counts = new Map<string, number>();
    for (const file of sourceFiles) counts.set(folderOf(file), (counts.get(folderOf(file)) ?? 0) + 1);
    assert.deepEqual(
      [...counts].filter(([folder, count]) => count > MAX_FILES_IN_A_ROOM && !COLLECTIONS.test(folder)),
      [],
    );
  });

  test('no file is too long to be read at once', () => {
    assert.deepEqual(
      sourceFiles.filter((file) => readSource(file).split('\n').length - 1 > MAX_LINES),
      [],
    );
  });

  test('no function is too long to be read at once', () => {
    // A `main.ts` wires its service by hand, and is read from top to bottom.
    const files = sourceFiles.filter((file) => !file.endsWith('/main.ts'));
    const long = files.flatMap((file) => longFunctions(file, MAX_FUNCTION_LINES));
    assert.deepEqual(long, []);
  });

  test('what stands in shared/ has a user in each service', () => {
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

  test('no imports run in a circle', () => {
    assert.deepEqual(
      sourceFiles.filter((file) => reachedFrom(file, imports).has(file)),
      [],
    );
  });
});
