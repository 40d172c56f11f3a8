import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import { OPTIONS } from '../../cli/options.ts';
import { runEasel } from './run-easel.ts';

const bash = async (script: string): Promise<string> => (await promisify(execFile)('bash', ['-c', script])).stdout;

describe('easel completion', () => {
  test('bash completes commands, options and their values', async () => {
    const { code, stdout: script } = await runEasel(['completion', 'bash']);
    assert.equal(code, 0);
    const complete = async (...words: string[]): Promise<string[]> => {
      const quoted = words.map((word) => `'${word}'`).join(' ');
      const call = `COMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}; _easel; printf '%s\n' "\${COMPREPLY[@]}"`;
      return (await bash(`set -eu\n${script}\ncomplete -p easel >/dev/null\n${call}`)).split('\n').filter(Boolean);
    };
    assert.deepEqual(await complete('easel', 'se'), ['serve']);
    assert.deepEqual(await complete('easel', 'fox', '--sh'), ['--shape']);
    assert.deepEqual(await complete('easel', 'fox', '--shape', ''), ['portrait', 'landscape', 'square']);
    assert.deepEqual(await complete('easel', 'fox', '-f', 'j'), ['jpeg']);
    assert.deepEqual(await complete('easel', 'completion', ''), ['bash', 'zsh', 'fish']);
    assert.deepEqual(await complete('easel', 'fox', '--seed', ''), []);
    assert.deepEqual(await complete('easel', 'fox', ''), []);
  });

  for (const shell of ['bash', 'zsh', 'fish']) {
    test(`${shell} knows every option`, async () => {
      const { stdout } = await runEasel(['completion', shell]);
      for (const name of Object.keys(OPTIONS)) {
        assert.ok(stdout.includes(shell === 'fish' ? ` -l ${name} ` : `--${name}`), name);
      }
    });
  }
});
