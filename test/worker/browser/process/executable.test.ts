import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, realpath, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { findExecutable } from '../../../../worker/browser/process/executable.ts';
import { removeDirectory } from '../../../support/remove-directory.ts';

describe('finding the browser', () => {
  let directory: string;
  before(async () => {
    directory = await realpath(await mkdtemp(join(tmpdir(), 'easel-test-')));
  });
  after(() => removeDirectory(directory));

  async function install(...path: string[]): Promise<string> {
    const file = join(directory, ...path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, '#!/bin/sh\n');
    await chmod(file, 0o755);
    return file;
  }

  const find = (executablePath: string) =>
    findExecutable({ executablePath, playwrightPath: join(directory, ...PLAYWRIGHT) });

  const PLAYWRIGHT = ['cache', 'chromium-1234', 'chrome-linux64', 'chrome'];
  const PLAYWRIGHT_SHELL = [
    'cache',
    'chromium_headless_shell-1234',
    'chrome-headless-shell-linux64',
    'chrome-headless-shell',
  ];

  test('a given path is used, and a headless shell is recognised by its name', async () => {
    const full = await install('given', 'chrome');
    assert.deepEqual(await find(full), { path: full, isShell: false });
    const shell = await install('given', 'headless_shell');
    assert.deepEqual(await find(shell), { path: shell, isShell: true });
  });

  test('a link is followed to the browser, but not to a launcher that depends on its name', async () => {
    const shell = await install('linked', 'headless_shell');
    const link = join(directory, 'linked', 'browser');
    await symlink(shell, link);
    assert.deepEqual(await find(link), { path: shell, isShell: true });
    const launched = join(directory, 'linked', 'chromium');
    await symlink(await install('linked', 'snap'), launched);
    assert.deepEqual(await find(launched), { path: launched, isShell: false });
  });

  test('a wrong path is an error, and no other browser is used', async () => {
    const playwrightPath = await install(...PLAYWRIGHT);
    const search = findExecutable({ executablePath: join(directory, 'nowhere'), playwrightPath });
    await assert.rejects(search, { code: 'engine_failed', message: /nowhere.*CHROMIUM_PATH/ });
  });

  test("Playwright's headless shell is preferred to its full browser; a window needs the full one", async () => {
    const playwrightPath = await install(...PLAYWRIGHT);
    assert.equal((await findExecutable({ playwrightPath })).path, playwrightPath);
    const shell = await install(...PLAYWRIGHT_SHELL);
    assert.deepEqual(await findExecutable({ playwrightPath }), { path: shell, isShell: true });
    assert.equal((await findExecutable({ playwrightPath, visible: true })).path, playwrightPath);
  });

  test('a headless shell cannot show a window, and the error says what can', async () => {
    const executablePath = await install('only', 'chromium-headless-shell');
    const search = findExecutable({ executablePath, playwrightPath: '/nowhere', visible: true });
    await assert.rejects(search, { code: 'engine_failed', message: /can show a window.*apt install chromium/ });
  });
});
