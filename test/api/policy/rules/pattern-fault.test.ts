import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { findPatternFault } from '../../../../api/policy/rules/pattern-fault.ts';

const faulty = (patterns: readonly string[]) => patterns.filter((pattern) => findPatternFault(pattern) !== undefined);

describe('patterns', () => {
  test('of ordinary use are taken', () => {
    const fine = [
      'acme',
      '\\bgun(s|fire)?\\b',
      'colou?r',
      '(?:cat|dog|bird) food',
      '[a-z]+\\d{3}',
      'a.{0,20}b',
      '(?<name>x)y',
      '\\p{Lu}{2}',
    ];
    const more = [
      '(?=.*x)y',
      '(?:ab){2,5}',
      '[*+]{3}',
      '\\(\\+\\)',
      '^a{3}$',
      '(?:(?:one|two) )?three',
      'x{2,}',
      '[(a+)+]',
      '.*',
    ];
    assert.deepEqual(faulty([...fine, ...more]), []);
  });

  test('with repetition in repetition are refused, even where something stands between', () => {
    const nested = [
      '(a+)+',
      '(a*)*b',
      '(?:a{1,5}x)*',
      '((a+)b)+',
      '(a|a)*',
      '(?:a?){30}',
      '(?<x>a+){2}',
      '(?:(?:a|b)c)+',
      '(?=a+)+',
    ];
    assert.deepEqual(faulty(nested), nested);
  });

  test('with too many open repetitions in a row are refused', () => {
    const open = ['.*.*', 'a+b+c+', '.*x.*y', '\\d{0,200}\\d{0,200}', 'a{1,}b*', '(?:a*|b*|c*)', '.{0,9999}.?.?'];
    assert.deepEqual(faulty(open), open);
  });

  test('with back references, or that are none, are refused', () => {
    const others = ['(a)\\1', '(?<n>a)\\k<n>', '(', '[', 'a{2,1}', '\\p{Nothing}', '*'];
    assert.deepEqual(faulty(others), others);
  });
});
