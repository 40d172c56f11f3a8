import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { chooseLanguage, LANGUAGES } from '../../../api/page/languages/index.ts';

const { en, ...others } = LANGUAGES;

/** Words that are the same in many languages. */
const SHARED = /^(?:API|Style|Portrait|Images|Adresse|Address|Link|{n}| )+$/;

describe('the languages of the page', () => {
  test('are eleven, and Arabic is written from right to left', () => {
    assert.deepEqual(Object.keys(LANGUAGES), ['en', 'de', 'fr', 'es', 'pt', 'it', 'pl', 'ja', 'zh', 'ko', 'ar']);
    assert.equal(LANGUAGES.ar?.direction, 'rtl');
  });

  for (const [code, { words }] of Object.entries(others)) {
    test(`${code} translates every text, with the same placeholders`, () => {
      const english = Object.entries(en?.words ?? {});
      assert.deepEqual(
        Object.keys(words),
        english.map(([name]) => name),
      );
      for (const [name, text] of english) {
        const own: string = words[name as keyof typeof words];
        assert.notEqual(own.trim(), '', name);
        assert.equal(own.includes('{n}'), text.includes('{n}'), name);
        if (!SHARED.test(text)) assert.notEqual(own, text, `${name} is not translated`);
      }
    });
  }

  test('are chosen by the address, else by the browser’s preference', () => {
    const choose = (chosen: unknown, accepted?: string) => chooseLanguage(chosen, accepted).code;
    assert.equal(choose('ja', 'de'), 'ja');
    assert.equal(choose('xx', 'tlh, pl;q=0.5, de-CH;q=0.8'), 'de');
    assert.equal(choose(['de', 'fr'], undefined), 'en');
    assert.equal(choose('constructor', '__proto__'), 'en');
    assert.equal(choose(undefined, 'zh-Hant-TW'), 'zh');
  });
});
