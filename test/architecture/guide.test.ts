import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { gatewaySettings } from '../../api/config.ts';
import { ERRORS } from '../../shared/errors.ts';
import { workerSettings } from '../../worker/config.ts';
import { engines } from '../../worker/engines/index.ts';
import { INSTALL_COMMAND } from '../../worker/engines/stable-diffusion/settings.ts';
import { stores } from '../../worker/stores/index.ts';
import { toEnvLines, toGuideRow } from './guide.ts';

const read = (name: string): string => readFileSync(join(import.meta.dirname, '../..', name), 'utf8');
const guide = read('DEPLOYMENT_GUIDE.md');
const readme = read('README.md');
const example = read('.env.example');
const plugIns = [...engines, ...stores];
const settings = [gatewaySettings, workerSettings, ...plugIns.map((plugIn) => plugIn.settings)].flatMap((part) =>
  Object.entries(part),
);
const names = new Set(settings.map(([name]) => name));

describe('the documentation', () => {
  test('the guide has a row for every setting, with the description of the code', () => {
    const missing = settings.map(([name, schema]) => toGuideRow(name, schema)).filter((row) => !guide.includes(row));
    assert.deepEqual(missing, []);
  });

  test('the guide has no row for an unknown setting', () => {
    const documented = [...guide.matchAll(/<a id="\w+"><\/a>`(\w+)`/g)].map(([, name = '']) => name);
    assert.deepEqual(
      documented.filter((name) => !names.has(name)),
      [],
    );
  });

  test('.env.example has every setting, and no other', () => {
    const missing = settings
      .map(([name, schema]) => toEnvLines(name, schema))
      .filter((lines) => !example.includes(lines));
    assert.deepEqual(missing, []);
    const documented = [...example.matchAll(/^#? ?([A-Z][A-Z0-9_]+)=/gm)].map(([, name = '']) => name);
    assert.deepEqual(
      documented.filter((name) => !names.has(name)),
      [],
    );
  });

  test('the documentation installs the runtime of Stable Diffusion in the version of the code', () => {
    for (const name of ['DEPLOYMENT_GUIDE.md', 'worker/engines/stable-diffusion/README.md'])
      assert.ok(read(name).includes(`\n${INSTALL_COMMAND}\n`), `${name} must say: ${INSTALL_COMMAND}`);
  });

  test('README lists every error code with its status', () => {
    const missing = Object.entries(ERRORS).filter(
      ([code, { status }]) => !new RegExp(`\`${code}\`[^\n]*\\| ${status} \\|`).test(readme),
    );
    assert.deepEqual(missing, []);
  });

  test('the guide says for every error code, and for no other, what the operator should check', () => {
    const [, chapter = ''] = /^### By error code\n([\s\S]*?)^###/m.exec(guide) ?? [];
    const documented = [...chapter.matchAll(/^\| `(\w+)` \| \S/gm)].map(([, code]) => code);
    assert.deepEqual(documented, Object.keys(ERRORS));
  });
});
