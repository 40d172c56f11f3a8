import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { toNodeFault } from '../../../shared/service/require-node.ts';

test('a Node without node:sqlite is refused with a sentence', () => {
  for (const version of ['22.13.0', '23.4.0', '24.0.0', '25.1.0']) assert.equal(toNodeFault(version), undefined);
  for (const version of ['18.20.0', '20.20.2', '22.12.0', '23.3.0'])
    assert.match(String(toNodeFault(version)), /needs Node 24, or 22\.13 and newer, .* this is Node \d/, version);
});

test('both services import the check first, before code that an older Node cannot parse', () => {
  for (const main of ['api/main.ts', 'worker/main.ts']) {
    const source = readFileSync(join(import.meta.dirname, '../../..', main), 'utf8');
    assert.match(source, /^import '\.\.\/shared\/service\/require-node\.ts';\n/, main);
  }
});
