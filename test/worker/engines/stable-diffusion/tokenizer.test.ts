import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AppError } from '../../../../shared/errors.ts';
import { type ClipTokenizerFiles, createClipTokenizer } from '../../../../worker/engines/stable-diffusion/tokenizer.ts';

/** From transformers' tests/models/clip/test_tokenization_clip.py. */
const SMALL_VOCABULARY =
  'l o w e r s t i d n lo l</w> w</w> r</w> t</w> low</w> er</w> lowest</w> newer</w> wider <unk> <|startoftext|> <|endoftext|>';
const SMALL: ClipTokenizerFiles = {
  vocabulary: numbered(SMALL_VOCABULARY.split(' ')),
  merges: '#version: 0.2\nl o\nlo w</w>\ne r</w>\n',
  specialTokens: { unk_token: '<unk>' },
};

/** CLIP's first 512 ids: the byte alphabet, and the same at the end of a word; visible Latin-1 first. */
const BYTES = [...range(0x21, 0x7e), ...range(0xa1, 0xac), ...range(0xae, 0xff)];
const HIDDEN = range(0, 255).filter((byte) => !BYTES.includes(byte));
const LETTERS = [...BYTES.map(toLetter), ...HIDDEN.map((_, index) => toLetter(256 + index))];
const LETTER_BYTES = [...BYTES, ...HIDDEN];
const START = 512;
const END = 513;
const ALPHABET: ClipTokenizerFiles = {
  vocabulary: numbered([...LETTERS, ...LETTERS.map((letter) => `${letter}</w>`), '<|startoftext|>', '<|endoftext|>']),
  merges: '#version: 0.2\n',
};

function numbered(tokens: readonly string[]): Record<string, number> {
  return Object.fromEntries(tokens.map((token, id) => [token, id]));
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

function toLetter(code: number): string {
  return String.fromCodePoint(code);
}

/** Without merges every byte is a token, and the last one of a word has its own id. */
function splitIntoWords(text: string): string[] {
  const { ids } = createClipTokenizer({ ...ALPHABET, config: { model_max_length: 77 } }).encode(text);
  const words: number[][] = [[]];
  for (const id of ids.slice(1, ids.indexOf(END))) {
    words.at(-1)?.push(LETTER_BYTES[id % 256] ?? 0);
    if (id >= 256) words.push([]);
  }
  return words
    .slice(0, -1)
    .map((bytes) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(bytes)));
}

describe('byte pairs', () => {
  const { encode } = createClipTokenizer(SMALL);
  const tokens = (text: string) => {
    const { ids } = encode(text);
    return ids.slice(1, ids.indexOf(22));
  };

  test('are merged as in the published small vocabulary', () => {
    assert.deepEqual(tokens('lower newer'), [10, 2, 16, 9, 3, 2, 16]);
  });

  test('are merged by rank, everywhere in a word, and pieces without an id are unknown', () => {
    assert.deepEqual(tokens('low'), [15]);
    assert.deepEqual(tokens('lolo'), [10, 0, 20]);
    assert.deepEqual(tokens('l'), [11]);
    assert.deepEqual(tokens('z'), [20]);
  });

  test('are merged by rank before place', () => {
    const merges = '#version: 0.2\no w</w>\nl o\n';
    const vocabulary = { ...SMALL.vocabulary, 'ow</w>': 23 };
    const ranked = createClipTokenizer({ ...SMALL, vocabulary, merges });
    assert.deepEqual(ranked.encode('low').ids.slice(1, 4), [0, 23, 22]);
  });

  test('may come from a file with Windows line ends', () => {
    const windows = createClipTokenizer({ ...SMALL, merges: SMALL.merges.replaceAll('\n', '\r\n') });
    assert.deepEqual(windows.encode('lower newer'), encode('lower newer'));
  });
});

describe('the byte alphabet', () => {
  test('gives the ids of the real vocabulary for single letters and digits', () => {
    const { ids } = createClipTokenizer(ALPHABET).encode('0123456789 10 a !');
    const wanted = [271, 272, 273, 274, 275, 276, 277, 278, 279, 280, 272, 271, 320, 256];
    assert.deepEqual(ids.slice(0, 16), [START, ...wanted, END]);
  });

  test('has a letter for every byte', () => {
    const { ids } = createClipTokenizer(ALPHABET).encode('\u0000');
    assert.deepEqual(ids.slice(0, 3), [START, 444, END]);
    assert.equal(new Set(LETTERS).size, 256);
  });
});

describe('words', () => {
  /** Texts and words of transformers.js' test_tokenization_clip.js, checked there with the true vocabulary. */
  const published: readonly (readonly [text: string, words: readonly string[]])[] = [
    ['How are you doing?', ['how', 'are', 'you', 'doing', '?']],
    ["You should've done this", ['you', 'should', "'ve", 'done', 'this']],
    ['The company was founded in 2016.', ['the', 'company', 'was', 'founded', 'in', '2', '0', '1', '6', '.']],
    ["A\n'll !!to?'d''d of, can't.", ['a', "'ll", '!!', 'to', "?'", 'd', "''", 'd', 'of', ',', 'can', "'t", '.']],
    ['def main():\n\tpass', ['def', 'main', '():', 'pass']],
    ['let a = obj.toString();\ntoString();', ['let', 'a', '=', 'obj', '.', 'tostring', '();', 'tostring', '();']],
    ['This\n\nis\na\ntest.', ['this', 'is', 'a', 'test', '.']],
    ['UNwant\u00e9d,running', ['unwant\u00e9d', ',', 'running']],
    ['1\u00002\uFFFD3', ['1', '\u0000', '2', '\uFFFD', '3']],
    ['Hello World', ['hello', 'world']],
    ['生活的真谛是', ['生活的真谛是']],
    ['   leading space', ['leading', 'space']],
    ['trailing space   ', ['trailing', 'space']],
    ['test $1 R2 #3 €4 £5 ¥6', ['test', '$', '1', 'r', '2', '#', '3', '€', '4', '£', '5', '¥', '6']],
    ['I bought it for $1.00.', ['i', 'bought', 'it', 'for', '$', '1', '.', '0', '0', '.']],
    ['you\u2026\u00A0\u00A0you\u2026\u00A0\u00A0', ['you', '\u2026', 'you', '\u2026']],
    ['weird \uFF5E edge', ['weird', '\uFF5E', 'edge']],
    ['▁This ▁is ▁.', ['▁', 'this', '▁', 'is', '▁.']],
    ['😂 👍 ❤️ 👨🏻‍🌾', ['😂', '👍', '❤️', '👨🏻‍🌾']],
  ];
  for (const [text, words] of published) {
    test(JSON.stringify(text), () => assert.deepEqual(splitIntoWords(text), words));
  }

  /** Checked against the tokenizers library, version 0.23. */
  const corners: readonly (readonly [name: string, text: string, words: readonly string[]])[] = [
    ['all contractions', "it's don't they're I've I'm we'll he'd", contractions()],
    ['composes', 'e\u0301', ['\u00e9']],
    ['keeps a final sigma plain', 'ΟΔΟΣ', ['οδοσ']],
    ['lower-cases to two letters', 'İ', ['i', '\u0307']],
    ['next line is white space, the byte order mark is not', 'a\u0085b\ufeffc', ['a', 'b', '\ufeff', 'c']],
    ['digits of any script stand alone', '½²٣', ['½', '²', '٣']],
    ['nothing', '', []],
    ['only white space', ' \n\t ', []],
  ];
  for (const [name, text, words] of corners) {
    test(name, () => assert.deepEqual(splitIntoWords(text), words));
  }

  function contractions(): string[] {
    return ['it', "'s", 'don', "'t", 'they', "'re", 'i', "'ve", 'i', "'m", 'we', "'ll", 'he', "'d"];
  }
});

describe('special tokens', () => {
  test('in a prompt keep their ids when spelt exactly', () => {
    const { ids } = createClipTokenizer(ALPHABET).encode('a<|startoftext|>b');
    assert.deepEqual(ids.slice(0, 5), [START, 256 + 64, START, 256 + 65, END]);
    assert.deepEqual(splitIntoWords('<|ENDOFTEXT|>'), ['<|', 'endoftext', '|>']);
  });

  test('may be strings or objects, and the map wins over the config', () => {
    const padding = (config: unknown, specialTokens?: unknown) => {
      const { ids } = createClipTokenizer({ ...ALPHABET, config, specialTokens }).encode('');
      return ids.at(-1);
    };
    assert.equal(padding({}), END);
    assert.equal(padding({ pad_token: '<|endoftext|>' }), END);
    assert.equal(padding({ pad_token: '!' }), 0);
    assert.equal(padding({ pad_token: { content: '!' } }), 0);
    assert.equal(padding({ pad_token: '<|endoftext|>' }, { pad_token: { content: '!' } }), 0);
  });

  test('that the vocabulary lacks make the model invalid', () => {
    assert.throws(
      () => createClipTokenizer({ ...ALPHABET, specialTokens: { pad_token: '<pad>' } }),
      (error: unknown) => error instanceof AppError && error.code === 'engine_failed' && /<pad>/.test(error.message),
    );
  });
});

describe('length', () => {
  test('is always 77: start, tokens, end, padding', () => {
    const { ids, droppedTokens } = createClipTokenizer({ ...ALPHABET, config: { pad_token: '!' } }).encode('a b');
    assert.deepEqual(ids, [START, 320, 321, END, ...new Array(73).fill(0)]);
    assert.equal(droppedTokens, 0);
  });

  test('leaves room for 75 tokens and counts the rest', () => {
    const { encode } = createClipTokenizer(ALPHABET);
    const full = encode('1'.repeat(75));
    assert.deepEqual([full.ids.length, full.ids.at(-2), full.ids.at(-1), full.droppedTokens], [77, 272, END, 0]);
    const long = encode('1'.repeat(75) + '2'.repeat(5));
    assert.deepEqual(long, { ids: full.ids, droppedTokens: 5 });
  });

  test('is that of the config, and never more than CLIP’s', () => {
    const lengthOf = (config: unknown) => createClipTokenizer({ ...ALPHABET, config }).maxLength;
    assert.equal(lengthOf(undefined), 77);
    assert.equal(lengthOf({ model_max_length: 16 }), 16);
    assert.equal(lengthOf({ model_max_length: 1e30 }), 77);
    assert.throws(() => lengthOf({ model_max_length: 0 }), AppError);
  });
});
