import assert from 'node:assert/strict';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { chromium } from 'playwright-core';
import { leanFlags } from '../../../../worker/browser/process/flags.ts';
import { findBrowsers } from '../../../../worker/browser/process/process-tree.ts';
import { removeDirectory } from '../../../support/remove-directory.ts';
import { findSystemShell } from '../system-shell.ts';

const FEATURES = ['--disable-features=', '--enable-features='];

describe('the flags of the browser', () => {
  test('repeat the features that this version of Playwright turns on and off', async () => {
    const profile = await mkdtemp(join(tmpdir(), 'easel-test-'));
    const executablePath = await findSystemShell();
    const context = await chromium.launchPersistentContext(profile, { executablePath });
    try {
      const [browser] = await findBrowsers(profile);
      const commandLine = (await readFile(`/proc/${browser?.pid}/cmdline`, 'utf8')).split('\0');
      const lean = leanFlags({ isShell: true, sandbox: false });
      for (const prefix of FEATURES) {
        const wanted = toFeatures(commandLine, prefix);
        assert.ok(wanted.length > 0);
        const given = toFeatures(lean, prefix);
        assert.deepEqual(
          wanted.filter((feature) => !given.includes(feature)),
          [],
        );
      }
    } finally {
      await context.close();
      await removeDirectory(profile);
    }
  });

  test('disable the zygote only where that saves memory and no sandbox needs it', () => {
    const hasNoZygote = (isShell: boolean, sandbox: boolean) => leanFlags({ isShell, sandbox }).includes('--no-zygote');
    assert.equal(hasNoZygote(true, false), true);
    assert.equal(hasNoZygote(true, true), false);
    assert.equal(hasNoZygote(false, false), false);
  });
});

function toFeatures(flags: readonly string[], prefix: string): string[] {
  return flags.filter((flag) => flag.startsWith(prefix)).flatMap((flag) => flag.slice(prefix.length).split(','));
}
