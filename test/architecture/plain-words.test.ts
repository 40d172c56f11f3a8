import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { test } from 'node:test';
import { readSource, root } from './source-files.ts';

/** Words that make a sentence hard to read, each with what to write instead. */
const REPLACEMENTS: Readonly<Record<string, string>> = {
  whoever: 'the caller, the client, a program that …',
  told: 'reported, said, printed, passed',
  tells: 'reports, says, shows',
  'of old': 'earlier',
  anew: 'again, a new …',
  afresh: 'again, a new …',
  hence: 'so',
  lest: 'so that … not',
  thereof: 'of it',
};

const HARD = new RegExp(`\\b(?:${Object.keys(REPLACEMENTS).join('|')})\\b`, 'i');
/** The page's translations, and this list. */
const EXCEPT = /^api\/page\/languages\/|plain-words\.test\.ts$/;

test('comments, messages and titles use plain words', () => {
  const files = globSync('{api,worker,shared,cli,doctor,scripts,test}/**/*.{ts,js,mjs}', { cwd: root });
  const found = files
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => !EXCEPT.test(file))
    .flatMap((file) =>
      readSource(file)
        .split('\n')
        .flatMap((line, index) => {
          const word = HARD.exec(line)?.[0].toLowerCase();
          return word === undefined ? [] : [`${file}:${index + 1}: ${word}; better: ${REPLACEMENTS[word]}`];
        }),
    );
  assert.ok(files.length > 1000, 'the files are found');
  assert.deepEqual(found, []);
});
