import assert from 'node:assert/strict';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { loadPolicyRules } from '../../../../api/policy/rules/policy-rules.ts';
import { SettingsError } from '../../../../shared/service/config.ts';
import { removeDirectory } from '../../../support/remove-directory.ts';

describe('the file of PROMPT_POLICY_FILE', () => {
  let directory = '';
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'policy-'));
  });
  after(() => removeDirectory(directory));

  async function save(text: string): Promise<string> {
    const path = join(directory, 'rules.json');
    await writeFile(path, text);
    return path;
  }

  async function faultsOf(content: unknown): Promise<string> {
    const path = await save(typeof content === 'string' ? content : JSON.stringify(content));
    const error = await loadPolicyRules(path).then(
      () => assert.fail('was taken'),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof SettingsError);
    for (const line of error.message.split('\n')) assert.ok(line.startsWith(`PROMPT_POLICY_FILE: ${path}: `), line);
    return error.message;
  }

  test('gives its rules', async () => {
    const rules = [
      { name: 'brands', message: 'No brands.', words: ['acme'], allow: ['acme theatre'] },
      { name: 'fake news', all: [['president', 'minister'], ['arrest*']] },
      { name: 'plates', pattern: '\\b[a-z]{2} \\d{4}\\b' },
    ];
    assert.deepEqual(await loadPolicyRules(await save(`\ufeff${JSON.stringify({ rules })}`)), rules);
    assert.deepEqual(await loadPolicyRules(await save('{"rules":[]}')), []);
  });

  test('is refused with a reason when it is missing or no JSON', async () => {
    await assert.rejects(loadPolicyRules(join(directory, 'none.json')), /PROMPT_POLICY_FILE: .*none\.json: ENOENT/);
    assert.match(await faultsOf('{rules'), /is not JSON/);
  });

  test('is refused with the rule and field of every fault at once', async () => {
    const faults = await faultsOf({
      rules: [
        { name: 'fine', words: ['a'] },
        { name: '', words: [] },
        { name: 'empty' },
        { name: 'typo', word: ['x'] },
        { name: 'groups', all: [['one']] },
        { name: 'signs', words: ['***'] },
      ],
    });
    assert.doesNotMatch(faults, /rules\[0\]/);
    for (const place of [
      /rules\[1\]\.name/,
      /rules\[1\]\.words/,
      /rules\[2\]: needs words, all or pattern/,
      /rules\[3\].*word/,
    ]) {
      assert.match(faults, place);
    }
    assert.match(faults, /rules\[4\]\.all/);
    assert.match(faults, /rules\[5\]\.words\[0\]: must hold a letter or a digit/);
  });

  test('is refused with a pattern that is not accepted, and the reason', async () => {
    const faults = await faultsOf({
      rules: [
        { name: 'backwards', pattern: '(a)\\1' },
        { name: 'broken', pattern: '(' },
      ],
    });
    assert.match(faults, /rules\[0\]\.pattern: .*invalid escape sequence.*\(pattern: \(a\)\\1\)/);
    assert.match(faults, /rules\[1\]\.pattern: .*missing closing \)/);
  });
});
