import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { foldText } from '../../../../api/policy/text/fold.ts';
import { toReadings, toSpellings } from '../../../../api/policy/text/readings.ts';
import { createTermIndex } from '../../../../api/policy/text/term-index.ts';
import { toTokens } from '../../../../api/policy/text/tokens.ts';

describe('folding', () => {
  const same = (texts: readonly string[], folded: string) =>
    assert.deepEqual(
      texts.map(foldText),
      texts.map(() => folded),
    );

  test('gives one form of each Latin letter', () => {
    same(
      [
        'House',
        'HOUSE',
        'ｈｏｕｓｅ',
        '𝐡𝐨𝐮𝐬𝐞',
        'hôùsé',
        'h\u200bouse',
        'ho\u00aduse',
        'h\u0336o\u0336use',
        'ʜᴏᴜꜱᴇ',
        'ⓗⓞⓤⓢⓔ',
      ],
      'house',
    );
    same(['ꞥøᵾꞩɇ', 'ɲɵʉʂɘ'], 'nouse');
    same(['hoʼuʹse'], "ho'u'se");
    same(['Straße', 'STRASSE'], 'strasse');
    same(['ılgaz', 'ILGAZ', 'İlgaz'], 'ilgaz');
  });

  test('keeps what distinguishes words', () => {
    same(['niña', 'NIÑA', 'nin\u0303a'], 'niña');
    same(['がか', 'がか'.normalize('NFD')], 'がか');
    same(['हिन्दी'], 'हिन्दी');
    same(['한국', '한국'.normalize('NFD')], '한국');
  });

  test('reads digits of other scripts', () => same(['１５', '١٥', '۱۵', '१५', '১৫', '15'], '15'));
});

describe('readings of a word', () => {
  const meets = (word: string, term: string) => toReadings(word).some((reading) => toSpellings(term).includes(reading));

  test('contain the intended word', () => {
    const cases = [
      ['h0use', 'house'],
      ['hоuse', 'house'],
      ['hoooouse', 'house'],
      ['2house', 'house'],
      ['hou$e', 'house'],
      ['gra55', 'grass'],
    ];
    for (const [word = '', term = ''] of cases) assert.ok(meets(word, term), word);
    assert.ok(meets('grrrraaas', 'grass') && meets('البيت', 'بيت'));
  });

  test('contain no other word', () => {
    for (const [word, term] of [
      ['ten', 'teen'],
      ['rapped', 'raped'],
      ['101l', 'loll'],
      ['1011', 'loll'],
      ['hous', 'house'],
    ] as const) {
      assert.ok(!meets(word, term), word);
    }
  });
});

describe('words of a text', () => {
  test('are separated at a change of script in Japanese, but not in a disguised word', () => {
    assert.deepEqual(
      toTokens('カロリーの少ないparty дом').map((token) => token.text),
      ['カロリー', 'の少ない', 'party', 'дом'],
    );
    assert.deepEqual(toTokens('hоuse').length, 1);
  });

  test('are separated by commas', () => {
    assert.deepEqual(
      toTokens('one two, three-four').map((token) => token.afterBreak),
      [true, false, true, false],
    );
  });
});

describe('terms', () => {
  const index = createTermIndex<'found' | 'fine'>({
    terms: { found: ['house', 'big tree', 'walk*', '家'], fine: ['house music', 'walkie talkie'] },
    innocent: 'fine',
  });
  const finds = (text: string) => index.find(foldText(text)).matches.length > 0;

  test('are found whether they are split or joined', () => {
    const texts = [
      'house',
      'h-o-u-s-e',
      'h o u s e',
      'hou(se)',
      'h*use',
      'bigtree',
      'big-tree',
      'big, tree',
      'walking',
      'w.a.l.k',
      '大家的',
    ];
    const more = ['househouse', 'a h o u s e x', '#bigtreehouse', 'H0U$E!'];
    assert.deepEqual(
      [...texts, ...more].filter((text) => !finds(text)),
      [],
    );
  });

  test('are not found inside other words, nor in innocent phrases', () => {
    const texts = ['houses', 'lighthouse keeper', 'big old tree', 'sidewalk', 'house music', 'Walkie-Talkie', 'ho use'];
    assert.deepEqual(texts.filter(finds), []);
    assert.ok(finds('house, music') && finds('house music, house'));
  });
});
