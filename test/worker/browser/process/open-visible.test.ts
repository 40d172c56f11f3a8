import assert from 'node:assert/strict';
import { chmod, mkdtemp, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { openVisible } from '../../../../worker/browser/process/open-visible.ts';
import { removeDirectory } from '../../../support/remove-directory.ts';
import { createRecipe, createStage, createUse } from '../support.ts';
import { findSystemShell } from '../system-shell.ts';

describe('a window on a profile', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'easel-test-'));
  });
  afterEach(() => removeDirectory(directory));

  /** Replaces a browser with a window, which no test machine can show. */
  async function installBrowser(script: string): Promise<string> {
    const path = join(directory, 'chrome');
    await writeFile(path, `#!/bin/sh\n${script}\n`);
    await chmod(path, 0o755);
    return path;
  }

  const open = (executablePath: string) =>
    openVisible({
      profileDirectory: join(directory, 'profile'),
      url: 'https://example.com/',
      executablePath,
      environment: { DISPLAY: ':1' },
    });

  test('is opened at the address, and awaited until it is closed', async () => {
    await open(await installBrowser(`echo "$DISPLAY" "$@" > ${directory}/seen; echo closed >> ${directory}/seen`));
    const seen = await readFile(join(directory, 'seen'), 'utf8');
    assert.match(seen, new RegExp(`^:1 --user-data-dir=${directory}/profile .*https://example.com/\nclosed\n$`));
    assert.doesNotMatch(seen, /remote-debugging|headless/);
    assert.ok((await stat(join(directory, 'profile'))).isDirectory());
  });

  test('fails with the browser’s message', async () => {
    const browser = await installBrowser('echo "Missing X server" >&2; exit 1');
    await assert.rejects(open(browser), { code: 'engine_failed', message: /code 1: Missing X server/ });
  });

  test('needs a browser that can show a window', async () => {
    await assert.rejects(open(await findSystemShell()), { code: 'engine_failed', message: /can show a window/ });
  });

  test('is refused while the worker uses the profile', async () => {
    const stage = await createStage();
    const profileDirectory = join(directory, 'profile');
    await stage.pages.use(createRecipe({ profileDirectory }), async () => 1, createUse());
    await assert.rejects(open(await installBrowser('exit 0')), { code: 'engine_failed', message: /in use by process/ });
    await stage.close();
  });
});
