import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { TOPICS, TROUBLES } from '../../doctor/codes/codes.ts';
import { toTopicRows, toTroubleRows } from './tables.ts';

const guide = readFileSync(join(import.meta.dirname, '../../docs/doctor.md'), 'utf8');

describe('docs/doctor.md', () => {
  test('has a row for every code, with its meaning and fixes', () => {
    const missing = [...toTroubleRows(), ...toTopicRows()].filter((row) => !guide.includes(row));
    assert.deepEqual(missing, [], 'paste these rows');
  });

  test('has no row for an unknown code', () => {
    const documented = [...guide.matchAll(/^\| (?:<a[^>]*><\/a>)?`(doctor\/[\w-]+)`/gm)].map(([, code = '']) => code);
    assert.deepEqual(
      documented.filter((code) => !(code in TROUBLES) && !(code in TOPICS)),
      [],
    );
  });
});
