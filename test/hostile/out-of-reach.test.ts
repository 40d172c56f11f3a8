import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { isLibraryFault } from '../../worker/browser/process/library-fault.ts';

const SCRIPT = join(import.meta.dirname, 'throw-and-die.ts');

function run(thrower: 'library' | 'own'): Promise<{ readonly code: number; readonly output: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [SCRIPT, thrower], { timeout: 60_000 }, (error, stdout, stderr) => {
      resolve({ code: Number(error?.code ?? 0), output: `${stdout}${stderr}` });
    });
  });
}

describe('an error that no code can catch', () => {
  test('thrown by Playwright: the browser is replaced, the process lives, and the job runs once more', async () => {
    const { code, output } = await run('library');
    assert.equal(code, 0, output);
    assert.match(output, /served after 2 runs/);
    assert.match(output, /no caller can catch/);
    assert.equal(output.match(/Chromium started/g)?.length, 2);
  });

  test('thrown by our code: the process ends', async () => {
    const { code, output } = await run('own');
    assert.equal(code, 1, output);
    assert.match(output, /a bug of ours/);
  });

  test('is attributed to the library by its stack', () => {
    const thrownBy = (...frames: string[]): Error =>
      Object.assign(new Error('no'), { stack: `Error: no\n${frames.map((frame) => `    at ${frame}`).join('\n')}` });
    const library = 'Connection.dispatch (/app/node_modules/playwright-core/lib/coreBundle.js:1:2)';
    const node = 'process.processImmediate (node:internal/timers:505:21)';
    const own = 'onRequest (/app/dist/worker/engines/perchance/watch.js:1:2)';
    assert.equal(isLibraryFault(thrownBy(library, node)), true);
    assert.equal(isLibraryFault(thrownBy(own, library, node)), false, 'a listener of ours');
    assert.equal(isLibraryFault(thrownBy(node)), false);
    assert.equal(isLibraryFault('no error'), false);
    const cutOff = 'page.evaluate: Target page, context or browser has been closed';
    assert.equal(isLibraryFault(new Error(cutOff)), true, 'a call whose page was closed');
  });
});
