import { deepEqual, equal, notEqual } from 'node:assert/strict';
import { resolve } from 'node:path';
import { describe, test } from 'node:test';
import { findPatterns } from './patterns/find-patterns.ts';
import { findSlowText } from './patterns/growth.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const { literals, built } = findPatterns(ROOT);

/** `new RegExp(…)` by file, with an example of what it builds. A new one must be added here, unless it becomes a literal. */
const BUILT: Readonly<Record<string, readonly string[]>> = {
  // The sizes that OpenAI's dialect takes.
  'api/dialects/openai/schema.ts': ['^(?:auto|(?:1[6-9]|[2-9]\\d|[1-9]\\d\\d|[1-3]\\d{3})x(?:1[6-9]|[2-9]\\d))$'],
  // One class of letters.
  'api/policy/text/fold.ts': ['[ıøłđ]'],
  'worker/browser/process/memory.ts': ['^Pss:\\s+(\\d+) kB$'],
  'worker/engines/openai/prompt.ts': ['sd_cpp_extra_args'],
  // Special tokens of a model, escaped.
  'worker/engines/stable-diffusion/tokenizer.ts': ['(<\\|startoftext\\|>|<\\|endoftext\\|>)'],
  'worker/stores/s3/failures.ts': ['<Code>([^<]*)</Code>'],
  'worker/upstream/excerpt.ts': ['(?<![\\p{L}\\p{N}])secret(?![\\p{L}\\p{N}])'],
  'worker/upstream/rate-limit-headers.ts': [';\\s*r\\s*=\\s*(\\d+)'],
};

describe('every regular expression of the build', () => {
  test('takes time proportional to the length of any text', () => {
    const slow = literals.flatMap(({ place, source, flags }) => {
      const text = findSlowText(source, flags);
      return text === undefined ? [] : [`${place} /${source}/${flags} on ${text}`];
    });
    deepEqual(slow, []);
  });

  test('is listed in this test when it is built at run time', () => {
    deepEqual([...new Set(built)].sort(), Object.keys(BUILT).sort());
    const slow = Object.entries(BUILT).flatMap(([file, sources]) =>
      sources.flatMap((source) => (findSlowText(source, 'gu') === undefined ? [] : [`${file} ${source}`])),
    );
    deepEqual(slow, []);
  });

  test('is found by the search, which finds many', () => equal(literals.length > 100, true));
});

test('the check recognises slow patterns', () => {
  const known = ['^(a+)+$', '^(?:\\d+\\.?\\d*|\\.\\d+)$', '\\s+$', '(\\d+(?:\\.\\d+)?)(ms|s)', '<title[^>]*>'];
  for (const source of known) notEqual(findSlowText(source, ''), undefined, source);
});
