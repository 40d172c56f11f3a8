import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { compileRule } from '../../../../api/policy/rules/compile-rule.ts';
import type { PolicyRule } from '../../../../api/policy/rules/policy-rules.ts';
import { foldText } from '../../../../api/policy/text/fold.ts';

const refusing = (rule: Omit<PolicyRule, 'name'>) => {
  const matches = compileRule({ name: 'rule', ...rule });
  return (text: string) => matches(foldText(text));
};

describe('a rule of words', () => {
  const refuses = refusing({ words: ['acme', 'red bull', 'terror*', 'Müller', '维尼'], allow: ['acme theatre'] });

  test('finds whole words, phrases and beginnings, whatever their case, accents and disguise', () => {
    for (const text of [
      'an Acme box',
      'Red-Bull can',
      'terrorists',
      'muller',
      'MÜLLER',
      '4cm3',
      'a c m e',
      '小熊维尼',
    ]) {
      assert.ok(refuses(text), text);
    }
  });

  test('finds nothing inside other words or in an allowed phrase', () => {
    for (const text of ['acmeology', 'a red bulldog', 'error', 'the ACME theatre at night'])
      assert.ok(!refuses(text), text);
    assert.ok(refuses('acme, theatre'));
    assert.ok(refuses('acme theatre and acme'));
  });
});

describe('a rule of all', () => {
  const refuses = refusing({ all: [['president', 'king'], ['arrested', 'jail'], ['photo']] });

  test('needs a word of every list, in any order', () => {
    assert.ok(refuses('photo of a king, jail in the background'));
    assert.ok(!refuses('a king in jail, oil painting'));
    assert.ok(!refuses('photo of a photo'));
  });
});

describe('a rule with a pattern', () => {
  const refuses = refusing({ pattern: '\\bplate [a-z]{2}\\d{3}\\b', allow: ['plate ab123'] });

  test('is matched on the folded text', () => {
    assert.ok(refuses('PLATÉ XY987'));
    assert.ok(!refuses('plate x987'));
  });

  test('passes over allowed phrases', () => {
    assert.ok(!refuses('plate AB123'));
    assert.ok(refuses('plate AB123, plate CD456'));
  });

  test('gives the same answer each time', () => assert.ok(refuses('plate xy987') && refuses('plate xy987')));

  test('reads the whole of the longest prompt', () => assert.ok(refuses(`${'x '.repeat(15_900)}plate xy987`)));

  test('takes time proportional to the prompt, with any pattern', () => {
    for (const pattern of ['(a+)+b', '(?:a|a)*b', '.*x.*y.*z', '(?:a?){30}a{30}b', '.{0,200}b.{0,200}c']) {
      const slow = refusing({ pattern });
      const start = performance.now();
      assert.ok(!slow('a'.repeat(32_000)), pattern);
      assert.ok(performance.now() - start < 3000, pattern);
    }
  });
});

test('each part of a rule is enough', () => {
  const refuses = refusing({ words: ['one'], all: [['two'], ['three']], pattern: 'fo+ur' });
  assert.deepEqual(['one', 'three two', 'foour', 'two', 'five'].map(refuses), [true, true, true, false, false]);
});
