import assert from 'node:assert/strict';
import { globSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { dialects } from '../../api/dialects/index.ts';
import { engines } from '../../worker/engines/index.ts';
import { stores } from '../../worker/stores/index.ts';

const root = join(import.meta.dirname, '../..');

const foldersOf = (directory: string): string[] =>
  readdirSync(join(root, directory), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();

const KINDS = [
  { directory: 'api/dialects', names: dialects.map(({ name }) => name), contract: 'dialectContract' },
  { directory: 'worker/engines', names: engines.map(({ name }) => name), contract: '(?:engine|service)Contract' },
  { directory: 'worker/stores', names: stores.map(({ name }) => name), contract: 'storeContract' },
];

for (const { directory, names, contract } of KINDS) {
  describe(directory, () => {
    test('has a folder for every entry of its list, and an entry for every folder', () => {
      assert.deepEqual([...names].sort(), foldersOf(directory));
    });

    test('has a contract test for every entry', () => {
      const called = globSync('test/**/*.test.ts', { cwd: root })
        .map((file) => readFileSync(join(root, file), 'utf8'))
        .filter((text) => new RegExp(`${contract}[<(]`).test(text));
      for (const name of names) {
        assert.ok(
          called.some((text) => new RegExp(`name: '${name}'`).test(text)),
          `${name} never calls ${contract}`,
        );
      }
    });
  });
}
