import { deepEqual, throws } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createLinearPattern } from '../../../../api/policy/rules/linear-pattern.ts';

describe('a pattern of the operator', () => {
  test('is accepted with every feature that takes linear time', () => {
    const fine = [
      '\\bgun(s|fire)?\\b',
      'a.{0,20}b',
      '(?<name>x)y',
      '\\p{Lu}{2}',
      '(a+)+',
      '(?:a|b)*c+',
      '[(a+)+]',
      '.*x.*',
    ];
    for (const source of fine) createLinearPattern(source);
  });

  test('is refused with look-around, back references or counts that make it large', () => {
    const refused = [
      '(?=.*x)y',
      '(?<!a)b',
      '(a)\\1',
      '(?<n>a)\\k<n>',
      '(',
      '[',
      'a{2,1}',
      '\\p{Nothing}',
      '*',
      '(?:.{30}){40}',
    ];
    for (const source of refused) throws(() => createLinearPattern(source), SyntaxError, source);
  });

  test('finds every place, whatever the case', () => {
    deepEqual(
      [...createLinearPattern('a+').find('Aa b a')],
      [
        { start: 0, end: 2 },
        { start: 5, end: 6 },
      ],
    );
  });
});
